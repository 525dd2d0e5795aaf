"""The state of an account: what its ledger adds up to, now and as of every transaction."""

from decimal import Decimal
from itertools import takewhile
from typing import Final, TypeVar

from handlers.trading import money
from handlers.trading.accounts.activities import Activity
from handlers.trading.accounts.change import Balance, BrokenLedger, Change, Epoch, Identity, Profile
from handlers.trading.accounts.execution import Execution, Offered
from handlers.trading.accounts.history import History, forked, owned
from handlers.trading.accounts.standing import Standing
from handlers.trading.accounts.view import AccountView as AccountView
from handlers.trading.ledger.events import (
    AccountArchived,
    AccountOpened,
    AccountRenamed,
    AccountReset,
    AccountRestored,
    BalanceChanged,
    Conversion,
    DividendApplied,
    Event,
    LedgerRestored,
    OrderAccepted,
    OrderChange,
    PositionChanged,
    PositionClosed,
    PositionOpened,
    PositionRescaled,
    SplitApplied,
)
from handlers.trading.ledger.transactions import Cause, Transaction, identifier
from handlers.trading.orders.order import Order
from handlers.trading.positions.leverage import MarginTerms
from handlers.trading.positions.position import Position

T = TypeVar("T")

LATE: Final = 5_000
"""Milliseconds by which an execution may be booked before one on an older price."""


