"""Risk: what is refused before the trade, and what is enforced after it."""
