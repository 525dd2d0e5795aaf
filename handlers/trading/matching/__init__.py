"""The simulated venue: which orders a price concerns, and what it does to each."""
