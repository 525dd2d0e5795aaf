"""An audit of one account: what its ledger says, beside what its executions add up to.

The state of an account is built from what each event says. The audit counts the same things a
second time, from the executions and the opening balance, and names every difference.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from generated.models import ActivityType, OrderStatus, Side
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.accounts.change import BrokenLedger
from handlers.trading.ledger.events import (
    AccountOpened,
    AccountReset,
    BalanceChanged,
    DividendApplied,
    Event,
    OrderFilled,
    PositionChanged,
    PositionClosed,
    PositionOpened,
    PositionRescaled,
    SplitApplied,
)
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.money import ZERO
from handlers.trading.orders.order import IllegalTransition
from handlers.trading.positions.conversion import converted
from handlers.trading.positions.position import BrokenPosition
from handlers.trading.reporting.counting import Count, Figures

_BOOKED: Final = (
    ActivityType.REALIZED_PNL,
    ActivityType.PURCHASE,
    ActivityType.SALE,
    ActivityType.COMMISSION,
    ActivityType.DIVIDEND,
)
"""What a balance changes by for executions and dividends alone."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not add up, and the transaction where that shows."""

    account_id: str
    sequence: int
    what: str


class Audit:
    """Takes the transactions of one account in their order."""

    def __init__(self) -> None:
        self.state = AccountState()
        self.broken = False
        """The state could not follow: nothing after that can be checked."""
        self._count = Count()

    @money.exact
    def check(self, transaction: Transaction) -> tuple[Fault, ...]:
        """What is wrong with the next transaction."""
        if self.broken:
            return ()
        found = list(_chain(self.state, transaction))
        try:
            self.state.apply(transaction)
        except (BrokenLedger, BrokenPosition, IllegalTransition, ArithmeticError) as error:
            self.broken = True
            found.append(f"it does not follow from what was before: {error}")
        else:
            found.extend(self._recount(transaction))
        account, sequence = transaction.account_id, transaction.sequence
        return tuple(Fault(account, sequence, what) for what in found)

    def _recount(self, transaction: Transaction) -> Iterator[str]:
        if transaction.epoch != self.state.epoch:
            yield f"it is of epoch {transaction.epoch}, the account of {self.state.epoch}"
        for event in transaction.events:
            yield from self._event(event)
        yield from _bookings(self.state, transaction)
        yield from self._orders(transaction)
        yield from self._balance()

    def _event(self, event: Event) -> Iterator[str]:
        match event:
            case AccountOpened() | AccountReset():
                self._count.begin(event.balance)
            case OrderFilled():
                yield from self._execution(event)
            case PositionRescaled():
                self._count.rescale(event)
            case PositionOpened() | PositionChanged() | PositionClosed():
                yield from self._position(event)
            case BalanceChanged():
                self._count.cash += event.change
            case _:
                pass

    def _execution(self, event: OrderFilled) -> Iterator[str]:
        order = self.state.order(event.order_id)
        if order is None:
            return
        realized = self._count.fill(event, order.side)
        if realized != event.realized_pnl:
            said = money.text(event.realized_pnl)
            yield f"execution {event.execution_id} realizes {said}, counted {money.text(realized)}"

    def _position(self, event: PositionOpened | PositionChanged | PositionClosed) -> Iterator[str]:
        said, counted = _said(event), self._count.holdings[event.position_id].figures
        if said != counted:
            yield f"position {event.position_id} has {_texts(said)}, counted {_texts(counted)}"

    def _orders(self, transaction: Transaction) -> Iterator[str]:
        ids = (item.order_id for item in transaction.events if isinstance(item, OrderFilled))
        for order_id in dict.fromkeys(ids):
            order, counted = self.state.order(order_id), self._count.orders[order_id]
            if order is None:
                continue
            said, filled = money.text(order.filled_quantity), money.text(counted.quantity)
            if (order.filled_quantity, order.filled_value) != (counted.quantity, counted.value):
                yield f"order {order_id} has filled {said}, executed {filled}"
            if (order.status is OrderStatus.FILLED) is not (counted.quantity == order.quantity):
                yield f"order {order_id} is {order.status} with {filled} filled"

    def _balance(self) -> Iterator[str]:
        said, count = self.state.balance, self._count
        pairs = (
            ("balance", said.balance, count.cash),
            ("realized profit", said.realized_pnl, count.realized),
            ("commission", said.commission, count.commission),
        )
        for name, value, counted in pairs:
            if value != counted:
                yield f"the {name} is {money.text(value)}, counted {money.text(counted)}"


def _chain(state: AccountState, transaction: Transaction) -> Iterator[str]:
    if transaction.sequence != state.sequence + 1:
        yield f"transaction {state.sequence + 1} is missing"
    if transaction.recorded_at < state.recorded_at:
        yield "it was recorded before the one that it follows"
    if state.sequence and transaction.user_id != state.identity.user_id:
        yield f"it belongs to user {transaction.user_id}, the account to {state.identity.user_id}"


def _bookings(state: AccountState, transaction: Transaction) -> Iterator[str]:
    """What executions and dividends brought and cost is what the balance changed by for them."""
    changes = [item for item in transaction.events if isinstance(item, BalanceChanged)]
    due = dict.fromkeys(_BOOKED, ZERO)
    for event in transaction.events:
        if isinstance(event, OrderFilled):
            kind, amount = _proceeds(state, event)
            due[kind] += converted(amount, event.conversion)
            due[ActivityType.COMMISSION] -= converted(event.commission, event.conversion)
        elif isinstance(event, DividendApplied):
            due[ActivityType.DIVIDEND] += _dividend(state, event, changes)
    if any(isinstance(item, SplitApplied) for item in transaction.events):
        return
    for kind, expected in due.items():
        booked = sum((item.change for item in changes if item.kind is kind), ZERO)
        if booked != expected:
            yield f"{money.text(booked)} of {kind} is booked for {money.text(expected)}"


def _proceeds(state: AccountState, event: OrderFilled) -> tuple[ActivityType, Decimal]:
    """Profit and loss; in a cash account all that was paid or received."""
    if not state.terms.in_full:
        return ActivityType.REALIZED_PNL, event.realized_pnl
    order, value = state.order(event.order_id), money.value_of(event.quantity, event.price)
    if order is not None and order.side is Side.BUY:
        return ActivityType.PURCHASE, -value
    return ActivityType.SALE, value


def _dividend(
    state: AccountState, event: DividendApplied, changes: Sequence[BalanceChanged]
) -> Decimal:
    position = state.position(event.position_id)
    sign = position.sign if position else 1
    by = next((item.conversion for item in changes if item.kind is ActivityType.DIVIDEND), None)
    return converted(sign * money.value_of(event.quantity, event.amount), by)


def _said(event: PositionOpened | PositionChanged | PositionClosed) -> Figures:
    match event:
        case PositionOpened():
            return event.quantity, event.cost_basis, ZERO
        case PositionChanged():
            return event.quantity, event.cost_basis, event.realized_pnl
        case PositionClosed():
            return ZERO, ZERO, event.realized_pnl


def _texts(values: Figures) -> str:
    return " / ".join(money.text(value) for value in values)
