"""How bars add up, and where they begin."""

from datetime import UTC, datetime

import pytest

from generated.models import Resolution
from handlers.market.bars import Bar, aggregate, merge
from handlers.market.resolutions import DAY, bar_start, day_of, duration, parse, period_of


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()) * 1_000


def test_merging_keeps_first_open_extremes_last_close_and_all_volume() -> None:
    bars = [Bar(0, 10, 12, 9, 11, 5), Bar(60, 11, 15, 11, 14, 7), Bar(120, 14, 14, 8, 9, 1)]
    assert merge(bars) == Bar(0, 10, 15, 8, 9, 13)
    assert merge(bars, time=7).time == 7


def test_merging_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no bars"):
        merge([])


def test_a_longer_bar_carries_the_time_of_its_first() -> None:
    days = [Bar(day * DAY, 1, 2, 1, 2, 1) for day in (3, 4, 5, 11)]
    weeks = list(aggregate(days, lambda bar: period_of(Resolution.WEEK, day_of(bar.time))))
    assert [bar.time // DAY for bar in weeks] == [3, 4, 11]
    assert [bar.volume for bar in weeks] == [1, 2, 1]


@pytest.mark.parametrize(("spelling", "resolution"), [("1D", "D"), ("1W", "W"), ("1M", "M")])
def test_both_spellings_lead_to_one_resolution(spelling: str, resolution: str) -> None:
    assert parse(spelling) is parse(resolution) is Resolution(resolution)


@pytest.mark.parametrize("spelling", ["", "2", "1d", "D1", "1S", "60m"])
def test_other_resolutions_do_not_exist(spelling: str) -> None:
    assert parse(spelling) is None


def test_weeks_begin_on_monday_and_months_on_their_first_day() -> None:
    sunday, monday = day_of(at(2026, 11, 22)), day_of(at(2026, 11, 23))
    assert period_of(Resolution.WEEK, sunday) + 1 == period_of(Resolution.WEEK, monday)
    assert period_of(Resolution.WEEK, monday) == period_of(Resolution.WEEK, monday + 6)
    last, first = day_of(at(2024, 2, 29)), day_of(at(2024, 3, 1))
    assert period_of(Resolution.MONTH, last) + 1 == period_of(Resolution.MONTH, first)


def test_hours_begin_at_the_open_of_the_session() -> None:
    session_open = at(2026, 11, 23, 14, 30)
    assert bar_start(Resolution.HOUR_1, session_open, at(2026, 11, 23, 15, 29, 59)) == session_open
    assert bar_start(Resolution.HOUR_4, session_open, at(2026, 11, 23, 18, 30)) == at(
        2026, 11, 23, 18, 30
    )


def test_days_have_no_length_in_milliseconds() -> None:
    assert duration(Resolution.DAY) is None
    with pytest.raises(ValueError, match="not shorter than a day"):
        bar_start(Resolution.DAY, 0, 0)
    with pytest.raises(ValueError, match="shorter than a day"):
        period_of(Resolution.MINUTE_1, 0)
