"""Activities: every change of an account's balance, with its reason.

Those of one epoch add up to its balance: an epoch begins with a deposit.
"""

from dataclasses import dataclass
from decimal import Decimal

from generated.models import ActivityType
from handlers.trading.ledger.events import AccountOpened, AccountReset, BalanceChanged, Conversion
from handlers.trading.ledger.transactions import Transaction, identifier


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


def deposited(event: AccountOpened | AccountReset, stamp: Transaction, index: int) -> Activity:
    """The balance that an epoch begins with."""
    first = BalanceChanged(event.balance, event.balance, ActivityType.DEPOSIT)
    return booked(first, stamp, index)


def booked(event: BalanceChanged, stamp: Transaction, index: int) -> Activity:
    """`index` counts the activities of the transaction from 0."""
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
