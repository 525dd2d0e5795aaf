"""What a client may ask of an account."""

from dataclasses import dataclass, fields
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from generated.models import OrderType, Side, TimeInForce
from handlers.trading import money
from handlers.trading.transactions import Idempotency

CLIENT_ORDER_ID = "client_order_id"
IDEMPOTENCY_KEY = "idempotency_key"


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    client_order_id: str | None = None

    @property
    def idempotency(self) -> Idempotency | None:
        return idempotency_of(self, CLIENT_ORDER_ID, self.client_order_id)


@dataclass(frozen=True, slots=True)
class CancelOrder:
    order_id: str
    idempotency_key: str | None = None

    @property
    def idempotency(self) -> Idempotency | None:
        return idempotency_of(self, IDEMPOTENCY_KEY, self.idempotency_key)


@dataclass(frozen=True, slots=True)
class ClosePosition:
    position_id: str
    quantity: Decimal | None = None
    """How much to close; None is all of it."""
    idempotency_key: str | None = None

    @property
    def idempotency(self) -> Idempotency | None:
        return idempotency_of(self, IDEMPOTENCY_KEY, self.idempotency_key)


Command = PlaceOrder | CancelOrder | ClosePosition


def idempotency_of(command: Any, scope: str, key: str | None) -> Idempotency | None:
    """Of a command that carries a key; any frozen dataclass of plain values."""
    return Idempotency(scope, key, fingerprint(command)) if key else None


def fingerprint(command: Any) -> str:
    """The same for equal requests, however they were spelled: "1.0" is "1"."""
    parts = [type(command).__name__]
    for field in fields(command):
        value = getattr(command, field.name)
        parts.append(money.text(value) if isinstance(value, Decimal) else repr(value))
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()
