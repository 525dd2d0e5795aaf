"""Resolutions: how long bars are and where they begin. Times are Unix milliseconds."""

from datetime import UTC, datetime
from typing import Final

from generated.models import Resolution

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_SPELLINGS: Final = {
    **{str(resolution.value): resolution for resolution in Resolution},
    "1D": Resolution.DAY,
    "1W": Resolution.WEEK,
    "1M": Resolution.MONTH,
}
_FIRST_MONDAY: Final = 4
"""1970-01-05, counted in days from the epoch."""


def parse(spelling: str) -> Resolution | None:
    """The canonical resolution of either spelling, `D` or `1D`; None for no resolution."""
    return _SPELLINGS.get(spelling)


def is_intraday(resolution: Resolution) -> bool:
    return duration(resolution) is not None


def duration(resolution: Resolution) -> int | None:
    """Milliseconds of an intraday bar; None for those that are counted in trading days."""
    return _DURATIONS[resolution]


def day_of(time: int) -> int:
    """The UTC day, counted from 1970-01-01."""
    return time // DAY


def period_of(resolution: Resolution, day: int) -> int:
    """A number that the trading days of one daily, weekly or monthly bar share.

    Weeks begin on Monday. Raises ValueError for an intraday resolution.
    """
    match resolution:
        case Resolution.DAY:
            return day
        case Resolution.WEEK:
            return (day - _FIRST_MONDAY) // 7
        case Resolution.MONTH:
            date = datetime.fromtimestamp(day * DAY / SECOND, UTC)
            return date.year * 12 + date.month - 1
        case (
            Resolution.MINUTE_1
            | Resolution.MINUTE_5
            | Resolution.MINUTE_15
            | Resolution.MINUTE_30
            | Resolution.HOUR_1
            | Resolution.HOUR_4
        ):
            raise ValueError(f"{resolution} is shorter than a day")


def bar_start(resolution: Resolution, session_open: int, time: int) -> int:
    """Start of the intraday bar that holds `time`; bars begin at the open of their session.

    Raises ValueError for daily bars and longer.
    """
    length = duration(resolution)
    if length is None:
        raise ValueError(f"{resolution} is not shorter than a day")
    return session_open + (time - session_open) // length * length


def _duration(resolution: Resolution) -> int | None:
    match resolution:
        case Resolution.MINUTE_1:
            return MINUTE
        case Resolution.MINUTE_5:
            return 5 * MINUTE
        case Resolution.MINUTE_15:
            return 15 * MINUTE
        case Resolution.MINUTE_30:
            return 30 * MINUTE
        case Resolution.HOUR_1:
            return HOUR
        case Resolution.HOUR_4:
            return 4 * HOUR
        case Resolution.DAY | Resolution.WEEK | Resolution.MONTH:
            return None


_DURATIONS: Final = {resolution: _duration(resolution) for resolution in Resolution}
