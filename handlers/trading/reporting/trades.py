"""Trades: what became of a position until it was flat, and how well it was traded."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from threading import Lock
from typing import Final

from generated.models import ActivityType, PositionEffect, PositionSide, Side
from handlers.market.bars import Bar
from handlers.trading import money
from handlers.trading.accounts.account import AccountView
from handlers.trading.accounts.execution import Execution
from handlers.trading.ledger.basis import exact_price
from handlers.trading.money import ZERO
from handlers.trading.positions.conversion import converted
from handlers.trading.positions.position import Position

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
    sequence: int
    """The transaction that closed it."""

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
        orders, and the commission. None where a decision price is not known.
        """
        total = self.commission
        for item, decision in zip(self.executions, self.decisions, strict=True):
            if decision is None:
                return None
            sign = 1 if item.side is Side.BUY else -1
            missed = sign * money.value_of(item.quantity, item.price - decision)
            total += converted(missed, item.conversion)
        return total


@dataclass(frozen=True, slots=True)
class Excursions:
    """How far the price went against a trade and for it, for one unit; never negative."""

    adverse: Decimal
    favorable: Decimal


class TradeBook:
    """The trades of an account's present epoch, worked out once each. Safe in any thread."""

    def __init__(self) -> None:
        self._reading = Lock()
        self._begin(0)

    def _begin(self, began: int) -> None:
        self._began = began
        self._sequence = 0
        self._running: dict[str, list[Execution]] = {}
        """By open position its executions so far."""
        self._carry: dict[str, Decimal] = {}
        self._trades: list[Trade] = []

    @money.exact
    def read(self, view: AccountView) -> tuple[Trade, ...]:
        """The positions that were closed, the last one to be closed first.

        Touches nothing that is not of the view, so it may run beside new transactions.
        """
        with self._reading:
            if view.began != self._began:
                self._begin(view.began)
            if view.sequence > self._sequence:
                self._follow(view)
            return tuple(item for item in reversed(self._trades) if item.sequence <= view.sequence)

    def _follow(self, view: AccountView) -> None:
        for item in view.executions(self._sequence):
            self._running.setdefault(item.position_id, []).append(item)
        for entry in view.activities(self._sequence):
            if entry.position_id is not None and entry.kind in CARRY:
                total = self._carry.get(entry.position_id, ZERO)
                self._carry[entry.position_id] = total + entry.amount
        closed = [
            position
            for position in map(view.position, self._running)
            if position is not None and not position.open
        ]
        trades = [self._closed(view, item) for item in closed]
        self._trades += sorted(trades, key=lambda item: item.sequence)
        self._sequence = view.sequence

    def _closed(self, view: AccountView, position: Position) -> Trade:
        executions = tuple(self._running.pop(position.position_id))
        orders = (view.order(item.order_id) for item in executions)
        return Trade(
            position,
            executions,
            decisions=tuple(order.decision_price if order else None for order in orders),
            commission=sum((item.commission for item in executions), ZERO),
            carry=self._carry.pop(position.position_id, ZERO),
            sequence=view.position_since(position.position_id),
        )


def trades(view: AccountView) -> tuple[Trade, ...]:
    """The positions that were closed, the last one to be closed first."""
    return TradeBook().read(view)


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
