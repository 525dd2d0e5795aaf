"""Brackets, reversals and OCO groups: the orders that follow from what other orders fill.

A leg is sized to what its entry has opened and nobody has closed yet, and never above the net
position. It is held until there is such a quantity, and canceled when there never will be. Only
fills of its entry make it larger: what others add to the position is not its own to protect.
A reversal that waits loses twice what others close of its position.
Of other OCO orders, what one fills is taken from the rest.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Protocol

from handlers.trading import money
from handlers.trading.ledger.events import (
    Event,
    OrderActivated,
    OrderCanceled,
    OrderHeld,
    OrderModified,
)
from handlers.trading.money import ZERO
from handlers.trading.orders.order import Order
from handlers.trading.positions.position import Position

RESIZED: Final = "resized"
OCO: Final = "oco"
NOTHING_TO_PROTECT: Final = "nothing_to_protect"
POSITION_CLOSED: Final = "position_closed"
_TWICE: Final = Decimal(2)
Sizes = Mapping[str, Decimal]
"""By leg: how much it has to close, as far as its position is as large."""
_NONE: Final[Sizes] = MappingProxyType({})


class Books(Protocol):
    """A transaction in the making."""

    @property
    def positions(self) -> dict[str, Position]: ...
    @property
    def sequence(self) -> int: ...
    @property
    def open_orders(self) -> tuple[Order, ...]: ...
    def order(self, order_id: str) -> Order: ...
    def legs(self, parent_id: str) -> tuple[Order, ...]: ...
    def add(self, event: Event) -> None: ...


def share(draft: Books, order: Order, quantity: Decimal) -> None:
    """Takes what the order has filled from the others of its OCO group, and modifies of them."""
    if order.oco_group_id is None or order.bracket_leg is not None:
        return
    whole = not draft.order(order.order_id).open
    for other in draft.open_orders:
        if other.oco_group_id != order.oco_group_id or other.order_id == order.order_id:
            continue
        if whole or quantity >= other.remaining:
            draft.add(OrderCanceled(other.order_id, OCO))
            continue
        draft.add(resized(other, other.quantity - quantity))
        change = other.change
        if change is not None and change.quantity is not None:
            draft.add(replace(change, quantity=max(change.quantity - quantity, ZERO)))


def reserve(draft: Books, leg: Order) -> None:
    """Keeps a leg alive through a fill of all that it has now, while its entry may fill more."""
    if leg.bracket_leg is None or leg.parent_id is None:
        return
    parent = draft.order(leg.parent_id)
    if parent.open and parent.remaining > ZERO:
        draft.add(resized(leg, leg.quantity + parent.remaining))


def sizes(draft: Books, order: Order) -> Sizes:
    """Of the open legs of an order, or of the bracket that it is a leg of; held ones have none."""
    family = draft.legs(order.parent_id or order.order_id)
    return {leg.order_id: leg.remaining if leg.working else ZERO for leg in family if leg.open}


def filled(draft: Books, before: Order, sizes: Sizes) -> Sizes:
    """The sizes after a fill of the order, which was like that before it."""
    now = draft.order(before.order_id)
    change = now.opened_quantity - before.opened_quantity
    if before.bracket_leg is not None:
        change = before.filled_quantity - now.filled_quantity
    return {leg_id: size + change for leg_id, size in sizes.items()}


def reconcile(draft: Books, symbol: str, sizes: Sizes = _NONE) -> None:
    """Brings legs and reversals of a symbol in line with its position and their entries.

    `sizes` are of the legs for which these are others than before.
    """
    position = draft.positions.get(symbol)
    for order in draft.open_orders:
        if order.symbol != symbol:
            continue
        event = None
        if order.bracket_leg is not None:
            event = _needed(draft, order, position, sizes.get(order.order_id))
        elif order.reverses:
            event = _reversing(order, position)
        if event is not None:
            draft.add(event)


def reversal(quantity: Decimal) -> Decimal:
    """What an order trades that takes so large a position through zero to as large a one."""
    return money.CONTEXT.multiply(quantity, _TWICE)


def _reversing(order: Order, position: Position | None) -> Event | None:
    """It opens no more than it closes, and there is less to close than there was."""
    left = ZERO
    if position is not None and position.position_id == order.position_id:
        left = position.quantity
    quantity = reversal(order.filled_quantity - order.opened_quantity + left)
    if quantity <= order.filled_quantity:
        return OrderCanceled(order.order_id, POSITION_CLOSED)
    return resized(order, quantity) if quantity < order.quantity else None


def _needed(
    draft: Books, leg: Order, position: Position | None, size: Decimal | None
) -> Event | None:
    parent = draft.order(leg.parent_id) if leg.parent_id else None
    target = _target(draft, leg, parent, position, size)
    if target > ZERO:
        return _sized(leg, leg.filled_quantity + target)
    if parent is None or not parent.open:
        return OrderCanceled(leg.order_id, NOTHING_TO_PROTECT)
    planned = leg.filled_quantity + parent.remaining
    if leg.working:
        return OrderHeld(leg.order_id, planned)
    return None if leg.quantity == planned else resized(leg, planned)


def _target(
    draft: Books,
    leg: Order,
    parent: Order | None,
    position: Position | None,
    size: Decimal | None,
) -> Decimal:
    """How much the leg has to close."""
    if position is None or leg.side is not position.closing_side:
        return ZERO
    if parent is None:
        return position.quantity if leg.position_id == position.position_id else ZERO
    if size is None:
        size = _size(draft, leg, parent)
    return max(ZERO, min(size, position.quantity))


def _size(draft: Books, leg: Order, parent: Order) -> Decimal:
    """What the leg has; for a new one, what its entry has opened and legs have not closed."""
    if leg.working:
        return leg.remaining
    if leg.sequence != draft.sequence:
        return ZERO
    family = draft.legs(parent.order_id)
    opened = parent.opened_quantity - sum((item.filled_quantity for item in family), ZERO)
    return min((opened, *(item.remaining for item in family if item.working)))


def _sized(leg: Order, quantity: Decimal) -> Event | None:
    if not leg.working:
        stop = None if leg.trailing_offset is not None else leg.stop_price
        return OrderActivated(leg.order_id, quantity, stop, trail_mark=None)
    return None if leg.quantity == quantity else resized(leg, quantity)


def resized(order: Order, quantity: Decimal) -> OrderModified:
    return OrderModified(
        order_id=order.order_id,
        quantity=quantity,
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        trailing_offset=order.trailing_offset,
        trailing_offset_type=order.trailing_offset_type,
        trail_mark=order.trail_mark,
        time_in_force=order.time_in_force,
        expires_at=order.expires_at,
        reason=RESIZED,
    )
