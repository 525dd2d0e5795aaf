"""Why an order has not filled: what must come first, in order. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from generated.models import AccountClock, OrderConditionKind, OrderStatus, Side, TriggerBy
from handlers.trading import money, triggers
from handlers.trading.market import Market, prevailing
from handlers.trading.order import Order
from handlers.trading.venue import seen_by


@dataclass(frozen=True, slots=True)
class Condition:
    kind: OrderConditionKind
    description: str
    price: Decimal | None = None
    """The price that it takes."""
    market_price: Decimal | None = None
    """That price in this moment."""
    order_id: str | None = None


@money.exact
def conditions(order: Order, market: Market) -> tuple[Condition, ...]:
    """Nothing for an order that is done."""
    return tuple(_conditions(order, market)) if order.open else ()


def _conditions(order: Order, market: Market) -> Iterator[Condition]:
    if order.status is OrderStatus.HELD:
        text = "Its entry must fill first."
        yield Condition(OrderConditionKind.PARENT, text, order_id=order.parent_id)
    if order.status is OrderStatus.PENDING:
        yield Condition(OrderConditionKind.VENUE, "It is on its way to the venue.")
    if order.disconnected:
        yield Condition(OrderConditionKind.VENUE, "Its venue must be heard of again.")
    symbol = market.symbol(order.symbol)
    if symbol is None:
        yield Condition(OrderConditionKind.QUOTE, f"{order.symbol} is not offered today.")
        return
    if symbol.clock is AccountClock.REPLAY:
        yield Condition(OrderConditionKind.BAR, "The next daily bar must come; it fills on bars.")
    elif not market.is_open(order.symbol):
        yield Condition(OrderConditionKind.MARKET_OPEN, "The market must open.")
    elif prevailing(market, order.symbol) is None:
        yield Condition(OrderConditionKind.QUOTE, "There must be a quote.")
    yield from _prices(order, market)


def _prices(order: Order, market: Market) -> Iterator[Condition]:
    quote = prevailing(market, order.symbol)
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
    elif not order.waits_for_trigger:
        text = "The limit is reached; the next quote decides how much of it fills."
        yield Condition(OrderConditionKind.LIMIT, text, order.limit_price, price)


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
