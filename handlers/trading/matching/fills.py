"""Fill models: at which price an order fills, and by which rule. One small class each.

They are asked about orders that may trade: a stop comes here when it is triggered.
"""

from decimal import Decimal
from typing import Final

from generated.models import Side
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.trading.ledger.basis import bar_basis, quote_basis
from handlers.trading.ledger.events import BarBasis
from handlers.trading.matching.reports import Fill
from handlers.trading.orders.limits import touch, within_limit
from handlers.trading.orders.order import Order


class QuoteFills:
    """Buys at the ask, sells at the bid, the whole of it; a limit is never exceeded."""

    name: Final = "quote"

    def fill(self, order: Order, quote: Quote) -> Fill | None:
        """None where the quote does not fill the order, or is older than it."""
        if quote.time < order.working_since:
            return None
        price = touch(order, quote)
        if not within_limit(order, price):
            return None
        rule, basis = _quote_rule(order), quote_basis(quote)
        return Fill(order.order_id, order.remaining, price, self.name, rule, basis, quote.time)


class BarFills:
    """Where only bars are recorded: on the first bar that opens after the order was accepted.

    Market orders take the open. A limit order takes the open where that is better than its
    limit, else its limit where the bar reaches it. A stop that the bar reaches fills at its stop
    price, one beyond which the bar opens at the open. The spread is not recorded, it is zero.
    """

    name: Final = "bar"

    def fill(self, order: Order, bar: Bar) -> Fill | None:
        """None where the bar does not reach the order, or was open when it was accepted."""
        if bar.time < order.working_since:
            return None
        basis = bar_basis(bar)
        taken = self._take(order, basis)
        return self._fill(order, basis, *taken) if taken else None

    def fill_at_stop(self, order: Order, bar: Bar, stop: Decimal) -> Fill | None:
        """For a stop reached inside the bar; what the price did afterwards is not known."""
        if not within_limit(order, stop):
            return None
        rule = "the bar reaches the stop; the stop price is taken"
        return self._fill(order, bar_basis(bar), stop, rule)

    def _take(self, order: Order, bar: BarBasis) -> tuple[Decimal, str] | None:
        limit = order.limit_price
        if limit is None and order.triggered_at is not None:
            return bar.open, "the bar opens beyond the stop; the open is taken"
        if limit is None:
            return bar.open, "a market order takes the open of the next bar"
        if within_limit(order, bar.open):
            return bar.open, "the bar opens at the limit or better; the open is taken"
        if within_limit(order, bar.low if order.side is Side.BUY else bar.high):
            return limit, "the bar reaches the limit; the limit is taken"
        return None

    def _fill(self, order: Order, basis: BarBasis, price: Decimal, rule: str) -> Fill:
        return Fill(order.order_id, order.remaining, price, self.name, rule, basis, basis.time)


def _quote_rule(order: Order) -> str:
    buying = order.side is Side.BUY
    if order.limit_price is not None:
        return (
            "the ask is at or below the limit; a buy takes the ask"
            if buying
            else "the bid is at or above the limit; a sell takes the bid"
        )
    kind = "triggered stop" if order.triggered_at is not None else "market"
    return f"a {kind} buy takes the ask" if buying else f"a {kind} sell takes the bid"
