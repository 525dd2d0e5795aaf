"""When markets are open."""

import pytest

from generated.models import Resolution
from handlers.market.resolutions import DAY, HOUR
from handlers.market.sessions import AlwaysOpen, ListedSessions

# Thursday, Friday, Monday of the second week of 1970, 14:00 to 20:00; Friday closes at 17:00.
LISTED = ListedSessions(
    [
        (7, 7 * DAY + 14 * HOUR, 7 * DAY + 20 * HOUR),
        (8, 8 * DAY + 14 * HOUR, 8 * DAY + 17 * HOUR),
        (11, 11 * DAY + 14 * HOUR, 11 * DAY + 20 * HOUR),
    ]
)


@pytest.mark.parametrize(
    ("day", "hour", "is_open"),
    [
        (7, 13.9, False),
        (7, 14, True),
        (7, 20, False),
        (8, 16.9, True),
        (8, 17, False),
        (9, 15, False),
    ],
)
def test_open_from_the_open_until_just_before_the_close(
    day: int, hour: float, is_open: bool
) -> None:
    assert LISTED.is_open(day * DAY + int(hour * HOUR)) is is_open


def test_outside_of_a_session_the_next_one_counts() -> None:
    friday_evening = 8 * DAY + 18 * HOUR
    assert LISTED.trading_day(friday_evening) == 11
    assert LISTED.session_bounds(friday_evening) == (11 * DAY + 14 * HOUR, 11 * DAY + 20 * HOUR)
    assert LISTED.next_open(friday_evening) == 11 * DAY + 14 * HOUR


def test_inside_of_a_session_it_counts_itself() -> None:
    noon = 7 * DAY + 15 * HOUR
    assert LISTED.trading_day(noon) == 7
    assert LISTED.session_bounds(noon) == (7 * DAY + 14 * HOUR, 7 * DAY + 20 * HOUR)
    assert LISTED.next_open(noon) == 8 * DAY + 14 * HOUR


def test_before_the_first_and_after_the_last_session() -> None:
    assert LISTED.at_or_before(0) is None
    assert LISTED.next_open(0) == 7 * DAY + 14 * HOUR
    end = 12 * DAY
    assert LISTED.session_bounds(end) is None
    assert LISTED.next_open(end) is None
    assert LISTED.trading_day(end) is None


def test_a_week_spans_its_own_sessions_only() -> None:
    friday = LISTED.at_or_before(8 * DAY + 15 * HOUR)
    assert friday is not None
    first, last = LISTED.period(Resolution.WEEK, friday)
    assert (first.day, last.day) == (7, 8)


def test_round_the_clock_days_follow_each_other() -> None:
    sessions = AlwaysOpen(100)
    assert not sessions.is_open(100 * DAY - 1)
    assert sessions.is_open(100 * DAY)
    assert sessions.trading_day(101 * DAY - 1) == 100
    assert sessions.next_open(100 * DAY) == 101 * DAY


def test_sessions_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="does not follow"):
        ListedSessions([(1, DAY, 2 * DAY + 1), (2, 2 * DAY, 3 * DAY)])
