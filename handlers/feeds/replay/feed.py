"""The replay feed: recorded daily bars, one more every few seconds, then again from the start."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, final

from typing_extensions import override

from generated.models import Adjustment, DataKind, Resolution
from handlers.clock import Clock
from handlers.feeds.calendars import ExchangeSessions
from handlers.feeds.feed import MAX_BARS, Feed, FeedSink, NotSupported
from handlers.feeds.replay.record import Record, RecordMissing, read_sample
from handlers.feeds.replay.recording import EXCHANGE, Recording
from handlers.feeds.replay.schedule import Position, Schedule
from handlers.feeds.replay.series import RESOLUTIONS
from handlers.market.actions import CorporateAction
from handlers.market.bars import Bar, BarPage
from handlers.market.quotes import DayFigures, Quote
from handlers.market.symbols import Exchange, Symbol
from handlers.storage.replays import Replay, Replays

log = logging.getLogger(__name__)

NAME: Final = "replay"
LONGEST_SLEEP: Final = 1_000
"""Milliseconds: the feed gives a sign of life at least so often."""


@final
class ReplayFeed(Feed):
    """All symbols share one position in the record.

    It follows from the clock, but moves in `step` alone: nobody sees a day before its bar has
    been streamed. Without a record there are no symbols, and `trouble` says why.
    """

    def __init__(
        self,
        clock: Clock,
        replays: Replays,
        new_epoch: Callable[[], str],
        *,
        bar_duration: int,
        history: int,
        read: Callable[[], Record] = read_sample,
    ) -> None:
        """A bar every `bar_duration` ms, after `history` bars that are known from the start.

        Goes on where the stored replay is, unless it was of another record.
        """
        self._clock = clock
        self._heartbeat_at = self._data_at = 0
        self._watched: dict[str, set[Resolution | None]] = {}
        self._recording, self._hours, self._trouble = _recording(read)
        first = max(1, min(history, len(self._recording) - 1))
        fresh = Replay(
            NAME, new_epoch(), clock.now(), bar_duration, first, self._recording.fingerprint
        )
        total = max(first, len(self._recording))
        replay = _resumed(replays, fresh, total) if len(self._recording) else fresh
        self._replay = replay
        self._schedule = _schedule(replay, total)
        self._position = self._schedule.at(clock.now())

    @property
    @override
    def name(self) -> str:
        return NAME

    @property
    @override
    def data_kind(self) -> DataKind:
        return DataKind.RECORDED

    @property
    @override
    def epoch(self) -> str:
        return f"{self._replay.epoch}-{self._position.lap}"

    @property
    @override
    def trouble(self) -> str | None:
        return self._trouble

    @override
    def edition(self, symbol_id: str, adjustment: Adjustment) -> str:
        cutoff = self._recording.cutoff(self._position.behind)
        actions = self._recording.series(symbol_id).actions(cutoff, adjustment)
        return f"{self.epoch}-{actions}"

    @override
    def actions(self, symbol_id: str, after: int = -1) -> tuple[CorporateAction, ...]:
        return self._recording.actions(symbol_id, self._position.behind, after)

    @override
    def exchanges(self) -> tuple[Exchange, ...]:
        return (EXCHANGE,) if self._recording.symbols else ()

    @override
    def symbols(self) -> tuple[Symbol, ...]:
        return self._recording.symbols

    @override
    async def ready(self, symbol_id: str) -> None:
        self._recording.series(symbol_id)
        if self._hours is not None and not self._hours.loaded:
            await self._load(self._hours)

    @override
    def history(
        self,
        symbol_id: str,
        resolution: Resolution,
        start: int | None,
        end: int | None,
        count_back: int | None = None,
        adjustment: Adjustment = Adjustment.NONE,
    ) -> BarPage:
        series = self._recording.series(symbol_id)
        _check(resolution)
        cutoff = self._recording.cutoff(self._position.behind)
        end = cutoff if end is None else min(end, cutoff)
        start = 0 if start is None or count_back else start
        count = count_back or MAX_BARS + 1
        bars = series.newest(resolution, start, end, count, cutoff, adjustment)
        if bars:
            return BarPage(tuple(bars[-MAX_BARS:]), more=len(bars) > MAX_BARS)
        older = series.newest(resolution, 0, min(start, end), 1, cutoff, adjustment)
        return BarPage((), older[0].time if older else None)

    @override
    def bar(self, symbol_id: str, resolution: Resolution) -> tuple[Bar, bool] | None:
        series, known = self._recording.series(symbol_id), self._position.behind
        _check(resolution)
        bar = series.current(resolution, self._recording.cutoff(known))
        return None if bar is None else (bar, self._recording.ends(resolution, known))

    @override
    def quote(self, symbol_id: str) -> Quote | None:
        return self._recording.quote(symbol_id, self._position.behind)

    @override
    def day_figures(self, symbol_id: str) -> DayFigures | None:
        return self._recording.day_figures(symbol_id, self._position.behind)

    @override
    def market_time(self, symbol_id: str) -> int:
        self._recording.series(symbol_id)
        return self._recording.market_time(self._position.behind)

    @override
    def is_open(self, symbol_id: str) -> bool:
        """From its first bar on: the next one may come at any time."""
        return self.quote(symbol_id) is not None

    @override
    def session_end(self, symbol_id: str, at: int | None = None) -> int | None:
        self._recording.series(symbol_id)
        if at is not None:
            return self._recording.session_end_at(at)
        return self._recording.session_end(self._position.behind)

    @override
    def heartbeat_at(self) -> int:
        return self._heartbeat_at

    @override
    def data_at(self) -> int:
        return self._data_at

    @override
    def watch(self, symbol_id: str, resolution: Resolution | None = None) -> None:
        self._recording.series(symbol_id)
        if resolution is not None:
            _check(resolution)
        self._watched.setdefault(symbol_id, set()).add(resolution)

    @override
    def unwatch(self, symbol_id: str, resolution: Resolution | None = None) -> None:
        watched = self._watched.get(symbol_id, set())
        watched.discard(resolution)
        if not watched:
            self._watched.pop(symbol_id, None)

    @override
    async def run(self, sink: FeedSink) -> None:
        async with asyncio.TaskGroup() as group:
            if self._hours is not None:
                group.create_task(self._load(self._hours))
            while True:
                now = self._clock.now()
                if self._hours is None or self._hours.loaded:
                    for _ in self._steps(sink):
                        await sink.settled()
                else:
                    self._heartbeat_at = now
                wait = min(self._schedule.next_change(now) - now, LONGEST_SLEEP)
                await asyncio.sleep(wait / 1_000)

    async def _load(self, hours: ExchangeSessions) -> None:
        try:
            await asyncio.to_thread(hours.load)
        except Exception:
            log.exception("the calendar of New York could not be loaded: half days end late")
            self._recording.hours = self._hours = None

    def step(self, sink: FeedSink) -> None:
        """Stream what has come by now since the step before, day by day."""
        for _ in self._steps(sink):
            pass

    def _steps(self, sink: FeedSink) -> Iterator[None]:
        """Stops before each day, and before the beginning anew."""
        now = self._clock.now()
        self._heartbeat_at = now
        target = self._schedule.at(now)
        if target.lap > self._position.lap:
            yield from self._advance(self._schedule.end(self._position.lap), sink)
            yield
            self._position = target
            self._data_at = now
            sink.on_epoch(self)
        yield from self._advance(target, sink)

    def _advance(self, target: Position, sink: FeedSink) -> Iterator[None]:
        """Day by day within one lap."""
        while self._position < target:
            yield
            self._position = Position(target.lap, self._position.behind + 1)
            self._data_at = self._clock.now()
            self._act(sink)
            for symbol_id in tuple(self._watched):
                self._stream(symbol_id, sink)

    def _act(self, sink: FeedSink) -> None:
        """Splits and dividends of a new day, whoever watches: they change what is held."""
        known = self._position.behind
        before = self._recording.cutoff(known - 1) - 1
        for symbol in self._recording.symbols:
            for action in self._recording.actions(symbol.id, known, before):
                sink.on_action(action)

    def _stream(self, symbol_id: str, sink: FeedSink) -> None:
        """The bars of a new day, then its close as a quote."""
        known = self._position.behind
        if self._recording.newest_day(symbol_id, known) is None:
            return
        for resolution in self._resolutions(symbol_id):
            current = self.bar(symbol_id, resolution)
            if current is not None:
                sink.on_bar(symbol_id, resolution, *current)
        quote = self.quote(symbol_id)
        if quote is not None and None in self._watched.get(symbol_id, ()):
            sink.on_quote(quote)

    def _resolutions(self, symbol_id: str) -> Iterator[Resolution]:
        """Days for those that watch quotes, too: orders fill on them."""
        watched = self._watched.get(symbol_id, set())
        for resolution in RESOLUTIONS:
            if resolution in watched or (resolution is Resolution.DAY and None in watched):
                yield resolution


def _recording(
    read: Callable[[], Record],
) -> tuple[Recording, ExchangeSessions | None, str | None]:
    """The recording and the hours of its exchange, or an empty one and what is wrong."""
    try:
        record = read()
    except RecordMissing as error:
        log.warning("there are no recorded prices: %s", error)
        return Recording(Record({}, "")), None, str(error)
    first, last = record.span()
    hours = ExchangeSessions("XNYS", first.isoformat(), last.isoformat())
    return Recording(record, hours), hours, None


def _resumed(replays: Replays, fresh: Replay, total: int) -> Replay:
    """The stored replay of the same record, by the rules of the fresh one; else the fresh one."""
    stored = replays.find(fresh.name)
    if stored is None or stored.fingerprint != fresh.fingerprint:
        replays.save(fresh)
        return fresh
    if (stored.bar_duration, stored.history) == (fresh.bar_duration, fresh.history):
        return stored
    changed = _schedule(stored, total).changed(fresh.started_at, fresh.bar_duration, fresh.history)
    resumed = replace(
        stored,
        started_at=changed.started_at,
        bar_duration=changed.bar_duration,
        history=changed.first,
    )
    if resumed != stored:
        replays.save(resumed)
    return resumed


def _schedule(replay: Replay, total: int) -> Schedule:
    return Schedule(replay.started_at, replay.bar_duration, replay.history, total)


def _check(resolution: Resolution) -> None:
    if resolution not in RESOLUTIONS:
        raise NotSupported(resolution)
