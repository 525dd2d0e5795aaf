"""The recorded bars of one symbol, seen from a day in the record."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from operator import mul
from typing import Final

from generated.models import Adjustment, Resolution
from handlers.feeds.replay.actions import corporate_actions, jumps, split_of
from handlers.feeds.replay.record import RecordedBar
from handlers.market.actions import CorporateAction
from handlers.market.bars import Bar, merge
from handlers.market.resolutions import day_of, period_of

RESOLUTIONS: Final = (Resolution.DAY, Resolution.WEEK, Resolution.MONTH)


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
        return jumps(self._recorded)

    @cached_property
    def _splits(self) -> list[float]:
        return [float(split_of(jump)) for jump in self._jumps]

    @cached_property
    def _shares(self) -> list[float]:
        """Of each day: what one share of the first day has become by then."""
        return list(accumulate(self._splits, mul))

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
            Adjustment.SPLITS: _other_than_one(self._splits),
            Adjustment.ALL: _other_than_one(self._jumps),
        }

    @cached_property
    def _periods(self) -> dict[Resolution, list[int]]:
        days = [day_of(time) for time in self.times]
        return {
            resolution: [period_of(resolution, day) for day in days] for resolution in RESOLUTIONS
        }

    def corporate_actions(self, symbol_id: str) -> tuple[CorporateAction, ...]:
        """All of the record, ascending; of one day the split first."""
        return corporate_actions(symbol_id, self._recorded, self._jumps)

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


def _other_than_one(numbers: Sequence[float]) -> list[int]:
    return [index for index, number in enumerate(numbers) if number != 1]


def _scaled(bar: Bar, factor: float, split: float) -> Bar:
    return Bar(
        bar.time,
        bar.open * factor,
        bar.high * factor,
        bar.low * factor,
        bar.close * factor,
        bar.volume * split,
    )
