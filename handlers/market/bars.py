"""Bars: open, high, low, close and volume of one span of time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Bar(NamedTuple):
    """Floats, for drawing. `time` is the start of the bar, Unix milliseconds.

    Bars of days and longer carry 00:00 UTC of their (first) trading day.
    """

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True)
class BarPage:
    """Bars in ascending order of unique times."""

    bars: tuple[Bar, ...]
    previous_bar_time: int | None = None
    """Where `bars` is empty: the start of the closest older bar, if there is one."""
    more: bool = False
    """Whether the range holds older bars that did not fit."""


def merge(bars: Sequence[Bar], time: int | None = None) -> Bar:
    """The one bar that consecutive bars add up to; `time` is its start, by default the first's.

    Raises ValueError for no bars at all.
    """
    if not bars:
        raise ValueError("no bars")
    return Bar(
        time=bars[0].time if time is None else time,
        open=bars[0].open,
        high=max(bar.high for bar in bars),
        low=min(bar.low for bar in bars),
        close=bars[-1].close,
        volume=sum(bar.volume for bar in bars),
    )


def aggregate(bars: Iterable[Bar], period: Callable[[Bar], object]) -> Iterator[Bar]:
    """Bars of the longer periods, each with the time of its first bar."""
    pending: list[Bar] = []
    current: object = None
    for bar in bars:
        of = period(bar)
        if pending and of != current:
            yield merge(pending)
            pending = []
        current = of
        pending.append(bar)
    if pending:
        yield merge(pending)
