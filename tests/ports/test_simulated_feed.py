"""The simulated feed is a feed, and catches up after it stood still."""

from threading import get_ident

import pytest
from typing_extensions import override

from generated.models import Adjustment, Resolution
from handlers.feeds import calendars
from handlers.feeds.simulated.feed import SimulatedFeed
from handlers.feeds.simulated.stream import MAX_CLOSED
from handlers.market.resolutions import DAY, HOUR, MINUTE
from handlers.market.sessions import ListedSessions
from tests.clock import ManualClock
from tests.feeds.listings import NOW, SEED
from tests.ports.feed_suite import FeedSuite, Sink, Subject


def simulated(clock: ManualClock) -> SimulatedFeed:
    return SimulatedFeed(clock, SEED)


class TestSimulatedFeed(FeedSuite):
    @override
    def make(self) -> Subject:
        clock = ManualClock(NOW + 30 * MINUTE + 20_125)
        feed = simulated(clock)
        return Subject(
            feed, clock, feed.step, "AAPL", "BTCUSD", Resolution.MINUTE_1, 1_250, 110, None
        )


class TestSimulatedFeedInNewYork(FeedSuite):
    @override
    def make(self) -> Subject:
        clock = ManualClock(NOW)
        feed = simulated(clock)
        return Subject(
            feed,
            clock,
            feed.step,
            "SIMNY:SPY",
            "SIMNY:AAPL",
            Resolution.HOUR_1,
            5 * MINUTE,
            30,
            None,
        )


class TestSimulatedCurrencies(FeedSuite):
    """On Sunday evening: the bar of Monday is in progress."""

    @override
    def make(self) -> Subject:
        clock = ManualClock(NOW - 16 * HOUR + 10 * MINUTE)
        feed = simulated(clock)
        return Subject(
            feed,
            clock,
            feed.step,
            "SIMFX:EURUSD",
            "SIMFX:XAUEUR",
            Resolution.MINUTE_5,
            MINUTE,
            20,
            None,
        )


class TestSimulatedCurrenciesByDays(FeedSuite):
    """Over the end of the trading day at 22:00 UTC."""

    @override
    def make(self) -> Subject:
        clock = ManualClock(NOW + 5 * HOUR)
        feed = simulated(clock)
        return Subject(
            feed,
            clock,
            feed.step,
            "SIMFX:EURUSD",
            "SIMFX:XAUEUR",
            Resolution.DAY,
            10 * MINUTE,
            9,
            None,
        )


