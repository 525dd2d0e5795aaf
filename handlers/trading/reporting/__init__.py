"""Reporting: what came of it all, read from accounts and ledgers."""
