"""The closes of the trading days: a random walk on a logarithmic scale, held near given levels."""

from collections.abc import Callable
from math import exp, log, sqrt
from typing import Final

from handlers.feeds.simulated.draws import draw, key, normal
from handlers.feeds.simulated.instruments import Instrument
from handlers.market.resolutions import DAY

SPAN: Final = 256
"""Trading days between two knots. Between them the walk is free."""
KNOT_NOISE: Final = 4.0
"""How far knots stray from the level, in daily volatilities."""
REGIME: Final = 16
"""Calm and wild times change over so many trading days."""

_KNOT, _DAY, _REGIME = 1, 2, 3
_YEAR: Final = 365.2425 * DAY


class Bridge:
    """Gives the close of any day without walking there: each midpoint is drawn between its ends.

    `time_of` says when a trading day, counted from 0, is; days of any number are kept once drawn.
    """

    def __init__(self, root: bytes, instrument: Instrument, time_of: Callable[[int], int]) -> None:
        self._root = root
        self._volatility = instrument.volatility
        self._levels = [(year, log(price)) for year, price in instrument.levels]
        self._ticks: int = 10**instrument.price_digits
        self._time_of = time_of
        self._logs: dict[int, float] = {}
        self._normals: dict[int, tuple[float, float]] = {}
        self._wildness: dict[int, float] = {}
        self._regimes: dict[int, float] = {}

    def close(self, index: int) -> int:
        """In ticks, at least 1. Index -1 is the close before the first day."""
        return max(1, round(exp(self._log(index + 1)) * self._ticks))

    def wildness(self, index: int) -> float:
        """How much more than usual the price moves on that day; 1 is usual."""
        known = self._wildness.get(index)
        if known is None:
            known = self._wildness[index] = self._draw_wildness(index)
        return known

    def _log(self, index: int) -> float:
        known = self._logs.get(index)
        if known is None:
            known = self._logs[index] = self._draw(index)
        return known

    def _draw(self, index: int) -> float:
        if index % SPAN == 0:
            return self._knot(index)
        half = index & -index
        middle = (self._log(index - half) + self._log(index + half)) / 2
        deviation = self._volatility * sqrt(half / 2)
        if half < REGIME:
            deviation *= self.wildness(index)
        return middle + deviation * self._normal(index)[0]

    def _knot(self, index: int) -> float:
        noise = normal(*draw(key(self._root, _KNOT, index), 4))
        return self._level(self._time_of(index)) + KNOT_NOISE * self._volatility * noise

    def _level(self, time: int) -> float:
        year = 1970 + time / _YEAR
        before = self._levels[0]
        for after in self._levels:
            if year < after[0]:
                share = (year - before[0]) / max(after[0] - before[0], 1.0)
                return before[1] + (after[1] - before[1]) * max(share, 0.0)
            before = after
        return before[1]

    def _draw_wildness(self, index: int) -> float:
        block, step = divmod(index, REGIME)
        before, after = self._regime(block), self._regime(block + 1)
        own = self._normal(index)[1]
        return exp(0.25 * (before + (after - before) * step / REGIME) + 0.2 * own - 0.05)

    def _normal(self, index: int) -> tuple[float, float]:
        """What is drawn for a day: of its close, and of its wildness."""
        known = self._normals.get(index)
        if known is None:
            numbers = draw(key(self._root, _DAY, index), 8)
            known = self._normals[index] = normal(*numbers[:4]), normal(*numbers[4:])
        return known

    def _regime(self, block: int) -> float:
        known = self._regimes.get(block)
        if known is None:
            numbers = draw(key(self._root, _REGIME, block), 4)
            known = self._regimes[block] = normal(*numbers)
        return known
