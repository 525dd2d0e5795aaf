"""The recorded bars of one symbol, seen from a day in the record."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from generated.models import Adjustment, Resolution
from handlers.feeds.replay.record import RecordedBar
from handlers.market.bars import Bar, merge
from handlers.market.resolutions import day_of, period_of

RESOLUTIONS: Final = (Resolution.DAY, Resolution.WEEK, Resolution.MONTH)
_SPLIT: Final = 1.4
"""A day on which the adjustment jumps by more had a split; dividends are smaller."""


class Series:
    """Days are given as they are recorded; weeks and months are made of the days before `cutoff`.

    `cutoff` is the first time, Unix milliseconds, that nothing is known of.
    """

    def __init__(self, recorded: Sequence[RecordedBar]) -> None:
        self.times = [each.bar.time for each in recorded]
        self._bars = {
            Adjustment.NONE: [each.bar for each in recorded],
            Adjustment.ALL: _adjusted(recorded),
        }
        self._periods = {
            resolution: [period_of(resolution, day_of(time)) for time in self.times]
            for resolution in RESOLUTIONS
        }

    def known(self, cutoff: int) -> int:
        """How many days are known."""
        return bisect_left(self.times, cutoff)

    def day(self, index: int) -> Bar:
        return self._bars[Adjustment.NONE][index]

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
        days, periods = self._bars[adjustment], self._periods[resolution]
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
            found.append(merge(days[first:last]))
            last = first
        found.reverse()
        return found


def _adjusted(recorded: Sequence[RecordedBar]) -> list[Bar]:
    """Prices by the ratio of the adjusted close to the close, volumes by the splits to come."""
    factors = [each.adjusted_close / each.bar.close for each in recorded]
    splits = [1.0] * len(recorded)
    for index in range(len(recorded) - 2, -1, -1):
        jump = factors[index + 1] / factors[index]
        splits[index] = splits[index + 1] * (round(jump) if jump > _SPLIT else 1)
    return [
        _scaled(each, factor, split)
        for each, factor, split in zip(recorded, factors, splits, strict=True)
    ]


def _scaled(each: RecordedBar, factor: float, split: float) -> Bar:
    bar, close = each.bar, each.adjusted_close
    opening = bar.open * factor
    return Bar(
        bar.time,
        opening,
        max(bar.high * factor, opening, close),
        min(bar.low * factor, opening, close),
        close,
        bar.volume * split,
    )