class AccountState:
    """Changes by `apply` alone. Everything read from it is immutable."""

    def __init__(self) -> None:
        self.sequence = 0
        self.recorded_at = 0
        self.open_orders: dict[str, Order] = {}
        """Orders that are not done, by id, oldest first."""
        self.open_positions: dict[str, Position] = {}
        """Open positions by symbol."""
        self.acted: dict[str, int] = {}
        """By symbol: the time of the newest split or dividend that has been applied."""
        self.filled_groups: set[str] = set()
        """OCO groups of this epoch of which an order has filled, whole or in part."""
        self.rates_used: dict[str, Conversion] = {}
        """By symbol: the last conversion of its money into the account's currency."""
        self.used_keys: dict[tuple[str, str], tuple[int, Cause]] = {}
        """By scope and key: the transaction that used it up, and why."""
        self._identity: Identity | None = None
        self._epochs: History[Epoch] = History()
        self._balances: History[Balance] = History()
        self._profiles: History[Profile] = History()
        self._standings: History[Standing] = History()
        self._orders: dict[str, History[Order]] = {}
        self._legs: dict[str, tuple[str, ...]] = {}
        """By parent: the orders that are its bracket legs."""
        self._positions: dict[str, History[Position]] = {}
        self._executions: list[Execution] = []
        self._execution_sequences: list[int] = []
        self._activities: list[Activity] = []
        self._own: set[str] | None = None
        """Orders and positions whose history no fork reads; None before the first fork."""

    @property
    def identity(self) -> Identity:
        if self._identity is None:
            raise BrokenLedger("the account is not open yet")
        return self._identity

    @property
    def account_id(self) -> str:
        return self.identity.account_id

    @property
    def epoch(self) -> str:
        return self._epochs.now.name

    def identifier(self, prefix: str, *parts: str | int) -> str:
        """An id in this account that it never gave before, not even in a ledger that was lost."""
        return identifier(prefix, self.account_id, *self._epochs.now.line, *parts)

    @property
    def market_epoch(self) -> str | None:
        """The epoch of the recording that the account trades in; None on the live clock."""
        return self._epochs.now.market_epoch

    @property
    def balance(self) -> Balance:
        return self._balances.now

    @property
    def first_balance(self) -> Decimal:
        """What the present epoch began with."""
        return self._epochs.now.balance

    @property
    def profile(self) -> Profile:
        return self._profiles.now

    @property
    def standing(self) -> Standing:
        return self._standings.now

    @property
    def terms(self) -> MarginTerms:
        return MarginTerms(
            self.identity.type, self.standing.leverage, self.balance.currency, self.rates_used
        )

    def order(self, order_id: str, sequence: int | None = None) -> Order | None:
        """Of whatever epoch, now or as that transaction left it."""
        return _version(self._orders.get(order_id), sequence)

    def position(self, position_id: str, sequence: int | None = None) -> Position | None:
        """Of whatever epoch, now or as that transaction left it."""
        return _version(self._positions.get(position_id), sequence)

    def versions(self, order_id: str) -> tuple[Order, ...]:
        """All that the order has been, oldest first; one version a transaction."""
        history = self._orders.get(order_id)
        return tuple(history) if history else ()

    def legs(self, parent_id: str) -> tuple[Order, ...]:
        """All bracket legs that the order ever had, oldest first."""
        return tuple(self._orders[item].now for item in self._legs.get(parent_id, ()))

    def apply(self, transaction: Transaction) -> None:
        self.commit(self.prepare(transaction))

    @money.exact
    def prepare(self, transaction: Transaction) -> Change:
        """What the transaction would do. Raises where it does not follow; touches nothing."""
        if transaction.sequence != self.sequence + 1:
            raise BrokenLedger(f"{transaction.sequence} does not follow {self.sequence}")
        change = Change(
            transaction,
            self._identity,
            self._epochs.now if self._identity else None,
            self._balances.now if self._identity else None,
            self._profiles.now if self._identity else None,
            self._standings.now if self._identity else Standing(),
        )
        for event in transaction.events:
            self.extend(change, event)
        return change

    def commit(self, change: Change) -> None:
        sequence = change.transaction.sequence
        self.sequence, self.recorded_at = sequence, change.transaction.recorded_at
        self._identity = change.identity
        if change.epoch:
            self._epochs.put(sequence, change.epoch)
        if change.balance:
            self._balances.put(sequence, change.balance)
        if change.profile:
            self._profiles.put(sequence, change.profile)
        self._standings.keep(sequence, change.standing)
        for order in change.orders.values():
            self._keep_order(sequence, order)
        for position in change.positions.values():
            self._keep_position(sequence, position)
        self._executions.extend(change.executions)
        self._execution_sequences.extend(sequence for _ in change.executions)
        self._activities.extend(change.activities)
        if change.reset:
            self.open_orders.clear()
            self.open_positions.clear()
            self.acted.clear()
            self.filled_groups.clear()
        self.acted.update(change.acted)
        self.rates_used.update(change.rates_used)
        self._use_key(change.transaction)

    def fork(self) -> "AccountState":
        """The same so far; each goes on by itself.

        Histories are shared until one of the two writes them: there may be very many.
        """
        twin = AccountState()
        vars(twin).update({name: forked(value) for name, value in vars(self).items()})
        self._own, twin._own = set(), set()
        return twin

    def taken(self, offer: Offered) -> Decimal:
        """What the account's orders have taken of it so far."""
        since = offer.began - LATE
        recent = takewhile(lambda item: item.market_time >= since, reversed(self._executions))
        return offer.taken_by(recent)

    def view(self, sequence: int | None = None) -> AccountView:
        """The account as of a transaction, by default the newest."""
        return AccountView(self, self.sequence if sequence is None else sequence)

    @money.exact
    def extend(self, change: Change, event: Event) -> None:
        """Works one more event into the change. Raises where it does not follow."""
        if isinstance(event, OrderChange):
            order = change.orders.get(event.order_id) or self.order(event.order_id)
            if order is None:
                raise BrokenLedger(f"no order {event.order_id}")
            change.order_changed(order, event)
            return
        match event:
            case AccountOpened():
                change.account_opened(event)
            case AccountReset():
                change.account_reset(event)
            case LedgerRestored():
                change.ledger_restored(event)
            case AccountRenamed() | AccountArchived() | AccountRestored():
                change.profile_changed(event)
            case OrderAccepted():
                if event.order_id in self._orders:
                    raise BrokenLedger(f"{event.order_id} was accepted already")
                change.order_accepted(event)
            case PositionOpened():
                self._check_flat(change, event)
                change.position_opened(event)
            case PositionChanged() | PositionRescaled() | PositionClosed():
                position = change.positions.get(event.position_id) or self.position(
                    event.position_id
                )
                if position is None:
                    raise BrokenLedger(f"no position {event.position_id}")
                change.position_changed(position, event)
            case SplitApplied() | DividendApplied():
                change.corporate_action(event)
            case BalanceChanged():
                change.balance_changed(event)
            case _:
                change.standing_changed(event)

    def _check_flat(self, change: Change, event: PositionOpened) -> None:
        """One open position for a symbol; one that this change has closed is no more."""
        held = self.open_positions.get(event.symbol)
        still = held and change.positions.get(held.position_id, held).open
        if still or event.position_id in self._positions or event.position_id in change.positions:
            raise BrokenLedger(f"{event.symbol} has a position already")

    def _keep_order(self, sequence: int, order: Order) -> None:
        if order.parent_id and order.order_id not in self._orders:
            known = self._legs.get(order.parent_id, ())
            self._legs[order.parent_id] = (*known, order.order_id)
        owned(self._orders, order.order_id, self._own).put(sequence, order)
        if order.oco_group_id and order.filled_quantity and order.bracket_leg is None:
            self.filled_groups.add(order.oco_group_id)
        if order.open:
            self.open_orders[order.order_id] = order
        else:
            self.open_orders.pop(order.order_id, None)

    def _keep_position(self, sequence: int, position: Position) -> None:
        owned(self._positions, position.position_id, self._own).put(sequence, position)
        if position.open:
            self.open_positions[position.symbol] = position
            return
        current = self.open_positions.get(position.symbol)
        if current and current.position_id == position.position_id:
            del self.open_positions[position.symbol]

    def _use_key(self, transaction: Transaction) -> None:
        used = transaction.cause.idempotency
        if used:
            self.used_keys[used.scope, used.key] = (transaction.sequence, transaction.cause)


def _version(history: History[T] | None, sequence: int | None) -> T | None:
    if history is None:
        return None
    return history.now if sequence is None else history.at(sequence)
