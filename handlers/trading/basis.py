"""The prices on which something was done, as the ledger keeps them."""

from dataclasses import dataclass
from decimal import Decimal

from generated.models import Side


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
class Conversion:
    """How money of the symbol's currency became money of the account's."""

    pair: str
    side: Side
    """Of the trade in the pair."""
    rate: Decimal
    """The price of the pair, its bid for a sell and its ask for a buy."""
    inverted: bool
    """Whether amounts are divided by the rate: the pair's base is the account's currency."""
    quote_time: int
    """Market time of the quote."""
