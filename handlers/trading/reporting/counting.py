"""Figures of an account counted from its executions alone, for an audit.

Written apart from the state on purpose: both must come to the same, to the last digit.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from generated.models import PositionEffect, Side
from handlers.trading import money
from handlers.trading.ledger.events import OrderFilled, PositionRescaled
from handlers.trading.money import ZERO
from handlers.trading.positions.conversion import converted

Figures = tuple[Decimal, Decimal, Decimal]


@dataclass(slots=True)
class Holding:
    """A position: what it holds, what that cost, and what it has realized."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    realized: Decimal = ZERO

    @property
    def figures(self) -> Figures:
        return self.quantity, self.cost, self.realized

    def fill(self, event: OrderFilled, side: Side) -> Decimal:
        """What the execution realizes: proceeds less the average cost, negated for a short.

        In the symbol's currency; what the holding has realized is in the account's.
        """
        value = money.value_of(event.quantity, event.price)
        if event.effect is PositionEffect.OPEN:
            self.quantity += event.quantity
            self.cost += value
            return ZERO
        cost = money.share_of(self.cost, event.quantity, self.quantity) if self.quantity else ZERO
        profit = value - cost if side is Side.SELL else cost - value
        self.quantity -= event.quantity
        self.cost -= cost
        self.realized += converted(profit, event.conversion)
        return profit


@dataclass(slots=True)
class Filled:
    """What the executions of an order add up to."""

    quantity: Decimal = ZERO
    value: Decimal = ZERO

    def fill(self, event: OrderFilled) -> None:
        self.quantity += event.quantity
        self.value += money.value_of(event.quantity, event.price)


@dataclass(slots=True)
class Count:
    """The sums of one epoch, and the orders and positions of all."""

    cash: Decimal = ZERO
    realized: Decimal = ZERO
    commission: Decimal = ZERO
    orders: defaultdict[str, Filled] = field(default_factory=lambda: defaultdict(Filled))
    holdings: defaultdict[str, Holding] = field(default_factory=lambda: defaultdict(Holding))

    def begin(self, balance: Decimal) -> None:
        self.cash, self.realized, self.commission = balance, ZERO, ZERO

    def fill(self, event: OrderFilled, side: Side) -> Decimal:
        """What the execution realizes, whatever it says itself."""
        self.orders[event.order_id].fill(event)
        self.realized += converted(event.realized_pnl, event.conversion)
        self.commission += converted(event.commission, event.conversion)
        return self.holdings[event.position_id].fill(event, side)

    def rescale(self, event: PositionRescaled) -> None:
        """A split is taken as it says: no execution tells of the new shares."""
        holding = self.holdings[event.position_id]
        self.realized += event.realized_pnl - holding.realized
        holding.quantity, holding.cost = event.quantity, event.cost_basis
        holding.realized = event.realized_pnl
