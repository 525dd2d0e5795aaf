"""Booking: what happens to orders and positions becomes one transaction of an account."""
