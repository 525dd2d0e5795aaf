"""All feeds as one: leads from a symbol to its feed, counts who watches, tells who listens."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import final

from typing_extensions import override

from generated.models import Adjustment, Resolution, SymbolType
from handlers.feeds.feed import Feed, FeedSink
from handlers.market.actions import CorporateAction
from handlers.market.bars import Bar, BarPage
from handlers.market.quotes import DayFigures, Quote
from handlers.market.symbols import Exchange, Symbol, canonical_id, search

log = logging.getLogger(__name__)

RESTART_SECONDS = 1.0
"""Pause before a feed that failed is run again."""


@final
class Feeds(FeedSink):
    """Symbols are taken in either spelling; unknown ones raise KeyError except in `symbol`.

    Listeners are told in the order in which they were added; one that raises is logged and does
    not keep the others from hearing.
    """

    def __init__(self, feeds: Sequence[Feed]) -> None:
        """Raises ValueError where two feeds offer the same symbol."""
        self.feeds = tuple(feeds)
        self._listeners: list[FeedSink] = []
        self._watched: Counter[tuple[str, Resolution | None]] = Counter()
        self._symbols: dict[str, Symbol] = {}
        self._feed_of: dict[str, Feed] = {}
        for feed in self.feeds:
            for symbol in feed.symbols():
                if symbol.id in self._symbols:
                    raise ValueError(f"two feeds offer {symbol.id}")
                self._symbols[symbol.id] = symbol
                self._feed_of[symbol.id] = feed
        self._pairs = tuple(item for item in self._symbols.values() if item.base_currency)

    def symbol(self, symbol_id: str) -> Symbol | None:
        found = self._symbols.get(symbol_id)
        if found is None and (canonical := canonical_id(symbol_id)) is not None:
            found = self._symbols.get(canonical)
        return found

    def symbols(self) -> tuple[Symbol, ...]:
        return tuple(self._symbols.values())

    def pairs(self) -> tuple[Symbol, ...]:
        """The currency pairs, as they are listed."""
        return self._pairs

    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(exchange for feed in self.feeds for exchange in feed.exchanges())

    def search(
        self,
        query: str = "",
        *,
        symbol_type: SymbolType | None = None,
        exchange: str | None = None,
        limit: int = 30,
    ) -> tuple[Symbol, ...]:
        return search(
            self._symbols.values(), query, symbol_type=symbol_type, exchange=exchange, limit=limit
        )

    def feed(self, symbol_id: str) -> Feed:
        return self._place(symbol_id)[0]

    async def ready(self, *symbol_ids: str) -> None:
        for symbol_id in symbol_ids:
            feed, canonical = self._place(symbol_id)
            await feed.ready(canonical)

    def history(
        self,
        symbol_id: str,
        resolution: Resolution,
        start: int | None = None,
        end: int | None = None,
        count_back: int | None = None,
        adjustment: Adjustment = Adjustment.NONE,
    ) -> BarPage:
        feed, canonical = self._place(symbol_id)
        return feed.history(canonical, resolution, start, end, count_back, adjustment)

    def edition(self, symbol_id: str, adjustment: Adjustment) -> str:
        feed, canonical = self._place(symbol_id)
        return feed.edition(canonical, adjustment)

    def actions(self, symbol_id: str, after: int = -1) -> tuple[CorporateAction, ...]:
        feed, canonical = self._place(symbol_id)
        return feed.actions(canonical, after)

    def bar(self, symbol_id: str, resolution: Resolution) -> tuple[Bar, bool] | None:
        feed, canonical = self._place(symbol_id)
        return feed.bar(canonical, resolution)

    def quote(self, symbol_id: str) -> Quote | None:
        feed, canonical = self._place(symbol_id)
        return feed.quote(canonical)

    def day_figures(self, symbol_id: str) -> DayFigures | None:
        feed, canonical = self._place(symbol_id)
        return feed.day_figures(canonical)

    def market_time(self, symbol_id: str) -> int:
        feed, canonical = self._place(symbol_id)
        return feed.market_time(canonical)

    def is_open(self, symbol_id: str) -> bool:
        feed, canonical = self._place(symbol_id)
        return feed.is_open(canonical)

    def session_end(self, symbol_id: str, at: int | None = None) -> int | None:
        feed, canonical = self._place(symbol_id)
        return feed.session_end(canonical, at)

    def watch(self, symbol_id: str, resolution: Resolution | None = None) -> None:
        """Counted: the feed streams from the first watcher to the last."""
        canonical = self._canonical(symbol_id)
        if not self._watched[canonical, resolution]:
            self._feed_of[canonical].watch(canonical, resolution)
        self._watched[canonical, resolution] += 1

    def unwatch(self, symbol_id: str, resolution: Resolution | None = None) -> None:
        """Raises ValueError where nobody watches."""
        canonical = self._canonical(symbol_id)
        key = canonical, resolution
        if key not in self._watched:
            raise ValueError(f"nobody watches {canonical}")
        self._watched[key] -= 1
        if not self._watched[key]:
            del self._watched[key]
            self._feed_of[canonical].unwatch(canonical, resolution)

    def add_listener(self, listener: FeedSink) -> None:
        self._listeners.append(listener)

    def remove_listener(self, listener: FeedSink) -> None:
        self._listeners.remove(listener)

    async def run(self) -> None:
        """Run all feeds until canceled; one that fails is run again and holds up no other."""
        async with asyncio.TaskGroup() as group:
            for feed in self.feeds:
                group.create_task(self._keep_running(feed), name=f"feed {feed.name}")

    @override
    def on_quote(self, quote: Quote) -> None:
        self._tell(lambda listener: listener.on_quote(quote))

    @override
    def on_bar(self, symbol_id: str, resolution: Resolution, bar: Bar, closed: bool) -> None:
        self._tell(lambda listener: listener.on_bar(symbol_id, resolution, bar, closed))

    @override
    def on_action(self, action: CorporateAction) -> None:
        self._tell(lambda listener: listener.on_action(action))

    @override
    def on_epoch(self, feed: Feed) -> None:
        self._tell(lambda listener: listener.on_epoch(feed))

    @override
    async def settled(self) -> None:
        for listener in tuple(self._listeners):
            await listener.settled()

    def _tell(self, call: Callable[[FeedSink], None]) -> None:
        for listener in tuple(self._listeners):
            try:
                call(listener)
            except Exception:
                log.exception("a listener of the feeds failed")

    async def _keep_running(self, feed: Feed) -> None:
        while True:
            try:
                await feed.run(self)
            except Exception:
                log.exception("the feed %s failed and is run again", feed.name)
                _heed_cancellation()
            await asyncio.sleep(RESTART_SECONDS)

    def _place(self, symbol_id: str) -> tuple[Feed, str]:
        """Its feed, and how that spells it."""
        canonical = self._canonical(symbol_id)
        return self._feed_of[canonical], canonical

    def _canonical(self, symbol_id: str) -> str:
        symbol = self.symbol(symbol_id)
        if symbol is None:
            raise KeyError(symbol_id)
        return symbol.id


def _heed_cancellation() -> None:
    """A task group that was canceled while something in it failed raises the failure alone."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
