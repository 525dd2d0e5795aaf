"""What trading brought: all trades together, and each symbol by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from generated.models import ActivityType
from handlers.trading import money
from handlers.trading.accounts.activities import Activity
from handlers.trading.accounts.execution import Execution
from handlers.trading.money import ZERO
from handlers.trading.reporting.trades import CARRY, Trade


@dataclass(frozen=True, slots=True)
class TradeStatistics:
    """Profit and loss are net: after commission, with what holding brought or cost."""

    number: int
    winners: int
    losers: int
    gross_profit: Decimal
    """Of all winners."""
    gross_loss: Decimal
    """Of all losers; not negative."""

    @property
    def net_profit(self) -> Decimal:
        return self.gross_profit - self.gross_loss

    @property
    def win_rate(self) -> Decimal | None:
        """Winners over trades."""
        return _quotient(Decimal(self.winners), self.number)

    @property
    def profit_factor(self) -> Decimal | None:
        """Gross profit over gross loss; None where nothing was lost."""
        return money.quotient(self.gross_profit, self.gross_loss) if self.gross_loss else None

    @property
    def average_win(self) -> Decimal | None:
        return _quotient(self.gross_profit, self.winners)

    @property
    def average_loss(self) -> Decimal | None:
        """Not negative."""
        return _quotient(self.gross_loss, self.losers)

    @property
    def expectancy(self) -> Decimal | None:
        """Net profit of a trade on average."""
        return _quotient(self.net_profit, self.number)


@dataclass(slots=True)
class SymbolResult:
    """What a symbol brought, in the account's currency."""

    symbol: str
    executions: int = 0
    realized_pnl: Decimal = ZERO
    """Before commission."""
    commission: Decimal = ZERO
    carry: Decimal = ZERO
    """Financing, borrow fees and dividends."""

    @property
    def net_pnl(self) -> Decimal:
        return self.realized_pnl - self.commission + self.carry


@money.exact
def statistics(trades: Iterable[Trade]) -> TradeStatistics:
    results = [trade.net_pnl for trade in trades]
    wins = [value for value in results if value > ZERO]
    losses = [-value for value in results if value < ZERO]
    return TradeStatistics(len(results), len(wins), len(losses), sum(wins, ZERO), sum(losses, ZERO))


@money.exact
def by_symbol(
    executions: Iterable[Execution], activities: Iterable[Activity]
) -> tuple[SymbolResult, ...]:
    """In the order of the symbols' names."""
    results: dict[str, SymbolResult] = {}
    for item in executions:
        result = results.setdefault(item.symbol, SymbolResult(item.symbol))
        result.executions += 1
        result.realized_pnl += item.realized_pnl
        result.commission += item.commission
    for entry in activities:
        fraction = entry.kind is ActivityType.REALIZED_PNL and entry.order_id is None
        if entry.symbol is None or not (fraction or entry.kind in CARRY):
            continue
        result = results.setdefault(entry.symbol, SymbolResult(entry.symbol))
        if fraction:  # of a share, paid out after a split
            result.realized_pnl += entry.amount
        else:
            result.carry += entry.amount
    return tuple(results[name] for name in sorted(results))


def _quotient(total: Decimal, number: int) -> Decimal | None:
    return money.quotient(total, Decimal(number)) if number else None
