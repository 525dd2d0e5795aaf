"""What a client may ask of an account."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, Final

from generated.models import OrderType, Side, TimeInForce, TrailingOffsetType, TriggerBy
from handlers.trading import money
from handlers.trading.ledger.transactions import Idempotency

CLIENT_ORDER_ID = "client_order_id"
IDEMPOTENCY_KEY = "idempotency_key"


@dataclass(frozen=True, slots=True)
class TakeProfit:
    limit_price: Decimal


@dataclass(frozen=True, slots=True)
class StopLoss:
    """A stop, a stop limit, or with an offset a trailing stop."""

    stop_price: Decimal | None = None
    limit_price: Decimal | None = None
    trailing_offset: Decimal | None = None
    trailing_offset_type: TrailingOffsetType = TrailingOffsetType.PRICE

    @property
    def type(self) -> OrderType:
        if self.trailing_offset is not None:
            return OrderType.TRAILING_STOP
        return OrderType.STOP if self.limit_price is None else OrderType.STOP_LIMIT


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    client_order_id: str | None = None
    stop_price: Decimal | None = None
    trailing_offset: Decimal | None = None
    trailing_offset_type: TrailingOffsetType = TrailingOffsetType.PRICE
    trigger_by: TriggerBy | None = None
    """None is what is usual for the symbol."""
    expires_at: int | None = None
    """Market time, for good-till-date alone."""
    reduce_only: bool = False
    post_only: bool = False
    take_profit: TakeProfit | None = None
    stop_loss: StopLoss | None = None
    oco_group_id: str | None = None
    confirm_id: str | None = None
    """What a preview of this order gave."""

    @property
    def idempotency(self) -> Idempotency | None:
        return idempotency_of(self, CLIENT_ORDER_ID, self.client_order_id)


class Keep(Enum):
    """Of a field that None would remove: leave it as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class ModifyOrder:
    """None keeps a field that cannot be removed."""

    order_id: str
    quantity: Decimal | None = None
    """The new total, with what is filled already."""
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trailing_offset: Decimal | None = None
    trailing_offset_type: TrailingOffsetType | None = None
    time_in_force: TimeInForce | None = None
    expires_at: int | Keep | None = KEEP
    take_profit: TakeProfit | Keep | None = KEEP
    stop_loss: StopLoss | Keep | None = KEEP
    expected_revision: int | None = None

    @property
    def idempotency(self) -> Idempotency | None:
        return None


@dataclass(frozen=True, slots=True)
class CancelOrders:
    symbol: str | None = None
    side: Side | None = None
    include_brackets: bool = True
    idempotency_key: str | None = None

    @property
    def idempotency(self) -> Idempotency | None:
        return idempotency_of(self, IDEMPOTENCY_KEY, self.idempotency_key)


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


@dataclass(frozen=True, slots=True)
class ReversePosition:
    position_id: str
    idempotency_key: str | None = None

    @property
    def idempotency(self) -> Idempotency | None:
        return idempotency_of(self, IDEMPOTENCY_KEY, self.idempotency_key)


@dataclass(frozen=True, slots=True)
class SetPositionBrackets:
    position_id: str
    take_profit: TakeProfit | None = None
    stop_loss: StopLoss | None = None


Command = (
    PlaceOrder
    | ModifyOrder
    | CancelOrder
    | CancelOrders
    | ClosePosition
    | ReversePosition
    | SetPositionBrackets
)


def idempotency_of(command: Any, scope: str, key: str | None) -> Idempotency | None:
    """Of a command that carries a key; any frozen dataclass of plain values."""
    return Idempotency(scope, key, fingerprint(command)) if key else None


def fingerprint(command: Any) -> str:
    """The same for equal requests, however they were spelled: "1.0" is "1".

    A field that came later counts where it is given only, so that older keys stay valid.
    """
    parts = list(_spelled(command))
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


_FIRST: Final = frozenset(
    (
        "symbol",
        "side",
        "type",
        "quantity",
        "limit_price",
        "time_in_force",
        "client_order_id",
        "order_id",
        "position_id",
        "idempotency_key",
    )
)
"""Fields that have always counted, given or not."""


def _spelled(value: Any) -> Iterator[str]:
    kind: Any = type(value)
    yield type(value).__name__
    for name, prefix, default in _layout(kind):
        given = getattr(value, name)
        if prefix and given == default:
            continue
        if isinstance(given, Decimal):
            yield prefix + money.text(given)
        elif isinstance(given, Enum):
            yield prefix + _word(given)
        elif is_dataclass(given):
            yield f"{prefix}({','.join(_spelled(given))})"
        else:
            yield prefix + repr(given)


@cache
def _layout(kind: Any) -> tuple[tuple[str, str, Any], ...]:
    """Of each field the name, how it is told from others, and its default."""
    return tuple(
        (field.name, "" if field.name in _FIRST else f"{field.name}=", field.default)
        for field in fields(kind)
    )


_word: Final = lru_cache(maxsize=None, typed=True)(repr)  # equal words of two enums differ
