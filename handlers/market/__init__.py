"""Market data in itself: symbols, bars, resolutions, sessions. Pure: no clock, no I/O."""
