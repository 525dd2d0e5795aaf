"""Fills as the models of a symbol make them of the best case."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, final

from generated.models import Side
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.ledger.basis import bar_basis, quote_basis
from handlers.trading.matching.fills import BarFills, QuoteFills
from handlers.trading.matching.models.offer import Offer
from handlers.trading.matching.models.profile import BEST_CASE, FillModels
from handlers.trading.matching.models.slippage import Touch, slipped
from handlers.trading.matching.reports import Fill
from handlers.trading.money import CONTEXT, ZERO
from handlers.trading.orders.order import Order

_QUOTES: Final = QuoteFills()
_BARS: Final = BarFills()


@final
@dataclass(frozen=True, slots=True)
class _Shown:
    """What a price shows to one side of the market."""

    best: Decimal
    """As far as the market came towards the order: the ask for a buy, the low of a bar."""
    worst: Decimal | None
    """Nothing fills beyond: the high of a bar for a buy; None where nothing says so."""
    spread: Decimal
    size: Decimal
    since: int | None = None
    """Since when it shows that; None for the time of the price."""

    def began(self, time: int) -> int:
        return time if self.since is None else self.since


@final
class ModeledFills:
    """The fills of one symbol; None where the price does not fill the order."""

    def __init__(self, models: FillModels, symbol: Symbol) -> None:
        self._profile = models.of(symbol)
        self._draws = models.draws
        self._symbol = symbol

    def on_quote(self, order: Order, quote: Quote) -> Fill | None:
        fill = _QUOTES.fill(order, quote)
        if fill is None or self._profile is BEST_CASE:
            return fill
        return self._modeled(order, fill, _shown_by_quote(quote, order.side))

    def on_bar(self, order: Order, bar: Bar) -> Fill | None:
        return self._of_bar(order, _BARS.fill(order, bar), bar)

    def on_bar_at_stop(self, order: Order, bar: Bar, stop: Decimal) -> Fill | None:
        return self._of_bar(order, _BARS.fill_at_stop(order, bar, stop), bar)

    def offer(self, order: Order, quote: Quote | None) -> Offer:
        """What the quote has for the order, were it in reach; without one the models alone."""
        queue, liquidity = self._profile.queue, self._profile.liquidity
        if quote is None:
            return Offer(queue.name, liquidity.name)
        shown = _shown_by_quote(quote, order.side)
        touches = not _takes(order, quote.time) and shown.best == order.limit_price
        return Offer(
            queue=queue.name,
            liquidity=liquidity.name,
            basis=quote_basis(quote),
            since=quote.since,
            queued=touches and not self._reached(order, shown.began(quote.time)),
            quantity=liquidity.available(shown.size, self._symbol.quantity_step),
        )

    def _of_bar(self, order: Order, fill: Fill | None, bar: Bar) -> Fill | None:
        if fill is None or self._profile is BEST_CASE:
            return fill
        return self._modeled(order, fill, _shown_by_bar(bar, order.side))

    def _modeled(self, order: Order, fill: Fill, shown: _Shown) -> Fill | None:
        """An order takes where it must, and on the price at which it came to trade."""
        takes, since = _takes(order, fill.basis.time), shown.began(fill.basis.time)
        if not takes and shown.best == order.limit_price and not self._reached(order, since):
            return None
        profile, quantity = self._profile, fill.quantity
        offered = profile.liquidity.available(shown.size, self._symbol.quantity_step)
        if offered is not None:
            quantity = min(quantity, offered)
        if not quantity:
            return None
        modeled = replace(
            fill,
            quantity=quantity,
            model=profile.describe(fill.model, takes=takes),
            offered=offered,
            offered_since=shown.since,
            fee=profile.fee,
        )
        return self._slipped(order, modeled, shown) if takes else modeled

    def _reached(self, order: Order, since: int) -> bool:
        """Drawn once for an order and a price, however often that is asked for."""
        return self._profile.queue.reached(self._draws, order.order_id, since)

    def _slipped(self, order: Order, fill: Fill, shown: _Shown) -> Fill:
        touch = Touch(order.side, fill.price, shown.spread, shown.size, self._symbol.tick_size)
        against = self._profile.slippage.against(fill.quantity, touch)
        price = _inside(slipped(touch, against, order.limit_price), order.side, shown.worst)
        difference = abs(CONTEXT.subtract(price, fill.price))
        if not difference:
            return fill
        return replace(fill, price=price, rule=f"{fill.rule}, {money.text(difference)} worse")


def _takes(order: Order, time: int) -> bool:
    since = max(order.working_since, order.triggered_at or 0)
    return order.limit_price is None or time <= since


def _shown_by_quote(quote: Quote, side: Side) -> _Shown:
    spread = CONTEXT.subtract(quote.ask, quote.bid)
    if side is Side.BUY:
        return _Shown(quote.ask, None, spread, quote.ask_size, quote.since)
    return _Shown(quote.bid, None, spread, quote.bid_size, quote.since)


def _shown_by_bar(bar: Bar, side: Side) -> _Shown:
    """The spread is not recorded, it is zero; the size is the volume of the bar."""
    basis, volume = bar_basis(bar), money.amount(Decimal(repr(bar.volume)))
    if side is Side.BUY:
        return _Shown(basis.low, basis.high, ZERO, volume)
    return _Shown(basis.high, basis.low, ZERO, volume)


def _inside(price: Decimal, side: Side, worst: Decimal | None) -> Decimal:
    if worst is None:
        return price
    return min(price, worst) if side is Side.BUY else max(price, worst)
