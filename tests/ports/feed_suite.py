"""What every feed must do. An implementation inherits the suite and says how to make one."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from typing_extensions import override

from generated.models import Adjustment, Resolution
from handlers.feeds.feed import MAX_BARS, Feed, FeedSink, NotSupported
from handlers.market.actions import CorporateAction
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.market.symbols import canonical_id
from tests.clock import ManualClock


@dataclass
class Sink(FeedSink):
    """Keeps what is streamed."""

    quotes: list[Quote] = field(default_factory=list)
    bars: list[tuple[str, Resolution, Bar, bool]] = field(default_factory=list)
    epochs: list[str] = field(default_factory=list)
    actions: list[CorporateAction] = field(default_factory=list)

    @override
    def on_quote(self, quote: Quote) -> None:
        self.quotes.append(quote)

    @override
    def on_bar(self, symbol_id: str, resolution: Resolution, bar: Bar, closed: bool) -> None:
        self.bars.append((symbol_id, resolution, bar, closed))

    @override
    def on_action(self, action: CorporateAction) -> None:
        self.actions.append(action)

    @override
    def on_epoch(self, feed: Feed) -> None:
        self.epochs.append(feed.epoch)


@dataclass(frozen=True, slots=True)
class Subject:
    """A feed, its clock, and `step`, which streams what has happened since the step before.

    Moving the clock by `tick` ms brings news of `symbol`; `ticks` of them close some bars of
    `resolution`.
    """

    feed: Feed
    clock: ManualClock
    step: Callable[[FeedSink], None]
    symbol: str
    other: str
    resolution: Resolution
    tick: int
    ticks: int
    impossible: Resolution | None

    def history(
        self,
        start: int | None = None,
        end: int | None = None,
        count_back: int | None = None,
        adjustment: Adjustment = Adjustment.NONE,
    ) -> tuple[Bar, ...]:
        page = self.feed.history(self.symbol, self.resolution, start, end, count_back, adjustment)
        return page.bars

    def run(self, sink: Sink) -> None:
        for _ in range(self.ticks):
            self.clock.advance(self.tick)
            self.step(sink)


class FeedSuite(ABC):
    @abstractmethod
    def make(self) -> Subject: ...

    @pytest.fixture
    def subject(self) -> Subject:
        return self.make()

    def test_symbols_are_canonical_and_belong_to_its_exchanges(self, subject: Subject) -> None:
        exchanges = {each.name: each.data_kind for each in subject.feed.exchanges()}
        for symbol in subject.feed.symbols():
            assert canonical_id(symbol.id) == symbol.id
            assert exchanges[symbol.exchange] is symbol.data_kind is subject.feed.data_kind
            assert symbol.resolutions
        assert len({symbol.id for symbol in subject.feed.symbols()}) > 1

    def test_an_unknown_symbol_is_a_key_error(self, subject: Subject) -> None:
        feed = subject.feed
        calls = (feed.quote, feed.market_time, feed.is_open, feed.session_end, feed.watch)
        for call in (*calls, feed.actions):
            with pytest.raises(KeyError):
                call("NOBODY")
        with pytest.raises(KeyError):
            feed.history("NOBODY", subject.resolution, None, None)

    async def test_every_symbol_becomes_ready(self, subject: Subject) -> None:
        for symbol in subject.feed.symbols():
            await subject.feed.ready(symbol.id)
        with pytest.raises(KeyError):
            await subject.feed.ready("NOBODY")

    def test_what_it_cannot_give_is_said(self, subject: Subject) -> None:
        if subject.impossible is None:
            return
        with pytest.raises(NotSupported):
            subject.feed.history(subject.symbol, subject.impossible, None, None)
        with pytest.raises(NotSupported):
            subject.feed.watch(subject.symbol, subject.impossible)

    def test_splits_and_dividends_are_told_once_to_whoever_listens(self, subject: Subject) -> None:
        feed, sink = subject.feed, Sink()
        subject.step(sink)
        before = {each.id: feed.actions(each.id) for each in feed.symbols()}
        sink.actions.clear()
        subject.run(sink)
        for symbol_id, known in before.items():
            now = feed.actions(symbol_id)
            assert now[: len(known)] == known
            assert [each for each in sink.actions if each.symbol == symbol_id] == list(
                now[len(known) :]
            )
            assert all(each.time <= feed.market_time(symbol_id) for each in now)
            assert feed.actions(symbol_id, known[-1].time if known else -1) == now[len(known) :]

    def test_the_newest_day_is_the_same_however_it_is_adjusted(self, subject: Subject) -> None:
        feed = subject.feed
        plain, *adjusted = (
            feed.history(subject.symbol, Resolution.DAY, None, None, 50, each).bars
            for each in feed.adjustments()
        )
        for bars in adjusted:
            assert bars[-1] == plain[-1]
            assert [bar.time for bar in bars] == [bar.time for bar in plain]

    def test_history_is_ascending_and_of_unique_times(self, subject: Subject) -> None:
        times = [bar.time for bar in subject.history()]
        assert times == sorted(set(times))
        assert 1 < len(times) <= MAX_BARS
        assert times[-1] <= subject.feed.market_time(subject.symbol)

    def test_a_range_has_its_start_and_not_its_end(self, subject: Subject) -> None:
        bars = subject.history(count_back=10)
        assert subject.history(bars[2].time, bars[6].time) == bars[2:6]
        assert subject.history(bars[2].time + 1, bars[6].time + 1) == bars[3:7]

    def test_counting_back_wins_over_the_start(self, subject: Subject) -> None:
        bars = subject.history(count_back=10)
        assert len(bars) == 10
        assert subject.history(bars[8].time, bars[9].time, 5) == bars[4:9]

    def test_an_empty_range_names_the_closest_older_bar(self, subject: Subject) -> None:
        bars = subject.history(count_back=3)
        page = subject.feed.history(
            subject.symbol, subject.resolution, bars[1].time + 1, bars[1].time + 2
        )
        assert (page.bars, page.previous_bar_time, page.more) == ((), bars[1].time, False)
        page = subject.feed.history(subject.symbol, subject.resolution, 0, 1_000)
        assert (page.bars, page.previous_bar_time) == ((), None)

    def test_nothing_is_known_of_the_future(self, subject: Subject) -> None:
        now = subject.feed.market_time(subject.symbol)
        page = subject.feed.history(subject.symbol, subject.resolution, now + 1, now + 10**12)
        assert page.bars == ()
        assert page.previous_bar_time == subject.history()[-1].time
        assert subject.history(end=now + 10**12) == subject.history()

    def test_the_newest_bar_is_the_last_of_history(self, subject: Subject) -> None:
        for symbol in subject.feed.symbols():
            for resolution in symbol.resolutions:
                page = subject.feed.history(symbol.id, resolution, None, None, 1)
                current = subject.feed.bar(symbol.id, resolution)
                assert page.bars == (() if current is None else (current[0],))

    def test_closed_bars_stay(self, subject: Subject) -> None:
        before = subject.history()[:-1]
        subject.run(Sink())
        assert subject.history(before[0].time, before[-1].time + 1) == before

    def test_what_is_streamed_equals_history(self, subject: Subject) -> None:
        sink = Sink()
        subject.feed.watch(subject.symbol, subject.resolution)
        for _ in range(subject.ticks):
            subject.clock.advance(subject.tick)
            subject.step(sink)
            if sink.bars:
                newest = subject.feed.bar(subject.symbol, subject.resolution)
                assert newest == sink.bars[-1][2:]
        closed = [bar for _, _, bar, closed in sink.bars if closed]
        assert closed
        assert subject.history(closed[0].time, closed[-1].time + 1) == tuple(closed)

    def test_each_bar_is_closed_once_before_the_next_begins(self, subject: Subject) -> None:
        sink = Sink()
        subject.feed.watch(subject.symbol, subject.resolution)
        subject.run(sink)
        times = [bar.time for _, _, bar, _ in sink.bars]
        assert times == sorted(times)
        for (_, _, bar, closed), (_, _, following, _) in zip(
            sink.bars, sink.bars[1:], strict=False
        ):
            assert (following.time > bar.time) is closed

    def test_a_clock_that_is_set_back_reopens_nothing(self, subject: Subject) -> None:
        sink = Sink()
        subject.feed.watch(subject.symbol)
        subject.feed.watch(subject.symbol, subject.resolution)
        subject.run(sink)
        seen, latest = (len(sink.bars), len(sink.quotes)), subject.feed.market_time(subject.symbol)
        back = subject.ticks * subject.tick
        subject.clock.advance(-back)
        subject.step(sink)
        assert (len(sink.bars), len(sink.quotes)) == seen
        assert subject.feed.market_time(subject.symbol) == latest
        assert sink.epochs == []
        subject.clock.advance(back)
        subject.run(sink)
        mine = [(bar.time, closed) for _, of, bar, closed in sink.bars if of is subject.resolution]
        assert mine == sorted(mine)
        ended = [time for time, closed in mine if closed]
        assert len(ended) == len(set(ended))
        newest = subject.feed.bar(subject.symbol, subject.resolution)
        assert newest is not None
        assert (newest[0].time, newest[1]) == mine[-1]

    def test_quotes_and_market_time_never_go_back(self, subject: Subject) -> None:
        sink, times = Sink(), []
        subject.feed.watch(subject.symbol)
        for _ in range(subject.ticks):
            subject.clock.advance(subject.tick)
            subject.step(sink)
            times.append(subject.feed.market_time(subject.symbol))
        assert len(sink.quotes) == subject.ticks
        quoted = [quote.time for quote in sink.quotes]
        assert quoted == sorted(set(quoted))
        assert times == sorted(times)
        assert all(quote.time <= time for quote, time in zip(sink.quotes, times, strict=True))
        prevailing = subject.feed.quote(subject.symbol)
        assert prevailing is not None
        assert prevailing.last == sink.quotes[-1].last

    def test_only_what_is_watched_is_streamed(self, subject: Subject) -> None:
        sink = Sink()
        subject.run(sink)
        assert (sink.quotes, sink.bars) == ([], [])
        subject.feed.watch(subject.other)
        subject.run(sink)
        assert {quote.symbol for quote in sink.quotes} == {subject.other}
        subject.feed.unwatch(subject.other)
        seen = len(sink.quotes)
        subject.run(sink)
        assert len(sink.quotes) == seen

    def test_the_figures_of_the_day_enclose_the_quote(self, subject: Subject) -> None:
        day, quote = subject.feed.day_figures(subject.symbol), subject.feed.quote(subject.symbol)
        assert day is not None
        assert quote is not None
        assert day.low <= quote.last <= day.high
        assert day.low <= day.open <= day.high
        assert day.volume > 0
        bar = subject.feed.bar(subject.symbol, Resolution.DAY)
        assert bar is not None
        assert bar[0][1:4] == (float(day.open), float(day.high), float(day.low))

    def test_an_open_session_ends_in_the_future(self, subject: Subject) -> None:
        assert subject.feed.is_open(subject.symbol)
        end = subject.feed.session_end(subject.symbol)
        assert end is not None
        assert end > subject.feed.market_time(subject.symbol)

    async def test_it_runs_until_it_is_canceled_and_gives_signs_of_life(
        self, subject: Subject
    ) -> None:
        assert subject.feed.heartbeat_at() == 0
        task = asyncio.create_task(subject.feed.run(Sink()))
        for _ in range(1_000):
            await asyncio.sleep(0.005)
            if subject.feed.heartbeat_at():
                break
        assert subject.feed.heartbeat_at() == subject.clock.now()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
