"""A server without handlers: it knows the two bundled contracts and nothing else.

REST answers come from the contract's examples and schemas; the stream keeps its state, so that
snapshots, sequences, resume and gaps are those of the protocol.
"""
