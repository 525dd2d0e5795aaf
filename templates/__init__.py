"""The generator: two contracts in, typed surfaces out."""
