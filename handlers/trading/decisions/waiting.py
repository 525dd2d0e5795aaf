"""Why an order has not filled: what must come first, in order. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from generated.models import AccountClock, OrderConditionKind, OrderStatus, Side, TriggerBy
from handlers.market.quotes import Quote
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.accounts.execution import Offered
from handlers.trading.market import Market, prevailing
from handlers.trading.matching.models.offer import Offer
from handlers.trading.matching.venue import seen_by
from handlers.trading.money import ZERO
from handlers.trading.orders import triggers
from handlers.trading.orders.order import Order


class Outlook(Protocol):
    """What is asked of the venue, without effect."""

    def is_stale(self, symbol_id: str) -> bool:
        """Whether nothing fills, for the feed of an open market gives no sign of life."""
        ...

    def offer(self, order: Order, market: Market) -> Offer | None:
        """What the prevailing price has for the order, were it in reach; None where unknown."""
        ...


@dataclass(frozen=True, slots=True)
class Condition:
    kind: OrderConditionKind
    description: str
    price: Decimal | None = None
    """The price that it takes."""
    market_price: Decimal | None = None
    """That price in this moment."""
    order_id: str | None = None
    market_time: int | None = None
    """Of the old price, or from which the venue looks at the order."""
    model: str | None = None
    """The fill models that decide, with their parameters."""
    offered: Decimal | None = None
    """All that the quote has for the account, in units."""
    taken: Decimal | None = None
    """What the account's orders on that side have taken of it."""


@money.exact
def conditions(
    state: AccountState, order: Order, market: Market, venue: Outlook
) -> tuple[Condition, ...]:
    """Nothing for an order that is done. A working one always waits for something."""
    if not order.open:
        return ()
    symbol = market.symbol(order.symbol)
    if symbol is None:
        text = f"{order.symbol} is not offered today."
        return (*_way(order), Condition(OrderConditionKind.QUOTE, text))
    quote = prevailing(market, order.symbol)
    first = (*_way(order), *_market(order, symbol, quote, market, venue), *_prices(order, quote))
    return first or (_decided_by_models(state, order, venue.offer(order, market)),)


def _way(order: Order) -> Iterator[Condition]:
    if order.status is OrderStatus.HELD:
        text = "Its entry must fill first."
        yield Condition(OrderConditionKind.PARENT, text, order_id=order.parent_id)
    if order.status is OrderStatus.PENDING:
        text = "It is on its way to the venue."
        if order.post_only:
            text = "It must reach the venue and meet a price there that does not fill it."
        yield Condition(OrderConditionKind.VENUE, text, market_time=order.effective_at)
    if order.disconnected:
        yield Condition(OrderConditionKind.VENUE, "Its venue must be heard of again.")


def _market(
    order: Order, symbol: Symbol, quote: Quote | None, market: Market, venue: Outlook
) -> Iterator[Condition]:
    kind = OrderConditionKind
    if symbol.clock is AccountClock.REPLAY:
        text = "The next daily bar must come; it fills on bars."
        yield Condition(kind.BAR, text, model=_names(venue.offer(order, market)))
    elif not market.is_open(order.symbol):
        yield Condition(kind.MARKET_OPEN, "The market must open.")
    elif quote is None:
        yield Condition(kind.QUOTE, "There must be a quote.")
    elif venue.is_stale(order.symbol):
        text = "Its feed must give a sign of life: nothing fills on a stale price."
        yield Condition(kind.FEED, text, market_time=quote.time)
    elif order.working and quote.time < order.working_since:
        text = "A quote must come that is not older than the order."
        yield Condition(kind.QUOTE, text, market_time=order.working_since)


def _prices(order: Order, quote: Quote | None) -> Iterator[Condition]:
    buying = order.side is Side.BUY
    if order.waits_for_trigger:
        seen = seen_by(order, quote) if quote else None
        word = "rise" if buying else "fall"
        if seen is None or order.stop_price is None or not _reached(order, seen):
            text = f"{_seen_price(order)} must {word} to the stop."
            kind = OrderConditionKind.TRIGGER
            yield Condition(kind, text, order.stop_price, seen)
    if order.limit_price is None:
        return
    price = (quote.ask if buying else quote.bid) if quote else None
    if price is None or (price > order.limit_price if buying else price < order.limit_price):
        text = "The ask must fall to the limit." if buying else "The bid must rise to the limit."
        yield Condition(OrderConditionKind.LIMIT, text, order.limit_price, price)


def _decided_by_models(state: AccountState, order: Order, offer: Offer | None) -> Condition:
    """For an order whose price is reached."""
    if offer is not None and offer.basis is not None:
        basis = offer.basis
        touch = basis.ask if order.side is Side.BUY else basis.bid
        if offer.queued:
            text = "The price only touches the limit, where others stand before the order."
            kind = OrderConditionKind.QUEUE
            return Condition(kind, text, order.limit_price, touch, model=offer.queue)
        taken = state.taken(Offered(order.symbol, order.side, basis, offer.since))
        if offer.quantity is not None and max(offer.quantity - taken, ZERO) < order.remaining:
            text = "The quote has no more for the account; the next one offers anew."
            return Condition(
                OrderConditionKind.LIQUIDITY,
                text,
                order.limit_price,
                touch,
                model=offer.liquidity,
                offered=offer.quantity,
                taken=taken,
            )
    return Condition(OrderConditionKind.QUOTE, "Its price is reached; the next quote fills it.")


def _names(offer: Offer | None) -> str | None:
    if offer is None:
        return None
    return "; ".join(name for name in (offer.queue, offer.liquidity) if name) or None


def _reached(order: Order, seen: Decimal) -> bool:
    return order.stop_price is not None and triggers.reached(order.side, order.stop_price, seen)


def _seen_price(order: Order) -> str:
    match order.trigger_by:
        case TriggerBy.LAST:
            return "The last price"
        case TriggerBy.MID:
            return "The middle of bid and ask"
        case _:
            return "The ask" if order.side is Side.BUY else "The bid"
