"""What triggers a stop: the price that is looked at, and on which side of the stop it must be."""

from decimal import Decimal
from typing import Final

from generated.models import Side, SymbolType, TriggerBy
from handlers.market.quotes import Quote

_HALF: Final = Decimal("0.5")


def default(kind: SymbolType) -> TriggerBy:
    """Stocks trade on an exchange with a last price; for all else it is what a dealer quotes."""
    return TriggerBy.LAST if kind is SymbolType.STOCK else TriggerBy.BID_ASK


def price(quote: Quote, side: Side, by: TriggerBy) -> Decimal:
    """The price that a stop of this side is compared with."""
    match by:
        case TriggerBy.LAST:
            return quote.last
        case TriggerBy.MID:
            return (quote.bid + quote.ask) * _HALF
        case TriggerBy.BID_ASK:
            return quote.ask if side is Side.BUY else quote.bid


def reached(side: Side, stop: Decimal, seen: Decimal) -> bool:
    """A buy stop triggers at or above its price, a sell stop at or below it."""
    return seen >= stop if side is Side.BUY else seen <= stop
