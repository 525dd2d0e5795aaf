"""Where prices come from: the port, its implementations, and the way from a symbol to its feed."""
