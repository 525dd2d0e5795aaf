"""An order: a value that only its events change, along one transition table."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from generated.models import OrderStatus, OrderType, Side, TimeInForce
from handlers.trading import money
from handlers.trading.events import (
    OrderAccepted,
    OrderCanceled,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderRejected,
)
from handlers.trading.money import ZERO
from handlers.trading.transactions import Transaction


class Trigger(StrEnum):
    PARTIAL_FILL = "partial_fill"
    LAST_FILL = "last_fill"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REJECT = "reject"


TRANSITIONS: Final[Mapping[tuple[OrderStatus, Trigger], OrderStatus]] = {
    (OrderStatus.WORKING, Trigger.PARTIAL_FILL): OrderStatus.WORKING,
    (OrderStatus.WORKING, Trigger.LAST_FILL): OrderStatus.FILLED,
    (OrderStatus.WORKING, Trigger.CANCEL): OrderStatus.CANCELED,
    (OrderStatus.WORKING, Trigger.EXPIRE): OrderStatus.EXPIRED,
    (OrderStatus.WORKING, Trigger.REJECT): OrderStatus.REJECTED,
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
    time_in_force: TimeInForce
    expires_at: int | None
    """Market time at which it ends by itself."""
    reduce_only: bool
    position_id: str | None
    """The position that it closes, where it may do nothing else."""
    status: OrderStatus
    filled_quantity: Decimal
    filled_value: Decimal
    """What was paid or received for the filled quantity; the average price derives from it."""
    reason: str | None
    """Why it was rejected or canceled."""
    revision: int
    created_at: int
    created_market_time: int
    updated_at: int
    updated_market_time: int
    sequence: int
    """The transaction that accepted it."""

    @property
    def working(self) -> bool:
        return self.status is OrderStatus.WORKING

    @property
    def remaining(self) -> Decimal:
        return self.quantity - self.filled_quantity

    @property
    def average_price(self) -> Decimal | None:
        if not self.filled_quantity:
            return None
        return money.quotient(self.filled_value, self.filled_quantity)

    def apply(self, event: OrderEvent, stamp: Transaction) -> "Order":
        """The order after the event; the only way in which an order changes."""
        match event:
            case OrderAccepted():
                raise IllegalTransition(f"{self.order_id} was accepted already")
            case OrderFilled():
                return self._filled(event, stamp)
            case OrderCanceled():
                return self._moved(Trigger.CANCEL, stamp, reason=event.reason)
            case OrderExpired():
                return self._moved(Trigger.EXPIRE, stamp)
            case OrderRejected():
                return self._moved(Trigger.REJECT, stamp, reason=event.reason)

    def _filled(self, event: OrderFilled, stamp: Transaction) -> "Order":
        filled = self.filled_quantity + event.quantity
        if event.quantity <= ZERO or filled > self.quantity:
            raise IllegalTransition(f"{self.order_id}: {event.quantity} of {self.remaining}")
        trigger = Trigger.LAST_FILL if filled == self.quantity else Trigger.PARTIAL_FILL
        value = self.filled_value + money.value_of(event.quantity, event.price)
        return self._moved(trigger, stamp, filled_quantity=filled, filled_value=value)

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
        time_in_force=event.time_in_force,
        expires_at=event.expires_at,
        reduce_only=event.reduce_only,
        position_id=event.position_id,
        status=OrderStatus.WORKING,
        filled_quantity=ZERO,
        filled_value=ZERO,
        reason=None,
        revision=1,
        created_at=stamp.recorded_at,
        created_market_time=stamp.market_time,
        updated_at=stamp.recorded_at,
        updated_market_time=stamp.market_time,
        sequence=stamp.sequence,
    )
