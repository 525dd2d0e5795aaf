"""Decisions: what a command does to an account, and what one would do."""
