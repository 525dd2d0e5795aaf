"""Leverage: how many times its own money an account may trade in a symbol, and what margin follows.

The initial margin rate is one divided by the leverage, rounded half to even at 12 digits and never
below the symbol's own. The maintenance rate keeps the symbol's proportion to the initial one. An
account that chose nothing has the symbol's own rates; a cash account always pays in full and
maintains nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from generated.models import AccountType
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.ledger.events import Conversion
from handlers.trading.money import ZERO
from handlers.trading.orders.rejections import LeverageOffStep, LeverageOutOfRange, fault

LOWEST: Final = Decimal(1)
STEP: Final = Decimal("0.1")
"""Leverages are multiples of this, but for the highest of a symbol."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of a position's value."""

    initial: Decimal
    """Needed to open."""
    maintenance: Decimal
    """Needed to hold."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the leverage of a symbol is, and what it may be."""

    leverage: Decimal
    highest: Decimal
    rates: Rates


@dataclass(frozen=True, slots=True)
class MarginTerms:
    """On which terms an account trades."""

    type: AccountType
    leverage: Mapping[str, Decimal]
    """By symbol, where one was chosen."""
    currency: str
    rates_used: Mapping[str, Conversion]
    """By symbol: the last conversion of its money into the account's currency."""

    @property
    def in_full(self) -> bool:
        """What is bought is paid in full, and only what is owned can be sold: a cash account."""
        return self.type is AccountType.CASH

    def rates(self, symbol: Symbol) -> Rates:
        if self.in_full:
            return Rates(LOWEST, ZERO)
        chosen = self.leverage.get(symbol.id)
        own = Rates(symbol.initial_margin_rate, symbol.maintenance_margin_rate)
        if chosen is None:
            return own
        initial = max(money.quotient(LOWEST, chosen), own.initial)
        return Rates(initial, money.share_of(own.maintenance, initial, own.initial))

    def highest(self, symbol: Symbol) -> Decimal:
        """The highest leverage that the symbol allows: one divided by its initial margin rate."""
        if self.in_full:
            return LOWEST
        return max(money.quotient(LOWEST, symbol.initial_margin_rate), LOWEST)

    def choice(self, symbol: Symbol) -> Choice:
        highest = self.highest(symbol)
        chosen = LOWEST if self.in_full else self.leverage.get(symbol.id, highest)
        return Choice(min(chosen, highest), highest, self.rates(symbol))

    def choosing(self, symbol: Symbol, leverage: Decimal) -> "MarginTerms":
        """The terms with another leverage. Raises LeverageOutOfRange or LeverageOffStep."""
        self._check(symbol, leverage)
        return replace(self, leverage={**self.leverage, symbol.id: leverage})

    def _check(self, symbol: Symbol, leverage: Decimal) -> None:
        highest = self.highest(symbol)
        span = f"between 1 and {money.text(highest)}"
        if not LOWEST <= leverage <= highest:
            nearest = LOWEST if leverage < LOWEST else highest
            raise LeverageOutOfRange(
                f"The leverage of {symbol.id} lies {span} in this account.",
                fault("/leverage", "range", f"It lies {span}.", leverage, nearest),
            )
        if leverage != highest and not money.is_multiple(leverage, STEP):
            nearest = min(money.nearest_multiple(leverage, STEP), highest)
            message = f"A multiple of {money.text(STEP)}, or the highest."
            raise LeverageOffStep(
                f"Leverages are multiples of {money.text(STEP)}.",
                fault("/leverage", "leverage_step", message, leverage, nearest),
            )
