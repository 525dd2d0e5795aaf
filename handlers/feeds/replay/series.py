"""The recorded bars of one symbol, seen from a day in the record."""

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, pairwise
from operator import mul
from typing import Final

from generated.models import Adjustment, Resolution
from handlers.feeds.replay.record import RecordedBar
from handlers.market.bars import Bar, merge
from handlers.market.resolutions import day_of, period_of

RESOLUTIONS: Final = (Resolution.DAY, Resolution.WEEK, Resolution.MONTH)
_SPLIT: Final = 1.4
"""A day on which the adjustment jumps by more had a split; dividends are smaller."""
_NOISE: Final = 1e-6
"""Adjusted closes are rounded: smaller jumps mean nothing."""


class Series:
    """Weeks and months are made of the days before `cutoff`; what is asked first is derived first.

    `cutoff` is the first time, Unix milliseconds, that nothing is known of: nor of the splits and
    dividends to come. So adjusted bars change with each of them that comes, and the last known
    day is always as it was recorded.
    """

    def __init__(self, recorded: Sequence[RecordedBar]) -> None:
        self.times = [each.bar.time for each in recorded]
        self._recorded = recorded

    @cached_property
    def _jumps(self) -> list[float]:
        return _jumps(self._recorded)

    @cached_property
    def _shares(self) -> list[float]:
        """Of each day: what one share of the first day has become by then."""
        return list(accumulate(map(_split, self._jumps), mul))

    @cached_property
    def _scales(self) -> dict[Adjustment, list[float]]:
        return {
            Adjustment.NONE: [1.0] * len(self.times),
            Adjustment.SPLITS: self._shares,
            Adjustment.ALL: list(accumulate(self._jumps, mul)),
        }

    @cached_property
    def _actions(self) -> dict[Adjustment, list[int]]:
        """The days on which there was something to adjust for."""
        return {
            Adjustment.NONE: [],
            Adjustment.SPLITS: _other_than_one(list(map(_split, self._jumps))),
            Adjustment.ALL: _other_than_one(self._jumps),
        }

    @cached_property
    def _periods(self) -> dict[Resolution, list[int]]:
        days = [day_of(time) for time in self.times]
        return {
            resolution: [period_of(resolution, day) for day in days] for resolution in RESOLUTIONS
        }

    def known(self, cutoff: int) -> int:
        """How many days are known."""
        return bisect_left(self.times, cutoff)

    def day(self, index: int) -> Bar:
        return self._recorded[index].bar

    def actions(self, cutoff: int, adjustment: Adjustment) -> int:
        """How many splits and dividends are known that are adjusted for."""
        return bisect_left(self._actions[adjustment], self.known(cutoff))

    def current(self, resolution: Resolution, cutoff: int) -> Bar | None:
        """The newest bar, as it is so far."""
        found = self.newest(resolution, 0, cutoff, 1, cutoff, Adjustment.NONE)
        return found[0] if found else None

    def newest(
        self,
        resolution: Resolution,
        start: int,
        end: int,
        count: int,
        cutoff: int,
        adjustment: Adjustment,
    ) -> list[Bar]:
        """Ascending: the newest `count` bars with `start <= time < end`."""
        periods = self._periods[resolution]
        known = self.known(cutoff)
        # A bar carries the time of its first day, so its last days may lie after `end`.
        last = bisect_left(self.times, end, 0, known)
        while 0 < last < known and periods[last] == periods[last - 1]:
            last += 1
        found: list[Bar] = []
        while last and len(found) < count:
            first = last - 1
            while first and periods[first - 1] == periods[first]:
                first -= 1
            if self.times[first] < start:
                break
            found.append(merge(self._adjusted(first, last, known, adjustment)))
            last = first
        found.reverse()
        return found

    def _adjusted(self, first: int, last: int, known: int, adjustment: Adjustment) -> list[Bar]:
        scales, shares = self._scales[adjustment], self._shares
        scale, share = scales[known - 1], shares[known - 1]
        return [
            self.day(index)
            if scales[index] == scale
            else _scaled(self.day(index), scales[index] / scale, share / shares[index])
            for index in range(first, last)
        ]


def _jumps(recorded: Sequence[RecordedBar]) -> list[float]:
    """Of each day: by how much a price of the day before has to be divided to compare with it."""
    factors = [each.adjusted_close / each.bar.close for each in recorded]
    return [1.0, *(_exact(after / before) for before, after in pairwise(factors))][: len(factors)]


def _exact(jump: float) -> float:
    """The jump without what rounding did to it, where only shares were split, or nothing was."""
    split = _split(jump)
    return split if abs(jump / split - 1) < _NOISE else jump


def _other_than_one(numbers: Sequence[float]) -> list[int]:
    return [index for index, number in enumerate(numbers) if number != 1]


def _split(jump: float) -> float:
    """The new shares for an old one: 2, 3/2, or 1/10 where they were merged."""
    if 1 / _SPLIT < jump < _SPLIT:
        return 1.0
    if jump < 1:
        return 1 / round(1 / jump)
    return float(Fraction(jump).limit_denominator(4))


def _scaled(bar: Bar, factor: float, split: float) -> Bar:
    return Bar(
        bar.time,
        bar.open * factor,
        bar.high * factor,
        bar.low * factor,
        bar.close * factor,
        bar.volume * split,
    )
