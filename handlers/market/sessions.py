"""Trading sessions: when a market is open, and which trading day a moment belongs to."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from typing import Final, final
from zoneinfo import ZoneInfo

from typing_extensions import override

from generated.models import Resolution
from handlers.market.resolutions import DAY, SECOND, day_of, period_of

_NEW_YORK: Final = ZoneInfo("America/New_York")
_EVENING: Final = time(17)
_FIRST_MONDAY: Final = 4
"""1970-01-05."""


@dataclass(frozen=True, slots=True)
class Session:
    """One trading day. Open from `open` (inclusive) to `close` (exclusive), Unix milliseconds."""

    index: int
    """Rises by one from session to session."""
    day: int
    """The trading day, in days from 1970-01-01."""
    open: int
    close: int

    @property
    def time(self) -> int:
        """What the daily bar carries: 00:00 UTC of the trading day."""
        return self.day * DAY


class Sessions(ABC):
    """The sessions of one calendar, oldest first."""

    @abstractmethod
    def at_or_before(self, time: int) -> Session | None:
        """The newest session that has opened by `time`; None before the first."""

    @abstractmethod
    def by_index(self, index: int) -> Session | None: ...

    def is_open(self, time: int) -> bool:
        session = self.at_or_before(time)
        return session is not None and time < session.close

    def current_or_next(self, time: int) -> Session | None:
        """The session that is open, else the next one; None after the calendar's end."""
        session = self.at_or_before(time)
        if session is None:
            return self.by_index(0)
        return session if time < session.close else self.by_index(session.index + 1)

    def session_bounds(self, time: int) -> tuple[int, int] | None:
        """Open and close of the session that is open, else of the next one."""
        session = self.current_or_next(time)
        return None if session is None else (session.open, session.close)

    def next_open(self, time: int) -> int | None:
        """The first open after `time`."""
        session = self.at_or_before(time)
        following = self.by_index(0 if session is None else session.index + 1)
        return None if following is None else following.open

    def trading_day(self, time: int) -> int | None:
        """The day, from 1970-01-01, of the open session, else of the next one."""
        session = self.current_or_next(time)
        return None if session is None else session.day

    def period(self, resolution: Resolution, session: Session) -> tuple[Session, Session]:
        """First and last session of the daily, weekly or monthly bar that `session` belongs to."""
        return self._step(resolution, session, -1), self._step(resolution, session, 1)

    def _step(self, resolution: Resolution, session: Session, direction: int) -> Session:
        period = period_of(resolution, session.day)
        found = session
        while (following := self.by_index(found.index + direction)) is not None:
            if period_of(resolution, following.day) != period:
                break
            found = following
        return found


@final
class AlwaysOpen(Sessions):
    """Round the clock from a first day on; a trading day is a UTC day."""

    def __init__(self, first_day: int) -> None:
        self._first_day = first_day

    @override
    def at_or_before(self, time: int) -> Session | None:
        return self.by_index(time // DAY - self._first_day)

    @override
    def by_index(self, index: int) -> Session | None:
        if index < 0:
            return None
        day = self._first_day + index
        return Session(index, day, day * DAY, (day + 1) * DAY)


@final
class CurrencySessions(Sessions):
    """Without a break from Sunday 17:00 to Friday 17:00 in New York; no holidays.

    A trading day runs from 17:00 to 17:00 and is the day on which it ends, Monday to Friday.
    """

    def __init__(self, first_day: int) -> None:
        """From the first Monday that is not before that day on."""
        self._monday = first_day + (_FIRST_MONDAY - first_day) % 7

    @override
    def at_or_before(self, time: int) -> Session | None:
        week, weekday = divmod(day_of(time) + 1 - self._monday, 7)
        session = self.by_index(5 * week + min(weekday, 4))
        while session is not None and session.open > time:
            session = self.by_index(session.index - 1)
        return session

    @override
    def by_index(self, index: int) -> Session | None:
        if index < 0:
            return None
        week, weekday = divmod(index, 5)
        day = self._monday + 7 * week + weekday
        return Session(index, day, _evening(day - 1), _evening(day))


@cache
def _evening(day: int) -> int:
    """17:00 in New York on that day, Unix milliseconds."""
    date = datetime.fromtimestamp(day * DAY // SECOND, UTC).date()
    return int(datetime.combine(date, _EVENING, _NEW_YORK).timestamp()) * SECOND


@final
class ListedSessions(Sessions):
    """Sessions from a list of (day, open, close), ascending and apart from each other."""

    def __init__(self, listed: Sequence[tuple[int, int, int]]) -> None:
        """Raises ValueError where sessions overlap or are out of order."""
        self._sessions = [Session(i, *each) for i, each in enumerate(listed)]
        self._opens = [session.open for session in self._sessions]
        for before, after in zip(self._sessions, self._sessions[1:], strict=False):
            if not before.open < before.close <= after.open or before.day >= after.day:
                raise ValueError(f"session {after.index} does not follow the one before")

    @override
    def at_or_before(self, time: int) -> Session | None:
        return self.by_index(bisect_right(self._opens, time) - 1)

    @override
    def by_index(self, index: int) -> Session | None:
        return self._sessions[index] if 0 <= index < len(self._sessions) else None
