"""Bars of one simulated instrument at any resolution, as they are at a given moment."""

from collections.abc import Iterator
from itertools import islice
from math import ceil
from typing import Final

from generated.models import Resolution
from handlers.feeds.simulated.path import SPANS, Path
from handlers.feeds.simulated.splitting import Cell, merge
from handlers.market.bars import Bar
from handlers.market.resolutions import DAY, duration, period_of
from handlers.market.sessions import Session, Sessions

_LEVELS: Final = {
    resolution: SPANS.index(length)
    for resolution in Resolution
    if (length := duration(resolution)) is not None
}


class Chart:
    """Pure: `now` is passed in. Bars are those that had begun by `now`, the last one so far."""

    def __init__(
        self, path: Path, sessions: Sessions, price_digits: int, volume_digits: int
    ) -> None:
        self._path = path
        self._sessions = sessions
        self._prices = 10**price_digits
        self._volumes = 10**volume_digits

    def newest(
        self, resolution: Resolution, start: int, end: int, count: int, now: int
    ) -> list[Bar]:
        """Ascending: the newest `count` bars with `start <= time < end`."""
        level = _LEVELS.get(resolution)
        if level is None:
            found = list(islice(self._days_backwards(resolution, start, end, now), count))
        else:
            found = self._parts_backwards(level, start, end, count, now)
        found.reverse()
        return found

    def end(self, now: int) -> int:
        """The first time that no bar carries yet.

        The day of a session that opens on the evening before lies ahead until midnight.
        """
        session = self._sessions.at_or_before(now)
        return max(now, session.time if session else 0) + 1

    def current(self, resolution: Resolution, now: int) -> tuple[Bar, bool] | None:
        """The newest bar and whether it is closed; None before the first session."""
        session = self._sessions.at_or_before(now)
        if session is None:
            return None
        bar = self.newest(resolution, 0, self.end(now), 1, now)[0]
        return bar, now >= self._closes_at(resolution, session, bar)

    def _closes_at(self, resolution: Resolution, session: Session, bar: Bar) -> int:
        length = duration(resolution)
        if length is not None:
            return min(bar.time + length, session.close)
        return self._sessions.period(resolution, session)[1].close

    def _parts_backwards(self, level: int, start: int, end: int, count: int, now: int) -> list[Bar]:
        found: list[Bar] = []
        session = self._sessions.at_or_before(min(end - 1, now))
        while session is not None and session.close > start and len(found) < count:
            missing = count - len(found)
            found.extend(self._parts_of(session, level, start, end, missing, now))
            session = self._sessions.by_index(session.index - 1)
        return found

    def _parts_of(
        self, session: Session, level: int, start: int, end: int, count: int, now: int
    ) -> Iterator[Bar]:
        """Newest first."""
        span = SPANS[level]
        over = last = ceil((min(end, session.close) - session.open) / span)
        if now < session.close:
            over = min(last, (now - session.open) // span)
            last = min(last, over + 1)
        first = max(0, ceil((start - session.open) / span), last - count)
        if first <= over < last:
            running = self._path.running(session, now)[level + 1]
            yield self._bar(session.open + over * span, running)
        cells = self._path.parts(session, level, first, over)
        for index in range(over - 1, first - 1, -1):
            yield self._bar(session.open + index * span, cells[index - first])

    def _days_backwards(
        self, resolution: Resolution, start: int, end: int, now: int
    ) -> Iterator[Bar]:
        """Newest first."""
        session = self._last_day(resolution, end, now)
        cells: list[Cell] = []
        while session is not None and session.time >= start:
            cells.append(self._day(session, now))
            before = self._sessions.by_index(session.index - 1)
            if before is None or _apart(resolution, before, session):
                cells.reverse()
                yield self._bar(session.time, merge(cells))
                cells = []
            session = before

    def _last_day(self, resolution: Resolution, end: int, now: int) -> Session | None:
        """The last session that has begun of the newest bar that carries a time before `end`."""
        newest = self._sessions.at_or_before(now)
        session = self._sessions.at_or_before(min(now, end + DAY))
        while session is not None and session.time >= end:
            session = self._sessions.by_index(session.index - 1)
        if session is None or newest is None:
            return None
        last = self._sessions.period(resolution, session)[1]
        return last if last.index < newest.index else newest

    def _day(self, session: Session, now: int) -> Cell:
        if now < session.close:
            return self._path.running(session, now)[0]
        return self._path.day(session)

    def _bar(self, time: int, cell: Cell) -> Bar:
        prices = self._prices
        opening, high, low, closing, volume = cell
        return Bar(
            time,
            opening / prices,
            high / prices,
            low / prices,
            closing / prices,
            volume / self._volumes,
        )


def _apart(resolution: Resolution, before: Session, after: Session) -> bool:
    """Whether a new bar of days, weeks or months begins with `after`."""
    if resolution is Resolution.DAY:
        return True
    return period_of(resolution, before.day) != period_of(resolution, after.day)
