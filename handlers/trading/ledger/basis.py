"""The prices on which something was done, as the ledger keeps them."""

from dataclasses import dataclass
from decimal import Decimal

from generated.models import Side
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.trading import money


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


def quote_basis(quote: Quote) -> QuoteBasis:
    return QuoteBasis(quote.time, quote.bid, quote.ask, quote.last)


def bar_basis(bar: Bar) -> BarBasis:
    return BarBasis(
        bar.time,
        exact_price(bar.open),
        exact_price(bar.high),
        exact_price(bar.low),
        exact_price(bar.close),
    )


def exact_price(value: float) -> Decimal:
    """The shortest decimal that is this number: what the record says."""
    return money.amount(Decimal(repr(value)))
