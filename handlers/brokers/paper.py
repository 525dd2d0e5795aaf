"""The paper broker: fills at the prices of the feed, on the simulated exchange."""

from typing import Final, final

from typing_extensions import override

from generated.models import AccountClock, Resolution, TimeInForce
from handlers.brokers.broker import Broker, BrokerSink
from handlers.feeds.feed import Feed, FeedSink
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.trading.exchange import Exchange, Resting
from handlers.trading.fills import (
    NOT_FILLED_AT_ONCE,
    BarFills,
    Cancel,
    Fill,
    QuoteFills,
    Report,
    bar_basis,
)
from handlers.trading.market import Market
from handlers.trading.order import Order

_QUOTES: Final = QuoteFills()
_BARS: Final = BarFills()


@final
class PaperBroker(Broker, FeedSink):
    """Symbols on the live clock fill on quotes, recorded ones on their next daily bar."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._exchange = Exchange()
        self._sink: BrokerSink | None = None

    @override
    def connect(self, sink: BrokerSink) -> None:
        self._sink = sink

    @override
    def at_once(self, order: Order, market: Market) -> tuple[Report, ...]:
        if self._by_bars(order.symbol) or not market.is_open(order.symbol):
            return ()
        quote = market.quote(order.symbol)
        fill = _QUOTES.fill(order, quote) if quote else None
        if fill is not None:
            return (fill,)
        if order.time_in_force is TimeInForce.IOC:
            return (Cancel(order.order_id, NOT_FILLED_AT_ONCE, order.created_market_time),)
        return ()

    @override
    def work(self, account_id: str, order: Order) -> None:
        self._exchange.add(account_id, order)

    @override
    def withdraw(self, order: Order) -> None:
        self._exchange.remove(order)

    @override
    def on_quote(self, quote: Quote) -> None:
        if self._by_bars(quote.symbol) or not self._market.is_open(quote.symbol):
            return
        taken = self._exchange.take(quote.symbol, quote.ask, quote.bid)
        self._tell([(resting, _QUOTES.fill(resting.order, quote)) for resting in taken])

    @override
    def on_bar(self, symbol_id: str, resolution: Resolution, bar: Bar, closed: bool) -> None:
        """A recorded day as a whole; what only waits for this bar and is not filled ends."""
        if resolution is not Resolution.DAY or not closed or not self._by_bars(symbol_id):
            return
        basis = bar_basis(bar)
        taken = self._exchange.take(symbol_id, basis.low, basis.high)
        self._tell([(resting, _BARS.fill(resting.order, bar)) for resting in taken])
        missed = self._exchange.at_once(symbol_id, bar.time)
        self._report(
            [
                (item.account_id, Cancel(item.order.order_id, NOT_FILLED_AT_ONCE, bar.time))
                for item in missed
            ]
        )

    @override
    def on_epoch(self, feed: Feed) -> None:
        """The accounts are reset by the OMS, which withdraws their orders."""

    def _tell(self, answers: list[tuple[Resting, Fill | None]]) -> None:
        """What a price triggered but does not fill, being older than the order, rests on."""
        for resting, fill in answers:
            if fill is None:
                self._exchange.add(resting.account_id, resting.order)
        self._report([(resting.account_id, fill) for resting, fill in answers if fill])

    def _report(self, reports: list[tuple[str, Fill | Cancel]]) -> None:
        by_account: dict[str, list[Report]] = {}
        for account_id, report in reports:
            by_account.setdefault(account_id, []).append(report)
        if self._sink is not None:
            for account_id, group in by_account.items():
                self._sink.on_reports(account_id, tuple(group))

    def _by_bars(self, symbol_id: str) -> bool:
        symbol = self._market.symbol(symbol_id)
        return symbol is not None and symbol.clock is AccountClock.REPLAY
