"""Simulated prices: consistent over all resolutions, the same for the same seed, believable."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from math import log
from statistics import correlation, mean, median, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated.models import Resolution
from handlers.feeds.simulated.chart import Chart
from handlers.feeds.simulated.feed import ORIGIN, SimulatedFeed
from handlers.feeds.simulated.listing import Listing
from handlers.feeds.simulated.path import SPANS, TRADE
from handlers.market.bars import Bar, aggregate, merge
from handlers.market.resolutions import DAY, HOUR, MINUTE, bar_start, duration, period_of
from tests.clock import ManualClock
from tests.feeds.listings import NOW, SEED, chart, listing

ROUND_THE_CLOCK = ("AAPL", "EURUSD", "BTCUSD")
INTRADAY = [each for each in Resolution if duration(each) is not None]
moments = st.integers(NOW - 5_700 * DAY, NOW)


def bars(of: Chart, resolution: Resolution, start: int, end: int, now: int = NOW) -> list[Bar]:
    return of.newest(resolution, start, end, 100_000, now)


def exact(found: Iterable[Bar]) -> list[Bar]:
    """Sums of floats may differ in the last place."""
    return [bar._replace(volume=round(bar.volume, 4)) for bar in found]


@pytest.mark.parametrize("symbol", [*ROUND_THE_CLOCK, "SIMNY:SPY"])
@given(moment=moments)
def test_minutes_add_up_to_every_longer_bar(symbol: str, moment: int) -> None:
    of = chart(symbol)
    day = of.newest(Resolution.DAY, 0, moment, 1, NOW)[0]
    minutes = bars(of, Resolution.MINUTE_1, day.time, day.time + DAY)
    assert exact([merge(minutes, day.time)]) == exact([day])
    for resolution in INTRADAY:
        longer = aggregate(minutes, partial(start_of, resolution, minutes[0].time))
        assert exact(longer) == exact(bars(of, resolution, day.time, day.time + DAY))


def start_of(resolution: Resolution, session_open: int, bar: Bar) -> int:
    return bar_start(resolution, session_open, bar.time)


@pytest.mark.parametrize("symbol", ["BTCUSD", "SIMNY:AAPL"])
@pytest.mark.parametrize("resolution", [Resolution.WEEK, Resolution.MONTH])
def test_days_add_up_to_weeks_and_months(symbol: str, resolution: Resolution) -> None:
    of = chart(symbol)
    days = bars(of, Resolution.DAY, 0, NOW)
    built = aggregate(days, lambda day: period_of(resolution, day.time // DAY))
    assert exact(built) == exact(bars(of, resolution, 0, NOW))


@pytest.mark.parametrize("symbol", ROUND_THE_CLOCK)
@given(moment=moments)
def test_trades_add_up_to_the_bar_in_progress(symbol: str, moment: int) -> None:
    of = listing(symbol)
    start = moment - moment % MINUTE
    prices = [
        quote.last
        for time in range(start, moment + 1, TRADE)
        if (quote := of.quote(time)) is not None
    ]
    (bar,) = of.chart.newest(Resolution.MINUTE_1, start, moment + 1, 1, moment)
    assert (bar.time, bar.open, bar.close) == (start, float(prices[0]), float(prices[-1]))
    assert (bar.high, bar.low) == (float(max(prices)), float(min(prices)))


@pytest.mark.parametrize("resolution", list(Resolution))
@pytest.mark.parametrize("symbol", ["AAPL", "SIMNY:MSFT"])
def test_a_bar_that_ran_to_its_end_is_the_closed_bar(symbol: str, resolution: Resolution) -> None:
    """At the close of a month: a Sunday round the clock, a half day in New York."""
    of = chart(symbol)
    end = int(datetime(2024, 11, 29, 18, tzinfo=UTC).timestamp()) * 1_000
    if symbol == "AAPL":
        end = int(datetime(2024, 7, 1, tzinfo=UTC).timestamp()) * 1_000
    running = of.current(resolution, end - 1)
    assert running is not None
    assert not running[1]
    start = running[0].time
    assert bars(of, resolution, start, start + 1, end) == [running[0]]
    if symbol != "AAPL":
        assert of.current(resolution, end) == (running[0], True)


def test_the_seed_decides() -> None:
    mine, same, other = (
        Listing(seed, listing("AAPL").instrument, listing("AAPL").sessions)
        for seed in (SEED, SEED, "another")
    )
    week = NOW - 7 * DAY
    assert bars(mine.chart, Resolution.HOUR_1, week, NOW) == bars(
        same.chart, Resolution.HOUR_1, week, NOW
    )
    assert bars(mine.chart, Resolution.HOUR_1, week, NOW) != bars(
        other.chart, Resolution.HOUR_1, week, NOW
    )
    assert mine.quote(NOW) == same.quote(NOW)


def test_symbols_of_one_seed_move_by_themselves() -> None:
    def returns(symbol: str) -> list[float]:
        days = bars(chart(symbol), Resolution.DAY, NOW - 400 * DAY, NOW)
        return [log(day.close / day.open) for day in days]

    ups = [a * b > 0 for a, b in zip(returns("AAPL"), returns("MSFT"), strict=True)]
    assert 0.4 < sum(ups) / len(ups) < 0.6


@pytest.mark.parametrize(
    ("symbol", "low", "high"),
    [
        ("AAPL", 160, 330),
        ("BTCUSD", 50_000, 170_000),
        ("EURUSD", 0.95, 1.2),
        ("SIMFX:XAUEUR", 2_000, 4_000),
        ("SIMFX:USDJPY", 120, 180),
        ("SIMNY:SPY", 450, 750),
    ],
)
def test_prices_are_near_those_of_the_real_thing(symbol: str, low: float, high: float) -> None:
    closes = [bar.close for bar in bars(chart(symbol), Resolution.DAY, NOW - 365 * DAY, NOW)]
    assert low < median(closes) < high


@pytest.mark.parametrize(
    ("symbol", "daily"), [("AAPL", 0.014), ("EURUSD", 0.0045), ("BTCUSD", 0.027)]
)
def test_they_move_as_much_as_the_real_thing(symbol: str, daily: float) -> None:
    days = bars(chart(symbol), Resolution.DAY, NOW - 2000 * DAY, NOW)
    moves = pstdev(log(day.close / day.open) for day in days)
    ranges = median(log(day.high / day.low) for day in days)
    assert 0.7 * daily < moves < 1.4 * daily
    assert 1.0 * daily < ranges < 2.2 * daily


@pytest.mark.parametrize("symbol", ROUND_THE_CLOCK)
@pytest.mark.parametrize("resolution", [Resolution.DAY, Resolution.HOUR_1, Resolution.MINUTE_5])
def test_the_past_does_not_foretell_the_direction(symbol: str, resolution: Resolution) -> None:
    found = chart(symbol).newest(resolution, 0, NOW, 2_000, NOW)
    moves = [log(after.close / before.close) for before, after in pairwise(found)]
    assert abs(correlation(moves[:-1], moves[1:])) < 0.15


@pytest.mark.parametrize("symbol", [*ROUND_THE_CLOCK, "SIMNY:SPY"])
def test_the_extremes_of_a_day_are_touched_a_few_times_at_most(symbol: str) -> None:
    of = chart(symbol)
    highs, lows = [], []
    for day in of.newest(Resolution.DAY, 0, NOW - DAY, 40, NOW):
        minutes = bars(of, Resolution.MINUTE_1, day.time, day.time + DAY)
        highs.append(sum(minute.high == day.high for minute in minutes))
        lows.append(sum(minute.low == day.low for minute in minutes))
    assert 1 <= mean(highs) < 3
    assert 1 <= mean(lows) < 3


@pytest.mark.parametrize("symbol", ROUND_THE_CLOCK)
def test_wild_minutes_follow_wild_minutes(symbol: str) -> None:
    found = chart(symbol).newest(Resolution.MINUTE_1, 0, NOW, 2_000, NOW)
    moves = [abs(log(after.close / before.close)) for before, after in pairwise(found)]
    assert correlation(moves[:-1], moves[1:]) > 0.1


def test_new_york_is_busiest_when_it_opens_and_closes() -> None:
    of = chart("SIMNY:SPY")
    days = bars(of, Resolution.DAY, NOW - 60 * DAY, NOW)
    first, noon, last = 0.0, 0.0, 0.0
    for day in days:
        half_hours = bars(of, Resolution.MINUTE_30, day.time, day.time + DAY)
        if len(half_hours) == 13:
            first += half_hours[0].volume
            noon += half_hours[6].volume
            last += half_hours[12].volume
    assert first > 2 * noon
    assert last > 2 * noon


def test_bid_and_ask_enclose_the_last_trade_at_a_spread() -> None:
    of = listing("EURUSD")
    for time in range(NOW - HOUR, NOW, 7_250):
        quote = of.quote(time)
        assert quote is not None
        assert quote.last in (quote.bid, quote.ask)
        assert 0 < (quote.ask - quote.bid) / of.symbol.tick_size <= 12
        for price in (quote.bid, quote.ask, quote.last):
            assert price % of.symbol.tick_size == 0


def test_a_quote_is_of_the_moment_and_says_since_when_it_prevails() -> None:
    of = listing("BTCUSD")
    quotes = [of.quote(NOW + late) for late in (0, 1, TRADE - 1, TRADE)]
    assert [(each.time - NOW, (each.since or 0) - NOW) for each in quotes if each] == [
        (0, 0),
        (1, 0),
        (TRADE - 1, 0),
        (TRADE, TRADE),
    ]


def test_nothing_was_traded_before_the_origin() -> None:
    origin = int(datetime.fromisoformat(ORIGIN).replace(tzinfo=UTC).timestamp()) * 1_000
    of = chart("AAPL")
    assert of.newest(Resolution.DAY, 0, NOW, 100_000, NOW)[0].time == origin
    assert of.newest(Resolution.MONTH, 0, NOW, 100_000, NOW)[0].time == origin
    assert of.newest(Resolution.MINUTE_1, 0, origin, 10, NOW) == []
    assert of.current(Resolution.DAY, origin - 1) is None


def test_each_level_divides_the_one_before() -> None:
    assert all(long % short == 0 for long, short in pairwise(SPANS))


def test_golden_prices() -> None:
    """They change with the model alone; then its version changes, and the epoch with it."""
    of = chart("AAPL")
    assert of.newest(Resolution.MINUTE_1, 0, NOW, 2, NOW) == [
        Bar(1_763_999_880_000, 241.97, 241.97, 241.83, 241.94, 21_586.0),
        Bar(1_763_999_940_000, 241.94, 241.98, 241.94, 241.98, 10_432.0),
    ]
    assert of.newest(Resolution.DAY, 0, NOW - DAY, 1, NOW) == [
        Bar(1_763_856_000_000, 241.59, 242.49, 239.29, 240.88, 40_867_590.0)
    ]
    assert SimulatedFeed(ManualClock(NOW), SEED).epoch == "7c20691e70051d51"
