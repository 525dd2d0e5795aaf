"""Trading calendars of real exchanges, loaded when they are first asked for."""

import warnings
from functools import cache
from threading import Lock
from typing import Final, final

from typing_extensions import override

from handlers.market.sessions import ListedSessions, Session, Sessions

_LOADING: Final = Lock()
"""One at a time: silencing warnings is for the whole process."""
_NANOSECONDS_PER_DAY = 86_400_000_000_000
_NANOSECONDS_PER_MILLISECOND = 1_000_000


@final
class ExchangeSessions(Sessions):
    """The sessions of an exchange by its code, such as XNYS, from `start` to `end` (ISO dates).

    Loading imports a large library: it takes a second or two, once, and is safe in any thread.
    """

    def __init__(self, code: str, start: str, end: str) -> None:
        self._code, self._start, self._end = code, start, end
        self._listed: ListedSessions | None = None

    def load(self) -> ListedSessions:
        """Idempotent; call it early, off the event loop."""
        if self._listed is None:
            with _LOADING:
                self._listed = _load(self._code, self._start, self._end)
        return self._listed

    @property
    def loaded(self) -> bool:
        return self._listed is not None

    @override
    def at_or_before(self, time: int) -> Session | None:
        return self.load().at_or_before(time)

    @override
    def by_index(self, index: int) -> Session | None:
        return self.load().by_index(index)


@cache
def _load(code: str, start: str, end: str) -> ListedSessions:
    import exchange_calendars

    with warnings.catch_warnings():
        # It is behind with what pandas deprecates, which is not for our users to read.
        warnings.simplefilter("ignore")
        calendar = exchange_calendars.get_calendar(code, start=start, end=end)
    return ListedSessions(
        [
            (
                int(day) // _NANOSECONDS_PER_DAY,
                int(opening) // _NANOSECONDS_PER_MILLISECOND,
                int(closing) // _NANOSECONDS_PER_MILLISECOND,
            )
            for day, opening, closing in zip(
                calendar.sessions_nanos, calendar.opens_nanos, calendar.closes_nanos, strict=True
            )
        ]
    )
