"""The pure trading core: what happens to an account, decided without clock, I/O or framework."""
