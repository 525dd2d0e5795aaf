"""Money of one currency in another: at the price of a pair that is traded.

What is received is sold at the bid of the pair, what is owed is bought at the ask; where the pair
is quoted the other way round, the amount is divided by its price. The pair of the symbol's own
exchange comes first, then the pairs as they are listed; it has to trade on the symbol's clock.
Where no such pair has a price there is no rate: nothing is opened then, and what is closed is
converted at the last rate that the account has used for the symbol. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from generated.models import Side
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.ledger.events import Conversion
from handlers.trading.market import Instant, Market
from handlers.trading.money import ZERO


@dataclass(frozen=True, slots=True)
class Rate:
    """One currency in another, by one quote of a pair; without a pair they are the same."""

    pair: str | None
    inverted: bool
    bid: Decimal
    ask: Decimal
    time: int

    def of(self, amount: Decimal) -> Conversion | None:
        """How an amount is converted that is received, or is owed where it is negative."""
        if self.pair is None:
            return None
        side = Side.SELL if (amount >= ZERO) is not self.inverted else Side.BUY
        price = self.bid if side is Side.SELL else self.ask
        return Conversion(self.pair, side, price, self.inverted, self.time)

    def into(self, amount: Decimal) -> Decimal:
        return converted(amount, self.of(amount))

    def owed(self, amount: Decimal) -> Decimal:
        """What it costs to have that amount."""
        return -self.into(-amount)


SAME: Final = Rate(None, False, Decimal(1), Decimal(1), 0)


def converted(amount: Decimal, by: Conversion | None) -> Decimal:
    """Rounded at 12 digits."""
    if by is None:
        return amount
    return money.quotient(amount, by.rate) if by.inverted else money.value_of(amount, by.rate)


def rate(symbol: Symbol, currency: str, market: Market) -> Rate | None:
    """From the symbol's currency into another, None where there is none now."""
    if symbol.currency == currency:
        return SAME
    pair = pair_for(symbol, currency, market)
    quote = market.quote(pair.id) if pair else None
    if pair is None or quote is None:
        return None
    return Rate(pair.id, pair.currency != currency, quote.bid, quote.ask, quote.time)


def pin(market: Instant, symbol_id: str, currency: str) -> None:
    """Asks now for the rate that a decision about the symbol needs: it is not of later."""
    symbol = market.symbol(symbol_id)
    if symbol is not None:
        rate(symbol, currency, market)


def last_rate(
    symbol_id: str, currency: str, market: Market, used: Mapping[str, Conversion]
) -> Rate | None:
    """The rate of now, else the last one that was `used` for the symbol."""
    symbol = market.symbol(symbol_id)
    found = rate(symbol, currency, market) if symbol else None
    last = used.get(symbol_id)
    if found is not None or (last is None and symbol is not None):
        return found
    if last is None:
        return SAME
    return Rate(last.pair, last.inverted, last.rate, last.rate, last.quote_time)


class Listing(Protocol):
    def pairs(self) -> tuple[Symbol, ...]: ...


def pair_for(symbol: Symbol, currency: str, market: Listing) -> Symbol | None:
    """The pair by which the symbol's currency is converted."""
    wanted = {symbol.currency, currency}
    found = [
        pair
        for pair in market.pairs()
        if {pair.base_currency, pair.currency} == wanted and pair.clock is symbol.clock
    ]
    own = (pair for pair in found if pair.exchange == symbol.exchange)
    return next(own, found[0] if found else None)