def test_the_day_of_currencies_is_the_one_on_which_it_ends() -> None:
    """On Sunday, 18:30 in New York, the day's bar is Monday's; nothing is missing before it."""
    clock = ManualClock(NOW - 16 * HOUR - 30 * MINUTE)
    feed = simulated(clock)
    monday = (NOW // DAY) * DAY
    current = feed.bar("SIMFX:EURUSD", Resolution.DAY)
    assert current is not None
    assert (current[0].time, current[1]) == (monday, False)
    page = feed.history("SIMFX:EURUSD", Resolution.DAY, None, None, 3)
    assert [bar.time for bar in page.bars] == [monday - 4 * DAY, monday - 3 * DAY, monday]
    assert page.bars[-1] == current[0]


def test_currencies_are_pairs_and_say_of_what() -> None:
    symbols = {each.id: each for each in simulated(ManualClock(NOW)).symbols()}
    pairs = {
        name: (each.base_currency, each.currency)
        for name, each in symbols.items()
        if each.exchange == "SIMFX"
    }
    assert pairs == {
        "SIMFX:EURUSD": ("EUR", "USD"),
        "SIMFX:GBPUSD": ("GBP", "USD"),
        "SIMFX:USDJPY": ("USD", "JPY"),
        "SIMFX:EURGBP": ("EUR", "GBP"),
        "SIMFX:XAUEUR": ("XAU", "EUR"),
    }
    assert (symbols["AAPL"].base_currency, symbols["AAPL"].currency) == (None, "USD")


@pytest.mark.parametrize("resolution", list(Resolution))
def test_bars_end_with_their_session(resolution: Resolution) -> None:
    """By the clock, on the last day of a month: no trade follows that could end them."""
    close = NOW + 4 * DAY + 2 * HOUR  # Friday, 2025-11-28, closes at 18:00 UTC.
    clock = ManualClock(close - 250)
    feed, sink = simulated(clock), Sink()
    feed.watch("SIMNY:SPY", resolution)
    feed.step(sink)
    assert [closed for *_, closed in sink.bars] == [False]
    for _ in range(8):
        clock.advance(250)
        feed.step(sink)
    assert [closed for *_, closed in sink.bars] == [False, True]
    assert feed.bar("SIMNY:SPY", resolution) == sink.bars[-1][2:]


def test_a_closed_market_is_silent_until_it_opens() -> None:
    clock = ManualClock(NOW - DAY)
    feed, sink = simulated(clock), Sink()
    feed.watch("SIMNY:SPY")
    feed.watch("SIMNY:SPY", Resolution.MINUTE_1)
    feed.step(sink)
    assert (sink.quotes, sink.bars) == ([], [])
    assert not feed.is_open("SIMNY:SPY")
    clock.time = NOW - 90 * MINUTE
    feed.step(sink)
    assert [quote.time for quote in sink.quotes] == [clock.now()]
    assert [(bar.time, closed) for *_, bar, closed in sink.bars] == [(clock.now(), False)]


def test_bars_that_closed_while_it_stood_still_are_caught_up() -> None:
    clock = ManualClock(NOW + 20_000)
    feed, sink = simulated(clock), Sink()
    feed.watch("AAPL", Resolution.MINUTE_1)
    clock.advance(5 * MINUTE)
    feed.step(sink)
    assert [closed for *_, closed in sink.bars] == [True] * 5 + [False]
    page = feed.history("AAPL", Resolution.MINUTE_1, NOW, None)
    assert page.bars == tuple(bar for *_, bar, _ in sink.bars)
    clock.advance(2 * DAY)
    feed.step(sink)
    assert len(sink.bars) == 6 + MAX_CLOSED + 1


def test_more_bars_than_fit_on_a_page_are_announced() -> None:
    feed = simulated(ManualClock(NOW))
    page = feed.history("AAPL", Resolution.MINUTE_1, NOW - 4 * DAY, NOW)
    assert (len(page.bars), page.more) == (5_000, True)
    assert page.bars[-1].time == NOW - MINUTE
    rest = feed.history("AAPL", Resolution.MINUTE_1, NOW - 4 * DAY, page.bars[0].time)
    assert (len(rest.bars), rest.more) == (760, False)


def test_there_is_nothing_to_adjust_for() -> None:
    feed = simulated(ManualClock(NOW))
    plain = feed.history("AAPL", Resolution.DAY, None, None, 100, Adjustment.NONE)
    assert feed.history("AAPL", Resolution.DAY, None, None, 100, Adjustment.ALL) == plain


def test_the_epoch_is_that_of_the_seed() -> None:
    clock = ManualClock(NOW)
    assert simulated(clock).epoch == simulated(clock).epoch
    assert simulated(clock).epoch != SimulatedFeed(clock, "another").epoch


def test_prices_stand_still_until_the_clock_is_where_it_was() -> None:
    clock = ManualClock(NOW)
    feed, sink = simulated(clock), Sink()
    feed.watch("AAPL")
    feed.step(sink)
    clock.advance(-HOUR)
    feed.step(sink)
    assert feed.trouble == "the clock was set back: prices stand still for 3600 s"
    assert feed.heartbeat_at() == NOW
    assert feed.quote("AAPL") == sink.quotes[-1]
    clock.advance(HOUR + 250)
    feed.step(sink)
    assert feed.trouble is None
    assert feed.heartbeat_at() == clock.now()
    assert [quote.time for quote in sink.quotes] == [NOW, NOW + 250]


async def test_the_calendar_is_loaded_beside_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[int] = []

    def load(code: str, start: str, end: str) -> ListedSessions:
        threads.append(get_ident())
        return ListedSessions([(20_000, 20_000 * DAY, 20_000 * DAY + HOUR)])

    monkeypatch.setattr(calendars, "_load", load)
    feed = simulated(ManualClock(NOW))
    await feed.ready("AAPL")
    assert threads == []
    await feed.ready("SIMNY:SPY")
    await feed.ready("SIMNY:AAPL")
    assert not feed.is_open("SIMNY:SPY")
    assert len(threads) == 1
    assert threads[0] != get_ident()
