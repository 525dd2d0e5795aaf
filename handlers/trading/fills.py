"""Fill models: at which price an order fills, and by which rule. One small class each."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from generated.models import OrderType, Side
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.trading import money
from handlers.trading.events import BarBasis, QuoteBasis
from handlers.trading.order import Order


@dataclass(frozen=True, slots=True)
class Fill:
    """What the venue did with an order, and why at this price."""

    order_id: str
    quantity: Decimal
    price: Decimal
    model: str
    rule: str
    basis: QuoteBasis | BarBasis
    market_time: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """The venue ended an order without filling what remained."""

    order_id: str
    reason: str
    market_time: int


Report = Fill | Cancel

NOT_FILLED_AT_ONCE: Final = "not_filled_at_once"


class QuoteFills:
    """Buys at the ask, sells at the bid, the whole of it; a limit is never exceeded."""

    name: Final = "quote"

    def fill(self, order: Order, quote: Quote) -> Fill | None:
        """None where the quote does not fill the order, or is older than it."""
        if quote.time < order.created_market_time:
            return None
        buying = order.side is Side.BUY
        price = quote.ask if buying else quote.bid
        if not _within_limit(order, price):
            return None
        basis = QuoteBasis(quote.time, quote.bid, quote.ask, quote.last)
        rule = self._rule(order.type, buying)
        return Fill(order.order_id, order.remaining, price, self.name, rule, basis, quote.time)

    def _rule(self, kind: OrderType, buying: bool) -> str:
        match kind:
            case OrderType.MARKET:
                return "a market buy takes the ask" if buying else "a market sell takes the bid"
            case OrderType.LIMIT:
                return (
                    "the ask is at or below the limit; a buy takes the ask"
                    if buying
                    else "the bid is at or above the limit; a sell takes the bid"
                )


class BarFills:
    """Where only bars are recorded: on the first bar that opens after the order was accepted.

    Market orders take the open. A limit order takes the open where that is better than its
    limit, else its limit where the bar reaches it. The spread is not recorded and taken as zero.
    """

    name: Final = "bar"

    def fill(self, order: Order, bar: Bar) -> Fill | None:
        """None where the bar does not reach the order, or was open when it was accepted."""
        if bar.time < order.created_market_time:
            return None
        basis = bar_basis(bar)
        taken = self._take(order, basis)
        if taken is None:
            return None
        price, rule = taken
        return Fill(order.order_id, order.remaining, price, self.name, rule, basis, bar.time)

    def _take(self, order: Order, bar: BarBasis) -> tuple[Decimal, str] | None:
        limit = order.limit_price
        if limit is None:
            return bar.open, "a market order takes the open of the next bar"
        if _within_limit(order, bar.open):
            return bar.open, "the bar opens at the limit or better; the open is taken"
        if _within_limit(order, bar.low if order.side is Side.BUY else bar.high):
            return limit, "the bar reaches the limit; the limit is taken"
        return None


def bar_basis(bar: Bar) -> BarBasis:
    return BarBasis(
        bar.time, _decimal(bar.open), _decimal(bar.high), _decimal(bar.low), _decimal(bar.close)
    )


def _within_limit(order: Order, price: Decimal) -> bool:
    if order.limit_price is None:
        return True
    return price <= order.limit_price if order.side is Side.BUY else price >= order.limit_price


def _decimal(value: float) -> Decimal:
    """The shortest decimal that is this number: what the record says."""
    return money.amount(Decimal(repr(value)))
