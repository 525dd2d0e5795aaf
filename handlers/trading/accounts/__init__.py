"""Accounts: what a ledger adds up to, now and as of every transaction."""
