"""What corporate actions do to an account, as the ledger keeps it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class SplitApplied:
    """From now on the account holds and orders new shares. Its orders and position follow."""

    symbol: str
    time: int
    """00:00 UTC of the first trading day of the new shares."""
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class DividendApplied:
    """A dividend for what was held over night; the change of the balance follows."""

    symbol: str
    time: int
    amount: Decimal
    """For one share."""
    currency: str
    position_id: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class OrderRescaled:
    """Its terms in new shares. What was filled stays as it was filled."""

    order_id: str
    quantity: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    trailing_offset: Decimal | None
    trail_mark: Decimal | None
    opened_quantity: Decimal
    """Such that what its legs have still to close is in new shares."""


@dataclass(frozen=True, slots=True)
class PositionRescaled:
    """The position in new shares; a fraction was paid out, which `realized_pnl` includes."""

    position_id: str
    quantity: Decimal
    cost_basis: Decimal
    realized_pnl: Decimal
    entry_quantity: Decimal
