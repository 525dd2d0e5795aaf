"""An order: a value that only its events change, along one transition table."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from generated.models import (
    BracketLeg,
    OrderStatus,
    OrderType,
    PendingAction,
    PositionEffect,
    Side,
    TimeInForce,
    TrailingOffsetType,
    TriggerBy,
)
from handlers.trading import money
from handlers.trading.ledger.events import (
    OrderAccepted,
    OrderActivated,
    OrderCanceled,
    OrderChange,
    OrderChangeRefused,
    OrderChangeSent,
    OrderConnected,
    OrderDelayed,
    OrderDisconnected,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderModified,
    OrderRejected,
    OrderRescaled,
    OrderTrailed,
    OrderTriggered,
)
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.money import ZERO

REQUESTED: Final = "requested"
"""Why an order was canceled or modified that a client wanted so."""
AT_ONCE: Final = frozenset({TimeInForce.IOC, TimeInForce.FOK})
STOPS: Final = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})


class Trigger(StrEnum):
    ACTIVATE = "activate"
    HOLD = "hold"
    CHANGE = "change"
    PARTIAL_FILL = "partial_fill"
    LAST_FILL = "last_fill"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REJECT = "reject"


_ENDS: Final = {
    Trigger.CANCEL: OrderStatus.CANCELED,
    Trigger.EXPIRE: OrderStatus.EXPIRED,
    Trigger.REJECT: OrderStatus.REJECTED,
}
OPEN: Final = (OrderStatus.PENDING, OrderStatus.HELD, OrderStatus.WORKING)

TRANSITIONS: Final[Mapping[tuple[OrderStatus, Trigger], OrderStatus]] = {
    (OrderStatus.PENDING, Trigger.ACTIVATE): OrderStatus.WORKING,
    (OrderStatus.HELD, Trigger.ACTIVATE): OrderStatus.WORKING,
    (OrderStatus.WORKING, Trigger.HOLD): OrderStatus.HELD,
    (OrderStatus.PENDING, Trigger.CHANGE): OrderStatus.PENDING,
    (OrderStatus.HELD, Trigger.CHANGE): OrderStatus.HELD,
    (OrderStatus.WORKING, Trigger.CHANGE): OrderStatus.WORKING,
    (OrderStatus.WORKING, Trigger.PARTIAL_FILL): OrderStatus.WORKING,
    (OrderStatus.WORKING, Trigger.LAST_FILL): OrderStatus.FILLED,
    **{(status, trigger): end for status in OPEN for trigger, end in _ENDS.items()},
}
"""Everything else is terminal: what is not in the table cannot happen."""


class IllegalTransition(Exception):
    """An event that does not fit the order's state: a fault of the program or of the ledger."""


