"""How an account stands with its broker, beside its money: what only the ledger can tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from handlers.trading.ledger.events import (
    FinancingCharged,
    LeverageChanged,
    LiquidationOrdered,
    MarginCalled,
    MarginRestored,
    StandingEvent,
)
from handlers.trading.ledger.transactions import Transaction


@dataclass(frozen=True, slots=True)
class MarginCall:
    """The account is near its liquidation."""

    since: int
    """When it was recorded."""
    equity: Decimal
    """Of then, as is the margin."""
    maintenance_margin: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """Immutable; `apply` gives the next one."""

    leverage: Mapping[str, Decimal] = field(default_factory=dict)
    """By symbol, where one was chosen."""
    call: MarginCall | None = None
    liquidations: Mapping[str, str] = field(default_factory=dict)
    """Orders that liquidate, and the position of each, while that is open."""
    financed: Mapping[str, int] = field(default_factory=dict)
    """Open positions that were charged, and the market time at which they are again."""

    def apply(self, event: StandingEvent, stamp: Transaction) -> "Standing":
        match event:
            case LeverageChanged():
                return replace(self, leverage={**self.leverage, event.symbol: event.leverage})
            case MarginCalled():
                call = MarginCall(stamp.recorded_at, event.equity, event.maintenance_margin)
                return replace(self, call=call)
            case MarginRestored():
                return replace(self, call=None)
            case LiquidationOrdered():
                orders = {**self.liquidations, event.order_id: event.position_id}
                return replace(self, liquidations=orders)
            case FinancingCharged():
                return replace(self, financed={**self.financed, event.position_id: event.until})

    def closed(self, position_id: str) -> "Standing":
        """Forgets what was about the position."""
        orders = {key: item for key, item in self.liquidations.items() if item != position_id}
        if position_id not in self.financed and len(orders) == len(self.liquidations):
            return self
        financed = {key: item for key, item in self.financed.items() if key != position_id}
        return replace(self, liquidations=orders, financed=financed)

    def anew(self) -> "Standing":
        """After a reset: choices stay, what came of trading is forgotten."""
        return Standing(leverage=self.leverage)
