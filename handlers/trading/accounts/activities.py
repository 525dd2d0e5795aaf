"""Activities: every change of an account's balance, and what its broker did without being asked.

Those of one epoch add up to its balance: an epoch begins with a deposit. What leaves the balance
as it was has the amount 0.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from generated.models import ActivityType
from handlers.trading.ledger.events import (
    AccountOpened,
    AccountReset,
    BalanceChanged,
    Conversion,
    LiquidationOrdered,
    MarginCalled,
    MarginRestored,
    SplitApplied,
)
from handlers.trading.ledger.transactions import Transaction, identifier
from handlers.trading.money import ZERO

Unasked = SplitApplied | MarginCalled | MarginRestored | LiquidationOrdered
"""What the broker did without being asked, and without changing the balance."""


@dataclass(frozen=True, slots=True)
class Activity:
    activity_id: str
    kind: ActivityType
    amount: Decimal
    """In the account's currency; negative where the balance fell."""
    balance: Decimal
    """Afterwards."""
    symbol: str | None
    order_id: str | None
    position_id: str | None
    note: str | None
    conversion: Conversion | None
    time: int
    """When it was recorded."""
    market_time: int
    sequence: int
    quantity: Decimal | None = None
    """What a liquidation closes."""
    equity: Decimal | None = None
    """In the account's currency, as it was when its margin was called, restored or fell short."""
    maintenance_margin: Decimal | None = None
    """Likewise."""
    split: SplitApplied | None = None


def deposited(event: AccountOpened | AccountReset, stamp: Transaction, index: int) -> Activity:
    """The balance that an epoch begins with."""
    first = BalanceChanged(event.balance, event.balance, ActivityType.DEPOSIT)
    return booked(first, stamp, index)


def booked(event: BalanceChanged, stamp: Transaction, index: int | str) -> Activity:
    """`index` counts the changes of the balance in the transaction from 0."""
    return Activity(
        activity_id=identifier("act", stamp.account_id, stamp.sequence, index),
        kind=event.kind,
        amount=event.change,
        balance=event.balance,
        symbol=event.symbol,
        order_id=event.order_id,
        position_id=event.position_id,
        note=event.note,
        conversion=event.conversion,
        time=stamp.recorded_at,
        market_time=stamp.market_time,
        sequence=stamp.sequence,
    )


def unasked(event: Unasked, balance: Decimal, stamp: Transaction) -> Activity:
    """`balance` is that of the moment; the id says what it is about."""
    match event:
        case SplitApplied():
            same = BalanceChanged(ZERO, balance, ActivityType.SPLIT, event.symbol)
            return replace(booked(same, stamp, event.symbol), split=event)
        case LiquidationOrdered():
            about = (event.symbol, event.order_id, event.position_id)
            same = BalanceChanged(ZERO, balance, ActivityType.LIQUIDATION, *about)
            found = replace(booked(same, stamp, event.order_id), quantity=event.quantity)
            return _with_margin(found, event)
        case MarginCalled():
            same = BalanceChanged(ZERO, balance, ActivityType.MARGIN_CALL)
            return _with_margin(booked(same, stamp, same.kind), event)
        case MarginRestored():
            same = BalanceChanged(ZERO, balance, ActivityType.MARGIN_RESTORED)
            return _with_margin(booked(same, stamp, same.kind), event)


def _with_margin(
    found: Activity, event: LiquidationOrdered | MarginCalled | MarginRestored
) -> Activity:
    return replace(found, equity=event.equity, maintenance_margin=event.maintenance_margin)
