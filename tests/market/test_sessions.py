"""When markets are open."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from generated.models import Resolution
from handlers.market.resolutions import DAY, HOUR
from handlers.market.sessions import AlwaysOpen, CurrencySessions, ListedSessions

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


def at(iso: str) -> int:
    return int(datetime.fromisoformat(iso).replace(tzinfo=UTC).timestamp()) * 1_000


@pytest.mark.parametrize(
    ("time", "is_open", "day"),
    [
        ("2025-11-23T21:59:59", False, "2025-11-24"),  # Sunday, just before 17:00 in New York
        ("2025-11-23T22:00:00", True, "2025-11-24"),
        ("2025-11-24T21:59:59", True, "2025-11-24"),
        ("2025-11-24T22:00:00", True, "2025-11-25"),
        ("2025-11-28T21:59:59", True, "2025-11-28"),
        ("2025-11-28T22:00:00", False, "2025-12-01"),
        ("2025-11-29T12:00:00", False, "2025-12-01"),
        ("2025-07-06T21:00:00", True, "2025-07-07"),  # an hour earlier in summer
        ("2025-07-06T20:59:59", False, "2025-07-07"),
        ("2025-12-25T12:00:00", True, "2025-12-25"),
    ],
)
def test_currencies_trade_from_sunday_to_friday_evening(time: str, is_open: bool, day: str) -> None:
    sessions = CurrencySessions(14_610)
    assert sessions.is_open(at(time)) is is_open
    assert sessions.trading_day(at(time)) == at(day) // DAY


def test_days_of_currencies_follow_each_other() -> None:
    sessions = CurrencySessions(14_610)
    listed = [session for index in range(600) if (session := sessions.by_index(index))]
    assert [each.index for each in listed] == list(range(600))
    assert listed[0].day == at("2010-01-04") // DAY
    for before, after in pairwise(listed):
        assert before.open < before.close <= after.open
        assert after.open - before.close in (0, 2 * DAY, 2 * DAY - HOUR, 2 * DAY + HOUR)
        assert sessions.at_or_before(after.open) == after
        assert sessions.at_or_before(after.open - 1) == before
    assert sessions.at_or_before(listed[0].open - 1) is None
    assert sessions.by_index(-1) is None


def test_sessions_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="does not follow"):
        ListedSessions([(1, DAY, 2 * DAY + 1), (2, 2 * DAY, 3 * DAY)])
