"""How the paper broker departs from a perfect fill: one small class for each way, all of them pure.

Slippage worsens the price of who takes, liquidity limits how much fills at a time, the queue
decides whether a resting limit fills at its own price, latency when an order arrives, and fees
what it costs. `profile` puts one of each together.
"""
