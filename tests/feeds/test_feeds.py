"""All feeds as one: routing, counting, telling."""

import asyncio
import logging
from contextlib import suppress
from decimal import Decimal

import pytest
from typing_extensions import override

from generated.models import Resolution
from handlers.feeds import feeds as module
from handlers.feeds.feed import Feed, FeedSink
from handlers.feeds.feeds import Feeds
from handlers.feeds.replay.feed import ReplayFeed
from handlers.feeds.simulated.feed import SimulatedFeed
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.storage.replays import MemoryReplays
from tests.clock import ManualClock
from tests.feeds.listings import NOW, SEED
from tests.ports.feed_suite import Sink


def both(clock: ManualClock) -> tuple[SimulatedFeed, ReplayFeed]:
    return SimulatedFeed(clock, SEED), ReplayFeed(
        clock, MemoryReplays(), lambda: "e1", bar_duration=2_000, history=500
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


def test_a_symbol_leads_to_its_feed_in_either_spelling(clock: ManualClock) -> None:
    simulated, replay = both(clock)
    feeds = Feeds([simulated, replay])
    assert feeds.feed("AAPL") is feeds.feed("SIM:AAPL") is simulated
    assert feeds.feed("REC:AAPL") is replay
    assert feeds.quote("SIM:AAPL") == simulated.quote("AAPL")
    assert feeds.market_time("REC:AAPL") == replay.market_time("REC:AAPL")
    assert feeds.history("SIM:AAPL", Resolution.DAY, count_back=3) == simulated.history(
        "AAPL", Resolution.DAY, None, None, 3
    )
    found = feeds.symbol("SIM:AAPL")
    assert found is not None
    assert found.id == "AAPL"


@pytest.mark.parametrize("spelling", ["NOBODY", "REC:NOBODY", "SIMNY:BTCUSD", "aapl", "", "::"])
def test_other_symbols_do_not_exist(clock: ManualClock, spelling: str) -> None:
    feeds = Feeds(both(clock))
    assert feeds.symbol(spelling) is None
    with pytest.raises(KeyError):
        feeds.quote(spelling)
    with pytest.raises(KeyError):
        feeds.watch(spelling)


def test_search_goes_over_all_feeds(clock: ManualClock) -> None:
    feeds = Feeds(both(clock))
    assert [symbol.id for symbol in feeds.search("AAP")] == ["AAPL", "SIMNY:AAPL", "REC:AAPL"]
    assert [exchange.name for exchange in feeds.exchanges()] == ["SIM", "SIMNY", "SIMFX", "REC"]


def test_one_symbol_in_two_feeds_is_refused(clock: ManualClock) -> None:
    with pytest.raises(ValueError, match="AAPL"):
        Feeds([SimulatedFeed(clock, "a"), SimulatedFeed(clock, "b")])


def test_a_symbol_is_watched_from_the_first_watcher_to_the_last(clock: ManualClock) -> None:
    simulated, _ = both(clock)
    feeds, sink = Feeds([simulated]), Sink()

    def quotes() -> int:
        clock.advance(250)
        before = len(sink.quotes)
        simulated.step(sink)
        return len(sink.quotes) - before

    assert quotes() == 0
    feeds.watch("AAPL")
    feeds.watch("SIM:AAPL")
    assert quotes() == 1
    feeds.unwatch("AAPL")
    assert quotes() == 1
    feeds.unwatch("AAPL")
    assert quotes() == 0
    with pytest.raises(ValueError, match="nobody watches AAPL"):
        feeds.unwatch("AAPL")


def test_one_listener_that_fails_does_not_keep_others_from_hearing(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Sink):
        @override
        def on_quote(self, quote: Quote) -> None:
            raise ArithmeticError

    feeds, sink = Feeds(both(clock)), Sink()
    feeds.add_listener(Failing())
    feeds.add_listener(sink)
    one = Decimal(1)
    quote = Quote("AAPL", NOW, one, one, one, one, one, one)
    with caplog.at_level(logging.ERROR):
        feeds.on_quote(quote)
    assert sink.quotes == [quote]
    assert "a listener of the feeds failed" in caplog.text
    bar = Bar(NOW, 1, 1, 1, 1, 1)
    feeds.on_bar("AAPL", Resolution.DAY, bar, True)
    assert sink.bars == [("AAPL", Resolution.DAY, bar, True)]
    feeds.on_epoch(feeds.feeds[1])
    assert sink.epochs == ["e1-0"]
    feeds.remove_listener(sink)
    feeds.on_bar("AAPL", Resolution.DAY, bar, True)
    assert len(sink.bars) == 1


async def test_a_feed_that_fails_is_run_again_and_holds_up_no_other(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "RESTART_SECONDS", 0.001)
    simulated, replay = both(clock)
    runs = 0

    async def fail(self: Feed, sink: FeedSink) -> None:
        nonlocal runs
        runs += 1
        raise ArithmeticError

    monkeypatch.setattr(ReplayFeed, "run", fail)
    with caplog.at_level(logging.ERROR):
        task = asyncio.create_task(Feeds([replay, simulated]).run())
        for _ in range(1_000):
            await asyncio.sleep(0.005)
            if runs > 1 and simulated.heartbeat_at():
                break
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert runs > 1
    assert simulated.heartbeat_at() == NOW
    assert "the feed replay failed and is run again" in caplog.text


async def test_a_feed_that_fails_while_it_is_canceled_is_not_run_again(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulated, _ = both(clock)

    async def fail() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError as error:
            raise ArithmeticError from error

    async def run(self: Feed, sink: FeedSink) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())

    monkeypatch.setattr(SimulatedFeed, "run", run)
    task = asyncio.create_task(Feeds([simulated]).run())
    await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
