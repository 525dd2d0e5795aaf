"""New York's sessions: summer and winter time, half days, holidays."""

from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from generated.models import Resolution
from handlers.market.resolutions import DAY, HOUR, MINUTE
from tests.feeds.listings import NEW_YORK, NOW, chart, listing

ZONE = ZoneInfo("America/New_York")


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=ZONE).timestamp()) * 1_000


def day_of(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("year", "month", "day", "opening"),
    [(2026, 3, 6, "14:30"), (2026, 3, 9, "13:30"), (2025, 10, 31, "13:30"), (2025, 11, 3, "14:30")],
    ids=["before summer time", "after", "before winter time", "after "],
)
def test_it_opens_at_half_past_nine_in_new_york(
    year: int, month: int, day: int, opening: str
) -> None:
    session = NEW_YORK.current_or_next(day_of(year, month, day) * DAY + 6 * HOUR)
    assert session is not None
    assert session.day == day_of(year, month, day)
    assert session.open == local(year, month, day, 9, 30)
    hour, minute = opening.split(":")
    assert session.open % DAY == int(hour) * HOUR + int(minute) * MINUTE


def test_half_days_close_at_one() -> None:
    assert NEW_YORK.session_bounds(local(2025, 11, 28, 10)) == (
        local(2025, 11, 28, 9, 30),
        local(2025, 11, 28, 13),
    )
    assert not NEW_YORK.is_open(local(2025, 11, 28, 13))


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2025, 11, 27), (2025, 12, 25), (2026, 7, 3), (2026, 11, 22)]
)
def test_holidays_and_weekends_have_no_session(year: int, month: int, day: int) -> None:
    assert not NEW_YORK.is_open(local(year, month, day, 11))
    assert NEW_YORK.trading_day(local(year, month, day, 11)) != day_of(year, month, day)


def test_the_calendar_reaches_from_the_origin_into_the_far_future() -> None:
    first = NEW_YORK.by_index(0)
    assert first is not None
    assert first.day == day_of(2010, 1, 4)
    assert NEW_YORK.is_open(local(2045, 6, 1, 11))


def test_a_half_day_has_seven_half_hours_and_hours_that_begin_at_the_open() -> None:
    of = chart("SIMNY:SPY")
    start, end = day_of(2025, 11, 28) * DAY, day_of(2025, 11, 29) * DAY
    half_hours = of.newest(Resolution.MINUTE_30, start, end, 100, end)
    assert len(half_hours) == 7
    hours = of.newest(Resolution.HOUR_1, start, end, 100, end)
    assert [bar.time for bar in hours] == [local(2025, 11, 28, 9 + i, 30) for i in range(4)]
    assert len(of.newest(Resolution.HOUR_4, start, end, 100, end)) == 1


def test_longer_bars_carry_the_first_trading_day() -> None:
    of = chart("SIMNY:SPY")
    end = day_of(2026, 1, 10) * DAY
    months = of.newest(Resolution.MONTH, 0, end, 2, end)
    assert [bar.time // DAY for bar in months] == [day_of(2025, 12, 1), day_of(2026, 1, 2)]
    # Monday 2025-09-01 was Labor Day.
    weeks = of.newest(Resolution.WEEK, 0, day_of(2025, 9, 6) * DAY, 1, end)
    assert weeks[0].time // DAY == day_of(2025, 9, 2)


def test_prices_gap_over_night_and_not_during_the_session() -> None:
    of = chart("SIMNY:SPY")
    days = of.newest(Resolution.DAY, 0, NOW, 250, NOW)
    gaps = [after.open != before.close for before, after in pairwise(days)]
    assert sum(gaps) > 200
    minutes = of.newest(Resolution.MINUTE_1, days[-2].time, days[-2].time + DAY, 390, NOW)
    assert len(minutes) == 390
    assert all(before.close == after.open for before, after in pairwise(minutes))


def test_the_last_quote_stays_while_the_market_is_closed() -> None:
    of = listing("SIMNY:SPY")
    close = local(2025, 11, 26, 16)
    last = of.quote(close - 1)
    assert last is not None
    for moment in (close, local(2025, 11, 27, 12)):
        quote = of.quote(moment)
        assert quote is not None
        assert (quote.last, quote.bid, quote.ask) == (last.last, last.bid, last.ask)
        assert quote.time < close
