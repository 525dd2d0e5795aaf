"""Orders: what may be asked for, why it is refused, and what an order is."""
