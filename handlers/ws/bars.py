"""The stream of bars: as they change, and once more when the clock ends them."""

from typing import Final, final

from typing_extensions import override

from generated import models
from generated.ws import problems
from generated.ws.channels import BarsTopic
from generated.ws.handlers import BarsHandler
from generated.ws.publisher import Publisher
from handlers import market_wire
from handlers.feeds.feed import Feed, FeedSink
from handlers.feeds.feeds import Feeds
from handlers.feeds.freshness import Age, Freshness
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.market.resolutions import parse

_RESTARTED: Final = models.BarsResetReason.REPLAY_RESTARTED


@final
class BarsStream(BarsHandler, FeedSink):
    """A symbol and resolution is watched in its feed while it has a subscriber."""

    def __init__(self, feeds: Feeds, freshness: Freshness, publisher: Publisher) -> None:
        self._feeds = feeds
        self._freshness = freshness
        self._publisher = publisher
        self._open: dict[tuple[str, models.Resolution], BarsTopic] = {}

    @override
    async def subscribe(
        self, session: models.Session, payload: models.BarsSubscribe | models.BarsUnsubscribe
    ) -> BarsTopic:
        symbol = self._feeds.symbol(payload.symbol)
        if symbol is None:
            raise problems.SymbolNotFound(f"There is no symbol {payload.symbol}.")
        resolution = parse(payload.resolution.value)
        if resolution not in symbol.resolutions:
            raise problems.ResolutionNotSupported(f"{symbol.id} has no {payload.resolution.value}.")
        await self._feeds.ready(symbol.id)
        return BarsTopic(symbol.id, resolution.value)

    @override
    def snapshot(self, topic: BarsTopic) -> models.BarUpdate | None:
        current = self._feeds.bar(topic.symbol, models.Resolution(topic.resolution))
        return None if current is None else market_wire.bar_update(*current)

    @override
    def opened(self, topic: BarsTopic) -> None:
        resolution = models.Resolution(topic.resolution)
        self._feeds.watch(topic.symbol, resolution)
        self._open[topic.symbol, resolution] = topic
        self._freshness.follow(
            topic.address, lambda: (topic.symbol,), lambda age: self._tell(topic, age)
        )

    @override
    def closed(self, topic: BarsTopic) -> None:
        resolution = models.Resolution(topic.resolution)
        if self._open.pop((topic.symbol, resolution), None) is not None:
            self._freshness.forget(topic.address)
            self._feeds.unwatch(topic.symbol, resolution)

    @override
    def on_bar(self, symbol_id: str, resolution: models.Resolution, bar: Bar, closed: bool) -> None:
        topic = self._open.get((symbol_id, resolution))
        if topic is not None:
            self._publisher.bars_update(topic, market_wire.bar_update(bar, closed))

    @override
    def on_quote(self, quote: Quote) -> None:
        """Bars come by themselves."""

    @override
    def on_epoch(self, feed: Feed) -> None:
        for topic in tuple(self._open.values()):
            if self._feeds.feed(topic.symbol) is feed:
                reset = models.BarsReset(reason=_RESTARTED, epoch=feed.epoch)
                self._publisher.bars_reset(topic, reset)

    def _tell(self, topic: BarsTopic, age: Age) -> None:
        self._publisher.bars_status(topic, market_wire.freshness(age))