@dataclass(frozen=True, slots=True)
class Order:
    order_id: str
    client_order_id: str | None
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    trailing_offset: Decimal | None
    trailing_offset_type: TrailingOffsetType | None
    trigger_by: TriggerBy | None
    trail_mark: Decimal | None
    """The best price that a trailing stop has seen since it works."""
    time_in_force: TimeInForce
    expires_at: int | None
    """Market time at which it ends by itself."""
    reduce_only: bool
    post_only: bool
    position_id: str | None
    """The position that it closes, protects or reverses, where it may do nothing else."""
    parent_id: str | None
    """The entry whose leg it is."""
    bracket_leg: BracketLeg | None
    oco_group_id: str | None
    status: OrderStatus
    effective_at: int | None
    working_since: int
    """Market time: no older quote may fill it."""
    triggered_at: int | None
    filled_quantity: Decimal
    filled_value: Decimal
    """What was paid or received for the filled quantity; the average price derives from it."""
    opened_quantity: Decimal
    """What of the filled quantity opened or added to a position."""
    commission: Decimal
    """What its fills were charged so far."""
    change: OrderChangeSent | None
    """What is on its way to it, while it is open."""
    disconnected: bool
    """A scenario cut it off: its venue is not heard of."""
    reason: str | None
    """Why it was rejected or canceled."""
    revision: int
    created_at: int
    created_market_time: int
    updated_at: int
    updated_market_time: int
    sequence: int
    """The transaction that accepted it."""
    arrival_price: Decimal | None = None
    """Mid of bid and ask when it was decided on."""

    @property
    def decision_price(self) -> Decimal | None:
        """What a perfect fill would have got: the stop of a stop, else the mid at the decision.

        A take-profit was decided on at its limit.
        """
        if self.type in STOPS:
            return self.stop_price
        return self.limit_price if self.bracket_leg is not None else self.arrival_price

    @property
    def open(self) -> bool:
        return self.status in OPEN

    @property
    def working(self) -> bool:
        """It is at the venue and may trade."""
        return self.status is OrderStatus.WORKING

    @property
    def waits_for_trigger(self) -> bool:
        return self.type in STOPS and self.triggered_at is None

    @property
    def pending_action(self) -> PendingAction | None:
        return self.change.action if self.open and self.change else None

    @property
    def reverses(self) -> bool:
        """It takes its position through zero, to as much on the other side as it closes."""
        return self.position_id is not None and not self.reduce_only

    @property
    def ends_or_changes_at(self) -> int | None:
        """Market time of what comes next without a price: its expiry, or a change on its way."""
        times = (self.expires_at, self.change.arrives_at if self.change else None)
        return min((time for time in times if time is not None), default=None)

    @property
    def takes_any_price(self) -> bool:
        """A market order, or a stop that has become one."""
        return self.limit_price is None and not self.waits_for_trigger

    @property
    def remaining(self) -> Decimal:
        return self.quantity - self.filled_quantity

    @property
    def average_price(self) -> Decimal | None:
        if not self.filled_quantity:
            return None
        return money.quotient(self.filled_value, self.filled_quantity)

    def apply(self, event: OrderChange, stamp: Transaction) -> "Order":
        """The order after the event; the only way in which an order changes."""
        match event:
            case OrderActivated(_, quantity, stop_price, trail_mark):
                return self._moved(
                    Trigger.ACTIVATE,
                    stamp,
                    quantity=quantity,
                    stop_price=stop_price,
                    trail_mark=trail_mark,
                    working_since=stamp.market_time,
                    triggered_at=None,
                )
            case OrderHeld(_, quantity):
                return self._moved(Trigger.HOLD, stamp, quantity=quantity)
            case OrderTriggered():
                return self._triggered(stamp)
            case OrderTrailed(_, trail_mark, stop_price):
                changes = {"trail_mark": trail_mark, "stop_price": stop_price}
                return self._moved(Trigger.CHANGE, stamp, **changes)
            case OrderModified():
                return self._modified(event, stamp)
            case OrderChangeSent():
                return self._moved(Trigger.CHANGE, stamp, change=event)
            case OrderChangeRefused():
                return self._moved(Trigger.CHANGE, stamp, change=None)
            case OrderRescaled():
                return self._rescaled(event, stamp)
            case OrderFilled():
                return self._filled(event, stamp)
            case OrderCanceled():
                return self._moved(Trigger.CANCEL, stamp, reason=event.reason)
            case OrderExpired():
                return self._moved(Trigger.EXPIRE, stamp)
            case OrderRejected():
                return self._moved(Trigger.REJECT, stamp, reason=event.reason)
            case OrderDelayed(_, until):
                return self._since(stamp, until, self.disconnected)
            case OrderDisconnected():
                return self._since(stamp, self.working_since, disconnected=True)
            case OrderConnected():
                return self._since(stamp, stamp.market_time, disconnected=False)

    def _since(self, stamp: Transaction, time: int, disconnected: bool) -> "Order":
        since = max(self.working_since, time)
        return self._moved(Trigger.CHANGE, stamp, working_since=since, disconnected=disconnected)

    def _triggered(self, stamp: Transaction) -> "Order":
        if not (self.working and self.waits_for_trigger):
            raise IllegalTransition(f"{self.order_id}: triggered while {self.status}")
        return self._moved(Trigger.CHANGE, stamp, triggered_at=stamp.market_time)

    def _modified(self, event: OrderModified, stamp: Transaction) -> "Order":
        if event.quantity <= self.filled_quantity:
            raise IllegalTransition(f"{self.order_id}: {event.quantity} is filled already")
        return self._moved(
            Trigger.CHANGE,
            stamp,
            quantity=event.quantity,
            limit_price=event.limit_price,
            stop_price=event.stop_price,
            trailing_offset=event.trailing_offset,
            trailing_offset_type=event.trailing_offset_type,
            trail_mark=event.trail_mark,
            time_in_force=event.time_in_force,
            expires_at=event.expires_at,
            change=None if event.reason == REQUESTED else self.change,
        )

    def _rescaled(self, event: OrderRescaled, stamp: Transaction) -> "Order":
        if not self.open:
            return replace(self, opened_quantity=event.opened_quantity)
        return self._moved(
            Trigger.CHANGE,
            stamp,
            quantity=event.quantity,
            limit_price=event.limit_price,
            stop_price=event.stop_price,
            trailing_offset=event.trailing_offset,
            trail_mark=event.trail_mark,
            opened_quantity=event.opened_quantity,
            arrival_price=None,
        )

    def _filled(self, event: OrderFilled, stamp: Transaction) -> "Order":
        filled = self.filled_quantity + event.quantity
        if event.quantity <= ZERO or filled > self.quantity or self.waits_for_trigger:
            raise IllegalTransition(f"{self.order_id}: {event.quantity} of {self.remaining}")
        opened = event.quantity if event.effect is PositionEffect.OPEN else ZERO
        return self._moved(
            Trigger.LAST_FILL if filled == self.quantity else Trigger.PARTIAL_FILL,
            stamp,
            filled_quantity=filled,
            filled_value=self.filled_value + money.value_of(event.quantity, event.price),
            opened_quantity=self.opened_quantity + opened,
            commission=self.commission + event.commission,
        )

    def _moved(self, trigger: Trigger, stamp: Transaction, **changes: Any) -> "Order":
        status = TRANSITIONS.get((self.status, trigger))
        if status is None:
            raise IllegalTransition(f"{self.order_id}: {trigger} while {self.status}")
        return replace(
            self,
            status=status,
            revision=self.revision + 1,
            updated_at=stamp.recorded_at,
            updated_market_time=stamp.market_time,
            **changes,
        )


