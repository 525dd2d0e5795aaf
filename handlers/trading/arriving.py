"""Changes on their way: a cancel or a modify that reaches the venue after its latency. Pure.

Until then the order works as it was, and may fill. A newer modify adds to one that is on its way,
and takes its place, as a cancel does; a cancel stays. What arrives at the time of a price is there
before the price.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final, Protocol, TypeVar, final

from generated.models import OrderStatus, PendingAction
from handlers.market.symbols import Symbol
from handlers.trading import trailing
from handlers.trading.draft import Draft
from handlers.trading.events import OrderChangeRefused, OrderChangeSent, OrderModified
from handlers.trading.fills import within_limit
from handlers.trading.market import Market
from handlers.trading.order import REQUESTED, Order

T = TypeVar("T")

QUANTITY_FILLED: Final = "quantity_filled_already"
POST_ONLY: Final = "post_only_would_fill"


class Way(Protocol):
    """How long it takes to the venue."""

    def delay(self, symbol: Symbol, order_id: str, revision: int) -> int: ...


@final
class Direct:
    """It takes no time."""

    def delay(self, symbol: Symbol, order_id: str, revision: int) -> int:
        return 0


DIRECT: Final = Direct()


def arrival(draft: Draft, order: Order, way: Way, market: Market) -> int | None:
    """Market time at which a change of the order is there; None for at once.

    It does not overtake the order. What the venue has not been told of is changed at once.
    """
    symbol = market.symbol(order.symbol)
    if symbol is None or order.status is OrderStatus.HELD:
        return None
    delay = way.delay(symbol, order.order_id, order.revision + 1)
    return max(draft.market_time + delay, order.working_since) if delay else None


def cancel(draft: Draft, order: Order, way: Way, market: Market) -> None:
    """Cancels the order at once, or sends the cancel to it; asked for again it is no later."""
    time = arrival(draft, order, way, market)
    if time is None:
        draft.cancel(order.order_id, REQUESTED)
        return
    if order.change is not None and is_canceling(order):
        time = min(time, order.change.arrives_at)
    draft.add(OrderChangeSent(order.order_id, PendingAction.CANCEL, time))


def is_canceling(order: Order) -> bool:
    """Whether a cancel of the open order is on its way."""
    return order.pending_action is PendingAction.CANCEL


def has_arrived(order: Order, time: int) -> bool:
    return order.open and order.change is not None and order.change.arrives_at <= time


def arrive(draft: Draft, order: Order, touch: Decimal | None) -> None:
    """Does to the order, as it is by now, what its change asks for.

    `touch` is the price that the order would take now, where there is one.
    """
    wanted = after(order, touch)
    if wanted is None:
        draft.cancel(order.order_id, REQUESTED)
    elif wanted is order:
        reason = QUANTITY_FILLED if _is_filled(order) else POST_ONLY
        draft.add(OrderChangeRefused(order.order_id, reason))
    else:
        draft.add(modified(wanted, REQUESTED))
        draft.reconcile(order.symbol)


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
