"""What happened, as the ledger keeps it for ever.

A vocabulary of its own: the wire may change, these facts do not. A field that changes its meaning
makes a new version in `upcasters.VERSIONS` and an upcaster from the old one.
All times are Unix milliseconds; quantities are never negative.
"""

from dataclasses import dataclass
from decimal import Decimal

from generated.models import (
    AccountClock,
    AccountType,
    ActivityType,
    BracketLeg,
    OrderStatus,
    OrderType,
    PendingAction,
    PositionEffect,
    PositionSide,
    Side,
    TimeInForce,
    TrailingOffsetType,
    TriggerBy,
)
from handlers.trading.ledger.basis import BarBasis as BarBasis
from handlers.trading.ledger.basis import Conversion as Conversion
from handlers.trading.ledger.basis import QuoteBasis as QuoteBasis
from handlers.trading.ledger.corporate_events import DividendApplied as DividendApplied
from handlers.trading.ledger.corporate_events import OrderRescaled as OrderRescaled
from handlers.trading.ledger.corporate_events import PositionRescaled as PositionRescaled
from handlers.trading.ledger.corporate_events import SplitApplied as SplitApplied


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
class LedgerRestored:
    """A backup took the place of the ledger: what came after this in the lost one did not happen.

    Orders, positions and balance are those of the backup, in an epoch that nobody has seen.
    """

    epoch: str


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
    """An order begins: `pending` on its way to the venue, `held` by its parent, or `working`."""

    order_id: str
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    time_in_force: TimeInForce
    client_order_id: str | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    """That of a trailing stop follows from its mark and moves with it."""
    trailing_offset: Decimal | None = None
    trailing_offset_type: TrailingOffsetType | None = None
    trigger_by: TriggerBy | None = None
    trail_mark: Decimal | None = None
    """The best price that a trailing stop has seen since it works."""
    expires_at: int | None = None
    reduce_only: bool = False
    post_only: bool = False
    position_id: str | None = None
    parent_id: str | None = None
    bracket_leg: BracketLeg | None = None
    oco_group_id: str | None = None
    status: OrderStatus = OrderStatus.WORKING
    effective_at: int | None = None
    """Market time at which a pending order reaches the venue."""
    arrival_price: Decimal | None = None
    """Mid of bid and ask when it was decided on; None for what others decide: the legs."""


@dataclass(frozen=True, slots=True)
class OrderActivated:
    """It reached the venue, or its parent has filled: it works, with this quantity in all."""

    order_id: str
    quantity: Decimal
    stop_price: Decimal | None
    trail_mark: Decimal | None


@dataclass(frozen=True, slots=True)
class OrderHeld:
    """The leg of an entry that still works, and whose position is flat for now."""

    order_id: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class OrderTriggered:
    """Its stop was reached: from now on it is a market or a limit order."""

    order_id: str
    price: Decimal
    """The price that did."""
    rule: str
    basis: QuoteBasis | BarBasis


@dataclass(frozen=True, slots=True)
class OrderTrailed:
    """A trailing stop has followed the market."""

    order_id: str
    trail_mark: Decimal
    stop_price: Decimal


@dataclass(frozen=True, slots=True)
class OrderModified:
    """Its terms from now on, the unchanged ones too."""

    order_id: str
    quantity: Decimal
    """In all, with what is filled already."""
    limit_price: Decimal | None
    stop_price: Decimal | None
    trailing_offset: Decimal | None
    trailing_offset_type: TrailingOffsetType | None
    trail_mark: Decimal | None
    time_in_force: TimeInForce
    expires_at: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class OrderChangeSent:
    """A cancel or a modify is on its way; a modify has the terms that change, and no others."""

    order_id: str
    action: PendingAction
    arrives_at: int
    """Market time."""
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trailing_offset: Decimal | None = None
    trailing_offset_type: TrailingOffsetType | None = None
    time_in_force: TimeInForce | None = None
    expires_at: int | None = None
    """Counts where there is a time in force."""


@dataclass(frozen=True, slots=True)
class OrderChangeRefused:
    """A modify came too late: the order stays as it is."""

    order_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderFilled:
    """One execution. A fill that passes through zero is two of them, closing and opening.

    Amounts are in the symbol's currency.
    """

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
    conversion: Conversion | None = None
    """Into the account's currency, None where that is the symbol's."""


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
class OrderDelayed:
    """No price before this market time does anything to it."""

    order_id: str
    until: int


@dataclass(frozen=True, slots=True)
class OrderDisconnected:
    """Its venue is not heard of until it is connected again."""

    order_id: str


@dataclass(frozen=True, slots=True)
class OrderConnected:
    """Its venue is heard of again."""

    order_id: str


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
    conversion: Conversion | None = None
    """How it was converted into the account's currency, None where it had to be in no way."""


@dataclass(frozen=True, slots=True)
class LeverageChanged:
    symbol: str
    leverage: Decimal


@dataclass(frozen=True, slots=True)
class MarginCalled:
    """Equity came near the maintenance margin; both as they were then."""

    equity: Decimal
    maintenance_margin: Decimal


@dataclass(frozen=True, slots=True)
class MarginRestored:
    equity: Decimal
    maintenance_margin: Decimal


@dataclass(frozen=True, slots=True)
class LiquidationOrdered:
    """Equity fell below the maintenance margin; the order closes so much of the position."""

    order_id: str
    position_id: str
    symbol: str
    quantity: Decimal
    equity: Decimal
    maintenance_margin: Decimal


@dataclass(frozen=True, slots=True)
class FinancingCharged:
    """What holding a position beyond the end of a session cost.

    Annual rates; amounts in the account's currency, booked by a `BalanceChanged` where not zero.
    """

    position_id: str
    symbol: str
    quantity: Decimal
    price: Decimal
    financed: Decimal
    """The part of the value that is not covered by its initial margin."""
    days: int
    financing_rate: Decimal
    financing: Decimal
    borrow_rate: Decimal
    borrow_fee: Decimal
    until: int
    """Market time of the session's end at which the next charge is due."""


OrderChange = (
    OrderActivated
    | OrderHeld
    | OrderTriggered
    | OrderTrailed
    | OrderModified
    | OrderChangeSent
    | OrderChangeRefused
    | OrderRescaled
    | OrderFilled
    | OrderCanceled
    | OrderExpired
    | OrderRejected
    | OrderDelayed
    | OrderDisconnected
    | OrderConnected
)
OrderEvent = OrderAccepted | OrderChange
PositionEvent = PositionOpened | PositionChanged | PositionRescaled | PositionClosed
ProfileEvent = AccountRenamed | AccountArchived | AccountRestored
StandingEvent = (
    LeverageChanged | MarginCalled | MarginRestored | LiquidationOrdered | FinancingCharged
)
CorporateEvent = SplitApplied | DividendApplied
OriginEvent = AccountOpened | AccountReset | LedgerRestored
AccountEvent = OriginEvent | ProfileEvent | StandingEvent | CorporateEvent
Event = AccountEvent | OrderEvent | PositionEvent | BalanceChanged