def accepted(event: OrderAccepted, stamp: Transaction) -> Order:
    """The order that begins with this event."""
    return Order(
        order_id=event.order_id,
        client_order_id=event.client_order_id,
        symbol=event.symbol,
        side=event.side,
        type=event.type,
        quantity=event.quantity,
        limit_price=event.limit_price,
        stop_price=event.stop_price,
        trailing_offset=event.trailing_offset,
        trailing_offset_type=event.trailing_offset_type,
        trigger_by=event.trigger_by,
        trail_mark=event.trail_mark,
        time_in_force=event.time_in_force,
        expires_at=event.expires_at,
        reduce_only=event.reduce_only,
        post_only=event.post_only,
        position_id=event.position_id,
        parent_id=event.parent_id,
        bracket_leg=event.bracket_leg,
        oco_group_id=event.oco_group_id,
        status=event.status,
        effective_at=event.effective_at,
        working_since=max(stamp.market_time, event.effective_at or 0),
        triggered_at=None,
        filled_quantity=ZERO,
        filled_value=ZERO,
        opened_quantity=ZERO,
        commission=ZERO,
        change=None,
        disconnected=False,
        reason=None,
        revision=1,
        created_at=stamp.recorded_at,
        created_market_time=stamp.market_time,
        updated_at=stamp.recorded_at,
        updated_market_time=stamp.market_time,
        sequence=stamp.sequence,
        arrival_price=event.arrival_price,
    )
