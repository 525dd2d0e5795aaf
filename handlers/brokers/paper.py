"""The paper broker: fills at the prices of the feed, on the simulated exchange."""

import logging
from collections.abc import Callable
from typing import final

from typing_extensions import override

from generated.models import AccountClock, OrderStatus, Resolution
from handlers.brokers.broker import Broker, BrokerSink
from handlers.feeds.feed import Feed, FeedSink
from handlers.market.actions import CorporateAction, Split
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.market.symbols import Symbol
from handlers.trading.booking import splits
from handlers.trading.ledger.basis import bar_basis
from handlers.trading.market import Market
from handlers.trading.matching import bar_path, span, venue
from handlers.trading.matching.bar_path import acts_at_open
from handlers.trading.matching.exchange import Exchange, Resting
from handlers.trading.matching.models.fees import FeeModel
from handlers.trading.matching.models.modeled import ModeledFills
from handlers.trading.matching.models.offer import Offer
from handlers.trading.matching.models.profile import FillModels
from handlers.trading.matching.reports import Report, Trail
from handlers.trading.orders import trailing
from handlers.trading.orders.order import Order

log = logging.getLogger(__name__)


@final
class PaperBroker(Broker, FeedSink):
    """Symbols on the live clock fill on quotes, recorded ones on their next daily bar."""

    def __init__(
        self,
        market: Market,
        models: FillModels | None = None,
        is_stale: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`is_stale` says of a symbol whether its feed gives no sign of life."""
        self._market = market
        self._models = models or FillModels()
        self._silent = is_stale
        self._exchange = Exchange()
        self._sink: BrokerSink | None = None

    @override
    def connect(self, sink: BrokerSink) -> None:
        self._sink = sink

    @override
    def at_once(self, order: Order, market: Market) -> tuple[Report, ...]:
        if not order.working or self._by_bars(order.symbol) or not market.is_open(order.symbol):
            return ()
        quote, fills = market.quote(order.symbol), self._fills(order.symbol)
        if quote is None or fills is None or self.is_stale(order.symbol):
            return ()
        return venue.on_quote(order, quote, fills)

    @override
    def delay(self, symbol: Symbol, order_id: str, revision: int) -> int:
        return self._models.delay(symbol, order_id, revision)

    @override
    def fee(self, symbol: Symbol) -> FeeModel:
        return self._models.of(symbol).fee

    @override
    def is_stale(self, symbol_id: str) -> bool:
        return not self._by_bars(symbol_id) and self._silent(symbol_id)

    @override
    def offer(self, order: Order, market: Market) -> Offer | None:
        fills = self._fills(order.symbol)
        if fills is None:
            return None
        quote = None if self._by_bars(order.symbol) else market.quote(order.symbol)
        return fills.offer(order, quote)

    @override
    def work(self, account_id: str, order: Order) -> None:
        if order.status is OrderStatus.HELD or order.disconnected:
            self._exchange.remove(order)
            return
        self._exchange.add(account_id, _not_behind(order, self._exchange.resting(order)))

    @override
    def withdraw(self, order: Order) -> None:
        self._exchange.remove(order)

    @override
    def on_quote(self, quote: Quote) -> None:
        if not self._exchange.concerns(quote.symbol):
            return
        if self._by_bars(quote.symbol) or not self._market.is_open(quote.symbol):
            return
        fills = self._fills(quote.symbol)
        if fills is not None:
            taken = self._exchange.take(quote.symbol, span.of_quote(quote))
            self._tell(taken, lambda order: venue.on_quote(order, quote, fills))

    @override
    def on_bar(self, symbol_id: str, resolution: Resolution, bar: Bar, closed: bool) -> None:
        """A recorded day as a whole."""
        if resolution is not Resolution.DAY or not closed or not self._by_bars(symbol_id):
            return
        fills = self._fills(symbol_id)
        if fills is None:
            return
        basis = bar_basis(bar)
        taken = self._exchange.take(symbol_id, span.of_bar(basis))
        taken.sort(key=lambda resting: not acts_at_open(resting.order, basis))
        end = self._market.session_end(symbol_id, bar.time)
        self._tell(taken, lambda order: bar_path.on_bar(order, bar, fills, end))

    @override
    def on_action(self, action: CorporateAction) -> None:
        """A split rescales what rests, so that the prices of the day meet it so."""
        symbol = self._market.symbol(action.symbol)
        if isinstance(action, Split) and symbol is not None:
            for account_id, order in self._exchange.orders(action.symbol):
                self._exchange.remove(order)
                after = splits.applied(order, action, symbol)
                if after is not None:
                    self._exchange.add(account_id, after)

    @override
    def on_epoch(self, feed: Feed) -> None:
        """The accounts are reset by the OMS, which withdraws their orders."""

    def _tell(self, taken: list[Resting], react: Callable[[Order], tuple[Report, ...]]) -> None:
        """What is not done by its reports rests on; a trailing stop from where it now is."""
        answers = [(resting, _understood(resting.order, react)) for resting in taken]
        for resting, reports in answers:
            if not reports:
                self._exchange.add(resting.account_id, resting.order)
            elif isinstance(reports[-1], Trail):
                self._exchange.add(
                    resting.account_id, trailing.moved(resting.order, reports[-1].seen)
                )
        self._report([(resting.account_id, reports) for resting, reports in answers])

    def _report(self, reports: list[tuple[str, tuple[Report, ...]]]) -> None:
        by_account: dict[str, list[Report]] = {}
        for account_id, group in reports:
            by_account.setdefault(account_id, []).extend(group)
        if self._sink is not None:
            for account_id, account_reports in by_account.items():
                if account_reports:
                    self._sink.on_reports(account_id, tuple(account_reports))

    def _fills(self, symbol_id: str) -> ModeledFills | None:
        symbol = self._market.symbol(symbol_id)
        return None if symbol is None else ModeledFills(self._models, symbol)

    def _by_bars(self, symbol_id: str) -> bool:
        symbol = self._market.symbol(symbol_id)
        return symbol is not None and symbol.clock is AccountClock.REPLAY


def _understood(order: Order, react: Callable[[Order], tuple[Report, ...]]) -> tuple[Report, ...]:
    """A fault about one order is no reason to lose it, or any other, from the book."""
    try:
        return react(order)
    except Exception:
        log.exception("order %s: nothing is reported of a price", order.order_id)
        return ()


def _not_behind(order: Order, resting: Order | None) -> Order:
    """The order, and a trailing stop not behind the mark that the book already has for it."""
    if resting is None or order.trail_mark is None or resting.trail_mark is None:
        return order
    if not trailing.is_better(order.side, resting.trail_mark, order.trail_mark):
        return order
    return trailing.moved(order, resting.trail_mark)
