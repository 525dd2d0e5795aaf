"""Trades: what became of a position until it was flat, and how well it was traded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from generated.models import ActivityType, PositionEffect, PositionSide, PositionStatus, Side
from handlers.market.bars import Bar
from handlers.trading import money
from handlers.trading.account import AccountView
from handlers.trading.activities import Activity
from handlers.trading.conversion import converted
from handlers.trading.execution import Execution
from handlers.trading.fills import exact_price
from handlers.trading.money import ZERO
from handlers.trading.position import Position

CARRY: Final = frozenset((ActivityType.FINANCING, ActivityType.BORROW_FEE, ActivityType.DIVIDEND))
"""What holding a position brings or costs."""


@dataclass(frozen=True, slots=True)
class Trade:
    position: Position
    executions: tuple[Execution, ...]
    """Oldest first."""
    decisions: tuple[Decimal | None, ...]
    """The decision price of each execution's order."""
    commission: Decimal
    carry: Decimal
    """What holding it brought or cost: financing, borrow fees, dividends."""

    @property
    def net_pnl(self) -> Decimal:
        return self.position.realized_pnl - self.commission + self.carry

    @property
    def exit_price(self) -> Decimal:
        """Average of the closing fills, in shares as they were then."""
        closing = [item for item in self.executions if item.effect is PositionEffect.CLOSE]
        if not closing:
            return self._paid_out
        value = sum((money.value_of(item.quantity, item.price) for item in closing), ZERO)
        return money.quotient(value, sum((item.quantity for item in closing), ZERO))

    @property
    def _paid_out(self) -> Decimal:
        """A split left less than one step, which was paid out: for so much a unit."""
        position = self.position
        earned = money.quotient(position.sign * position.realized_pnl, position.entry_quantity)
        return position.average_price + earned

    @property
    def opened_at(self) -> int:
        """In the market's time."""
        return self.position.opened_market_time

    @property
    def closed_at(self) -> int:
        """In the market's time."""
        return self.position.updated_market_time

    @property
    def shortfall(self) -> Decimal | None:
        """A. F. Perold's implementation shortfall of what was filled; positive is a cost.

        "The Implementation Shortfall: Paper versus Reality", Journal of Portfolio Management 14
        (1988): what the fills cost more, or brought less, than at the decision price of their
        orders, and the commission; in the account's currency. None where a decision price is
        not known.
        """
        total = self.commission
        for item, decision in zip(self.executions, self.decisions, strict=True):
            if decision is None:
                return None
            sign = 1 if item.side is Side.BUY else -1
            cost = sign * money.value_of(item.quantity, item.price - decision)
            total += converted(cost, item.conversion)
        return total


@dataclass(frozen=True, slots=True)
class Excursions:
    """How far the price went against a trade and for it, for one unit; never negative."""

    adverse: Decimal
    favorable: Decimal


@money.exact
def trades(view: AccountView) -> tuple[Trade, ...]:
    """The positions that were closed, the last one to be closed first."""
    executions: dict[str, list[Execution]] = {}
    for item in view.executions():
        executions.setdefault(item.position_id, []).append(item)
    carried = _carried(view.activities())
    closed = sorted(
        view.positions(PositionStatus.CLOSED),
        key=lambda item: executions[item.position_id][-1].sequence,
        reverse=True,
    )
    return tuple(
        _trade(view, item, executions[item.position_id], carried.get(item.position_id, ZERO))
        for item in closed
    )


@money.exact
def excursions(trade: Trade, bars: Sequence[Bar], length: int) -> Excursions:
    """J. Sweeney's maximum adverse and favorable excursion ("Maximum Adverse Excursion", 1996).

    From the average entry price to the worst and the best price of the bars that lie wholly within
    the trade, and of its own fills. `length` is that of a bar, in milliseconds.
    """
    prices = [item.price for item in trade.executions]
    for bar in bars:
        if trade.opened_at < bar.time and bar.time + length <= trade.closed_at:
            prices += (exact_price(bar.low), exact_price(bar.high))
    entry = trade.position.average_price
    lower, upper = max(ZERO, entry - min(prices)), max(ZERO, max(prices) - entry)
    long = trade.position.side is PositionSide.LONG
    return Excursions(lower, upper) if long else Excursions(upper, lower)


def _trade(
    view: AccountView, position: Position, executions: Sequence[Execution], carry: Decimal
) -> Trade:
    orders = (view.order(item.order_id) for item in executions)
    decisions = tuple(order.decision_price if order else None for order in orders)
    commission = sum((item.commission for item in executions), ZERO)
    return Trade(position, tuple(executions), decisions, commission, carry)


def _carried(activities: Iterable[Activity]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for item in activities:
        if item.position_id is not None and item.kind in CARRY:
            total[item.position_id] = total.get(item.position_id, ZERO) + item.amount
    return total
