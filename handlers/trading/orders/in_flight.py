"""Changes on their way: a cancel or a modify that reaches the venue after its latency. Pure.

Until then the order works as it was, and may fill. A newer modify adds to one that is on its way,
and takes its place, as a cancel does; a cancel stays. What arrives at the time of a price is there
before the price.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final, TypeVar

from generated.models import PendingAction
from handlers.trading.ledger.events import OrderChangeSent, OrderModified
from handlers.trading.orders import trailing
from handlers.trading.orders.limits import within_limit
from handlers.trading.orders.order import Order

T = TypeVar("T")

QUANTITY_FILLED: Final = "quantity_filled_already"
POST_ONLY: Final = "post_only_would_fill"


def is_canceling(order: Order) -> bool:
    """Whether a cancel of the open order is on its way."""
    return order.pending_action is PendingAction.CANCEL


def has_arrived(order: Order, time: int) -> bool:
    return order.open and order.change is not None and order.change.arrives_at <= time


def after(order: Order, touch: Decimal | None = None) -> Order | None:
    """What its change makes of the order: None to cancel it, the order itself if nothing.

    A modify does nothing to or below what is filled, nor where a post-only order would take.
    """
    change = order.change
    if change is None:
        return order
    if change.action is PendingAction.CANCEL:
        return None
    changed = _changed(replace(order, change=None), change)
    return order if _is_filled(order) or _takes(order, changed, touch) else changed


def why_refused(order: Order) -> str:
    """The reason for which its change does nothing to the order."""
    return QUANTITY_FILLED if _is_filled(order) else POST_ONLY


def _is_filled(order: Order) -> bool:
    """What the modify on its way would leave of the order."""
    wanted = order.change.quantity if order.change else None
    return wanted is not None and wanted <= order.filled_quantity


def _takes(order: Order, changed: Order, touch: Decimal | None) -> bool:
    """One that has not arrived itself is looked at when it does."""
    if touch is None or not (changed.post_only and order.working):
        return False
    return changed.limit_price != order.limit_price and within_limit(changed, touch)


def possible(order: Order) -> tuple[Order, ...]:
    """What may fill: the order as it is, and as a modify on its way would make it."""
    later = after(order)
    return (order,) if later is None or later is order else (order, later)


def sent(before: Order, wanted: Order, arrives_at: int) -> OrderChangeSent:
    """The modify that makes one of the other; what it leaves alone is not in it."""
    dated = (before.time_in_force, before.expires_at) != (wanted.time_in_force, wanted.expires_at)
    trails = (before.trailing_offset, before.trailing_offset_type) != (
        wanted.trailing_offset,
        wanted.trailing_offset_type,
    )
    return OrderChangeSent(
        order_id=before.order_id,
        action=PendingAction.MODIFY,
        arrives_at=arrives_at,
        quantity=_new(before.quantity, wanted.quantity),
        limit_price=_new(before.limit_price, wanted.limit_price),
        stop_price=None if trails else _new(before.stop_price, wanted.stop_price),
        trailing_offset=wanted.trailing_offset if trails else None,
        trailing_offset_type=wanted.trailing_offset_type if trails else None,
        time_in_force=wanted.time_in_force if dated else None,
        expires_at=wanted.expires_at if dated else None,
    )


def modified(order: Order, reason: str) -> OrderModified:
    """The event that gives an order these terms."""
    return OrderModified(
        order_id=order.order_id,
        quantity=order.quantity,
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        trailing_offset=order.trailing_offset,
        trailing_offset_type=order.trailing_offset_type,
        trail_mark=order.trail_mark,
        time_in_force=order.time_in_force,
        expires_at=order.expires_at,
        reason=reason,
    )


def _changed(order: Order, change: OrderChangeSent) -> Order:
    """A stop that was triggered meanwhile keeps what triggered it."""
    result = replace(
        order,
        quantity=change.quantity or order.quantity,
        limit_price=change.limit_price or order.limit_price,
    )
    if change.time_in_force is not None:
        result = replace(result, time_in_force=change.time_in_force, expires_at=change.expires_at)
    if not order.waits_for_trigger:
        return result
    if change.stop_price is not None:
        result = replace(result, stop_price=change.stop_price)
    if change.trailing_offset is None:
        return result
    result = replace(
        result,
        trailing_offset=change.trailing_offset,
        trailing_offset_type=change.trailing_offset_type,
    )
    return result if order.trail_mark is None else trailing.moved(result, order.trail_mark)


def _new(before: T, wanted: T) -> T | None:
    return wanted if wanted != before else None
