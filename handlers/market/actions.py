"""Corporate actions: what a company does to its shares, and to everybody who holds them."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Split:
    """Every `denominator` old shares become `numerator` new ones; fewer where they are merged."""

    symbol: str
    time: int
    """00:00 UTC of the first trading day on which the new shares are traded."""
    numerator: int
    denominator: int
    last_price: Decimal
    """The last price before, of one new share: what the fraction of a share is worth."""


@dataclass(frozen=True, slots=True)
class Dividend:
    """Paid for each share that was held over night."""

    symbol: str
    time: int
    """00:00 UTC of the first trading day on which shares are traded without it."""
    amount: Decimal
    """For one share, in the symbol's currency; a share as it is after a split of the same day."""


CorporateAction = Split | Dividend
