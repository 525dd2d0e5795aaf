"""What happened, as the ledger keeps it for ever.

A vocabulary of its own: the wire may change, these facts do not. A field that changes its meaning
makes a new version in `codec.VERSIONS` and an upcaster from the old one.
All times are Unix milliseconds; quantities are never negative.
"""

from dataclasses import dataclass
from decimal import Decimal

from generated.models import (
    AccountClock,
    AccountType,
    ActivityType,
    OrderType,
    PositionEffect,
    PositionSide,
    Side,
    TimeInForce,
)


@dataclass(frozen=True, slots=True)
class QuoteBasis:
    """The quote that a fill was made on."""

    time: int
    bid: Decimal
    ask: Decimal
    last: Decimal


@dataclass(frozen=True, slots=True)
class BarBasis:
    """The bar that a fill was made on; `time` is its start."""

    time: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal


@dataclass(frozen=True, slots=True)
class AccountOpened:
    user_id: str
    name: str
    type: AccountType
    clock: AccountClock
    currency: str
    balance: Decimal
    epoch: str
    market_epoch: str | None
    """The epoch of the recording that the account trades in; None on the live clock."""


@dataclass(frozen=True, slots=True)
class AccountReset:
    """Orders, positions and profit begin anew; what was before stays in the ledger."""

    reason: str
    balance: Decimal
    epoch: str
    market_epoch: str | None


@dataclass(frozen=True, slots=True)
class AccountRenamed:
    name: str


@dataclass(frozen=True, slots=True)
class AccountArchived:
    """Put away, without open orders and positions; it takes no command until it is restored."""


@dataclass(frozen=True, slots=True)
class AccountRestored:
    """No longer archived."""


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    order_id: str
    client_order_id: str | None
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None
    time_in_force: TimeInForce
    expires_at: int | None
    reduce_only: bool
    position_id: str | None


@dataclass(frozen=True, slots=True)
class OrderFilled:
    """One execution. A fill that passes through zero is two of them, closing and opening."""

    order_id: str
    execution_id: str
    position_id: str
    effect: PositionEffect
    quantity: Decimal
    price: Decimal
    commission: Decimal
    realized_pnl: Decimal
    model: str
    rule: str
    basis: QuoteBasis | BarBasis


@dataclass(frozen=True, slots=True)
class OrderCanceled:
    order_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderExpired:
    order_id: str


@dataclass(frozen=True, slots=True)
class OrderRejected:
    """Accepted before, refused when its turn came."""

    order_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class PositionOpened:
    position_id: str
    symbol: str
    side: PositionSide
    quantity: Decimal
    cost_basis: Decimal


@dataclass(frozen=True, slots=True)
class PositionChanged:
    """A part was added or taken away. `realized_pnl` is that of the whole position so far."""

    position_id: str
    quantity: Decimal
    cost_basis: Decimal
    realized_pnl: Decimal


@dataclass(frozen=True, slots=True)
class PositionClosed:
    position_id: str
    realized_pnl: Decimal


@dataclass(frozen=True, slots=True)
class BalanceChanged:
    """`balance` is what the account has afterwards; order, position and symbol where it has any."""

    change: Decimal
    balance: Decimal
    kind: ActivityType
    symbol: str | None = None
    order_id: str | None = None
    position_id: str | None = None
    note: str | None = None
    """How the amount came about, in words."""


OrderEvent = OrderAccepted | OrderFilled | OrderCanceled | OrderExpired | OrderRejected
PositionEvent = PositionOpened | PositionChanged | PositionClosed
ProfileEvent = AccountRenamed | AccountArchived | AccountRestored
Event = AccountOpened | AccountReset | ProfileEvent | OrderEvent | PositionEvent | BalanceChanged
