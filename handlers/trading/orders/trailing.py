"""Trailing stops: where the stop is, for the best price that was seen.

A stop of a sell lies below the highest price since the order works, that of a buy above the lowest,
by a price or by percent of that price. It is not rounded to the tick: no venue ever sees it.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from generated.models import Side, TrailingOffsetType
from handlers.trading import money
from handlers.trading.orders.order import Order

_PERCENT: Final = Decimal("0.01")


def stop_price(side: Side, mark: Decimal, offset: Decimal, kind: TrailingOffsetType) -> Decimal:
    """The stop for that mark; zero or below where the offset is as large as the price."""
    distance = offset
    if kind is TrailingOffsetType.PERCENT:
        distance = money.value_of(mark, money.CONTEXT.multiply(offset, _PERCENT))
    return mark - distance if side is Side.SELL else mark + distance


def is_better(side: Side, price: Decimal, mark: Decimal) -> bool:
    """Whether the stop follows: a sell follows a rising market, a buy a falling one."""
    return price > mark if side is Side.SELL else price < mark


def moved(order: Order, mark: Decimal) -> Order:
    """The order with its stop where it is for that mark; unchanged where it does not trail."""
    if order.trailing_offset is None or order.trailing_offset_type is None:
        return order
    stop = stop_price(order.side, mark, order.trailing_offset, order.trailing_offset_type)
    return replace(order, trail_mark=mark, stop_price=stop)
