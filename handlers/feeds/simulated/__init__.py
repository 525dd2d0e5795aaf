"""Prices that are a pure function of seed, symbol and time.

From the top down: `bridge` draws the closes of the trading days, `days` makes days of them,
`splitting` divides a bar into its parts, `path` does so down to single trades, `chart` gives bars
of any resolution, `feed` streams them. Prices and volumes are integers (ticks and units) inside.
"""
