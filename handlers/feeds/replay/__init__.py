"""Real prices of the past, given as if they came in now.

`record` reads them, `series` keeps those of one symbol, `schedule` says how far the replay is,
`feed` streams them.
"""
