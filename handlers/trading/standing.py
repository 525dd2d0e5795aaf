"""How an account stands with its broker, beside its money: what only the ledger can tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from handlers.trading.events import LeverageChanged
from handlers.trading.transactions import Transaction


@dataclass(frozen=True, slots=True)
class Standing:
    """Immutable; `apply` gives the next one."""

    leverage: Mapping[str, Decimal] = field(default_factory=dict)
    """By symbol, where one was chosen."""

    def apply(self, event: LeverageChanged, stamp: Transaction) -> "Standing":
        return replace(self, leverage={**self.leverage, event.symbol: event.leverage})

    def anew(self) -> "Standing":
        """After a reset: choices stay, what came of trading is forgotten."""
        return Standing(leverage=self.leverage)
