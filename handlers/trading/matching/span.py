"""The prices of one moment or one bar, as the book asks for them."""

from dataclasses import dataclass
from decimal import Decimal

from generated.models import Side, TriggerBy
from handlers.market.quotes import Quote
from handlers.trading.ledger.events import BarBasis
from handlers.trading.orders import triggers


@dataclass(frozen=True, slots=True)
class Span:
    """Of a quote, where lowest and highest are the same; or of a bar, without a spread."""

    ask: Decimal
    """The lowest at which one could buy."""
    bid: Decimal
    """The highest at which one could sell."""
    source: Quote | BarBasis

    def adverse(self, by: TriggerBy, side: Side) -> Decimal:
        """How far the price went towards the stops of that side: up for buys, down for sells."""
        if isinstance(self.source, BarBasis):
            return self.source.high if side is Side.BUY else self.source.low
        return triggers.price(self.source, side, by)

    def favorable(self, by: TriggerBy, side: Side) -> Decimal:
        """How far it went away from them."""
        if isinstance(self.source, BarBasis):
            return self.source.low if side is Side.BUY else self.source.high
        return triggers.price(self.source, side, by)


def of_quote(quote: Quote) -> Span:
    return Span(quote.ask, quote.bid, quote)


def of_bar(bar: BarBasis) -> Span:
    return Span(bar.low, bar.high, bar)
