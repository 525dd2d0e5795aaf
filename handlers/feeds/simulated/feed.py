"""The simulated feed: SIM round the clock, SIMNY in New York hours, SIMFX on weekdays."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Final, final

from typing_extensions import override

from generated.models import Adjustment, DataKind, Resolution
from handlers.clock import Clock
from handlers.feeds.calendars import ExchangeSessions
from handlers.feeds.feed import MAX_BARS, Feed, FeedSink
from handlers.feeds.simulated.draws import root
from handlers.feeds.simulated.instruments import INSTRUMENTS, Instrument
from handlers.feeds.simulated.listing import Listing
from handlers.feeds.simulated.path import TRADE
from handlers.feeds.simulated.stream import Stream
from handlers.market.bars import Bar, BarPage
from handlers.market.quotes import DayFigures, Quote
from handlers.market.sessions import AlwaysOpen, CurrencySessions, Sessions
from handlers.market.symbols import Exchange, Symbol

log = logging.getLogger(__name__)

ORIGIN: Final = "2010-01-01"
"""Nothing was traded before. Part of the model: another origin makes other prices."""
_ORIGIN_DAY: Final = 14_610
_CALENDAR_END: Final = "2050-12-31"
_MODEL: Final = "2"
"""Raise it with every change that alters prices: it is part of the epoch."""

_CLOCK_SLACK: Final = 1_000
"""The clock may be set back by so many ms; beyond that the feed counts as silent meanwhile."""

_EXCHANGES: Final = (
    Exchange("SIM", "Simulated exchange, round the clock", DataKind.SIMULATED),
    Exchange("SIMNY", "Simulated exchange, New York hours", DataKind.SIMULATED),
    Exchange("SIMFX", "Simulated currencies, Sunday 17:00 to Friday 17:00", DataKind.SIMULATED),
)


@final
class SimulatedFeed(Feed):
    """Prices are a pure function of seed, symbol and time; nothing is stored."""

    def __init__(
        self, clock: Clock, seed: str, instruments: Iterable[Instrument] = INSTRUMENTS
    ) -> None:
        self._clock = clock
        self._epoch = root("epoch", _MODEL, seed).hex()[:16]
        self._new_york = ExchangeSessions("XNYS", ORIGIN, _CALENDAR_END)
        hours: dict[str, Sessions] = {
            "24/7": AlwaysOpen(_ORIGIN_DAY),
            "24/5": CurrencySessions(_ORIGIN_DAY),
            "XNYS": self._new_york,
        }
        self._listings: dict[str, Listing] = {}
        for instrument in instruments:
            self._listings[instrument.symbol.id] = Listing(
                seed, instrument, hours[instrument.symbol.calendar]
            )
        self._streams: dict[str, Stream] = {}
        self._heartbeat_at = 0
        self._latest = 0
        self._trouble: str | None = None

    @property
    @override
    def name(self) -> str:
        return "simulated"

    @property
    @override
    def data_kind(self) -> DataKind:
        return DataKind.SIMULATED

    @property
    @override
    def epoch(self) -> str:
        return self._epoch

    @property
    @override
    def trouble(self) -> str | None:
        behind = self._latest - self._clock.now()
        if behind > _CLOCK_SLACK:
            return f"the clock was set back: prices stand still for {behind // 1_000} s"
        return self._trouble

    @override
    def exchanges(self) -> tuple[Exchange, ...]:
        return _EXCHANGES

    @override
    def symbols(self) -> tuple[Symbol, ...]:
        return tuple(listing.symbol for listing in self._listings.values())

    @override
    async def ready(self, symbol_id: str) -> None:
        hours = self._listings[symbol_id].sessions
        if hours is self._new_york and not self._new_york.loaded:
            await asyncio.to_thread(self._new_york.load)

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
        chart = self._listings[symbol_id].chart
        now = self._now()
        last = chart.end(now)
        end = last if end is None else min(end, last)
        count = min(count_back or MAX_BARS, MAX_BARS)
        start = 0 if start is None or count_back else start
        bars = chart.newest(resolution, start, end, count if count_back else count + 1, now)
        if bars:
            return BarPage(tuple(bars[-count:]), more=len(bars) > count)
        older = chart.newest(resolution, 0, min(start, end), 1, now)
        return BarPage((), older[0].time if older else None)

    @override
    def bar(self, symbol_id: str, resolution: Resolution) -> tuple[Bar, bool] | None:
        return self._listings[symbol_id].chart.current(resolution, self._now())

    @override
    def quote(self, symbol_id: str) -> Quote | None:
        return self._listings[symbol_id].quote(self._now())

    @override
    def day_figures(self, symbol_id: str) -> DayFigures | None:
        return self._listings[symbol_id].day_figures(self._now())

    @override
    def market_time(self, symbol_id: str) -> int:
        if symbol_id not in self._listings:
            raise KeyError(symbol_id)
        return self._now()

    @override
    def is_open(self, symbol_id: str) -> bool:
        return self._listings[symbol_id].sessions.is_open(self._now())

    @override
    def session_end(self, symbol_id: str, at: int | None = None) -> int | None:
        time = self._now() if at is None else at
        bounds = self._listings[symbol_id].sessions.session_bounds(time)
        return bounds[1] if bounds else None

    @override
    def heartbeat_at(self) -> int:
        return self._heartbeat_at

    @override
    def data_at(self) -> int:
        return self._heartbeat_at

    @override
    def watch(self, symbol_id: str, resolution: Resolution | None = None) -> None:
        stream = self._streams.get(symbol_id)
        if stream is None:
            stream = self._streams[symbol_id] = Stream(self._listings[symbol_id])
        stream.watch(resolution, self._now())

    @override
    def unwatch(self, symbol_id: str, resolution: Resolution | None = None) -> None:
        stream = self._streams.get(symbol_id)
        if stream is not None and stream.unwatch(resolution):
            del self._streams[symbol_id]

    @override
    async def run(self, sink: FeedSink) -> None:
        # Only New York needs the calendar, which takes its time: the others start without it.
        async with asyncio.TaskGroup() as group:
            group.create_task(self._load_calendar())
            while True:
                self.step(sink)
                await asyncio.sleep((TRADE - self._clock.now() % TRADE) / 1_000)

    async def _load_calendar(self) -> None:
        try:
            await asyncio.to_thread(self._new_york.load)
        except Exception:
            log.exception("the calendar of New York could not be loaded")
            self._trouble = "the calendar of New York could not be loaded: see the log"

    def step(self, sink: FeedSink) -> None:
        """Stream what has happened by now since the step before."""
        now, real = self._now(), self._clock.now()
        if now - real <= _CLOCK_SLACK:
            self._heartbeat_at = real
        for stream in tuple(self._streams.values()):
            stream.step(now - now % TRADE, sink)

    def _now(self) -> int:
        """The present of the prices: it waits where the clock is set back, or bars would reopen."""
        self._latest = max(self._latest, self._clock.now())
        return self._latest
