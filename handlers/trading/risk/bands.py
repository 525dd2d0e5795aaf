"""At which price an account must be looked at again: a quote costs what it reaches, no more.

The loss that an account can bear until it is called is shared out among its positions. While no
price has moved against its position by more than the share, the account cannot have come there.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from generated.models import PositionSide
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.market import Market
from handlers.trading.money import ZERO
from handlers.trading.positions.margin import Figures, PositionFigures
from handlers.trading.risk.liquidation import CALL

ALWAYS: Final = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Band:
    """`price` is reached by a bid at or below it (long), or an ask at or above it (short)."""

    side: PositionSide
    price: Decimal


@money.exact
def bands(state: AccountState, found: Figures, market: Market) -> dict[str, Band]:
    """By symbol. Every price counts of an account that is called already, and of a symbol in
    another currency, whose value the rate moves too.
    """
    room = found.equity - CALL * found.maintenance_margin
    if state.standing.call is not None:
        room = -ALWAYS
    share = room if room < ZERO else money.quotient(room, Decimal(len(found.positions) or 1))
    result = {}
    for item in found.positions:
        symbol = market.symbol(item.symbol)
        if symbol is not None:
            position = state.open_positions[item.symbol]
            rate = CALL * state.terms.rates(symbol).maintenance
            distance = _distance(position.side, item, rate, share)
            if symbol.currency != state.balance.currency:
                distance = -ALWAYS
            result[item.symbol] = _band(position.side, item.market_price, distance)
    return result


def _distance(side: PositionSide, item: PositionFigures, rate: Decimal, share: Decimal) -> Decimal:
    """How far the price may move; less than nothing where every price counts."""
    weight = 1 - rate if side is PositionSide.LONG else 1 + rate
    if share <= ZERO or weight <= ZERO or not item.market_value:
        return -ALWAYS
    felt = money.value_of(abs(item.market_value), weight)
    return money.share_of(item.market_price, share, felt) if felt else -ALWAYS


def _band(side: PositionSide, price: Decimal, distance: Decimal) -> Band:
    if side is PositionSide.LONG:
        return Band(side, price - distance)
    return Band(side, price + distance)


class Bands:
    """Of all accounts, sorted by price for each symbol and side."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, Band]] = {}
        self._sorted: dict[tuple[str, PositionSide], list[tuple[Decimal, str]]] = {}

    def put(self, account_id: str, of_symbols: Mapping[str, Band]) -> None:
        """In the place of those that the account had."""
        for symbol, band in self._of.pop(account_id, {}).items():
            entries = self._sorted[symbol, band.side]
            del entries[bisect_left(entries, (_key(band), account_id))]
            if not entries:
                del self._sorted[symbol, band.side]
        for symbol, band in of_symbols.items():
            entry = (_key(band), account_id)
            insort(self._sorted.setdefault((symbol, band.side), []), entry)
        if of_symbols:
            self._of[account_id] = dict(of_symbols)

    def symbols(self, account_id: str) -> frozenset[str]:
        return frozenset(self._of.get(account_id, ()))

    def reached(self, symbol: str, bid: Decimal, ask: Decimal) -> list[str]:
        """The accounts whose band the prices reach."""
        found = []
        for side, price in ((PositionSide.LONG, -bid), (PositionSide.SHORT, ask)):
            for key, account_id in self._sorted.get((symbol, side), ()):
                if key > price:
                    break
                found.append(account_id)
        return found


def _key(band: Band) -> Decimal:
    """Ascending in the order in which they are reached."""
    return -band.price if band.side is PositionSide.LONG else band.price
