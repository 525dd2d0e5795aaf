"""What one price has for an order: where it stands in the queue, and how much is left for it."""

from dataclasses import dataclass
from decimal import Decimal

from handlers.trading.ledger.events import QuoteBasis


@dataclass(frozen=True, slots=True)
class Offer:
    """By the models of a symbol; their names are empty where they hold nothing back."""

    queue: str = ""
    liquidity: str = ""
    basis: QuoteBasis | None = None
    """The quote in question; None where an order fills on bars, or there is no quote."""
    since: int | None = None
    """Market time since which its prices prevail; None for its own time."""
    queued: bool = False
    """The quote only touches the limit and did not come to the order."""
    quantity: Decimal | None = None
    """All that the quote has for the account; None for as much as is wanted."""
