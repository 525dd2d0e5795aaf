"""The stream of quotes, with the figures of the trading day."""

from typing import final

from typing_extensions import override

from generated import models
from generated.ws import problems
from generated.ws.channels import QuotesTopic
from generated.ws.handlers import QuotesHandler
from generated.ws.publisher import Publisher
from handlers import market_wire
from handlers.feeds.feed import Feed, FeedSink
from handlers.feeds.feeds import Feeds
from handlers.feeds.freshness import Age, Freshness
from handlers.market.bars import Bar
from handlers.market.quotes import Quote


@final
class QuotesStream(QuotesHandler, FeedSink):
    """A symbol is watched in its feed while it has a subscriber."""

    def __init__(self, feeds: Feeds, freshness: Freshness, publisher: Publisher) -> None:
        self._feeds = feeds
        self._freshness = freshness
        self._publisher = publisher
        self._open: dict[str, QuotesTopic] = {}

    @override
    async def subscribe(
        self, session: models.Session, payload: models.QuotesSubscribe | models.QuotesUnsubscribe
    ) -> QuotesTopic:
        symbol = self._feeds.symbol(payload.symbol)
        if symbol is None:
            raise problems.SymbolNotFound(f"There is no symbol {payload.symbol}.")
        await self._feeds.ready(symbol.id)
        return QuotesTopic(symbol.id)

    @override
    def snapshot(self, topic: QuotesTopic) -> models.Quote | None:
        quote = self._feeds.quote(topic.symbol)
        return None if quote is None else market_wire.quote(self._feeds, quote)

    @override
    def opened(self, topic: QuotesTopic) -> None:
        self._feeds.watch(topic.symbol)
        self._open[topic.symbol] = topic
        self._freshness.follow(
            topic.address, lambda: (topic.symbol,), lambda age: self._tell(topic, age)
        )

    @override
    def closed(self, topic: QuotesTopic) -> None:
        if self._open.pop(topic.symbol, None) is not None:
            self._freshness.forget(topic.address)
            self._feeds.unwatch(topic.symbol)

    @override
    def on_quote(self, quote: Quote) -> None:
        self._publish(quote)

    @override
    def on_bar(self, symbol_id: str, resolution: models.Resolution, bar: Bar, closed: bool) -> None:
        """Quotes come by themselves."""

    @override
    def on_epoch(self, feed: Feed) -> None:
        """The prices jump back to where the recording begins."""
        for topic in tuple(self._open.values()):
            if self._feeds.feed(topic.symbol) is feed:
                quote = self._feeds.quote(topic.symbol)
                if quote is not None:
                    self._publish(quote)

    def _publish(self, quote: Quote) -> None:
        topic = self._open.get(quote.symbol)
        model = None if topic is None else market_wire.quote(self._feeds, quote)
        if topic is not None and model is not None:
            self._publisher.quotes_update(topic, model)

    def _tell(self, topic: QuotesTopic, age: Age) -> None:
        self._publisher.quotes_status(topic, market_wire.freshness(age))
