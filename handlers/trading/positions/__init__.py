"""Positions: what is held, what it is worth, and what margin it binds."""
