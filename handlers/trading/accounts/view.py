"""An account as it was after one transaction."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from generated.models import PositionStatus
from handlers.trading.accounts.activities import Activity
from handlers.trading.accounts.change import Balance, BrokenLedger, Identity, Profile
from handlers.trading.accounts.execution import Execution
from handlers.trading.accounts.rows import Part, Rows
from handlers.trading.accounts.standing import Standing
from handlers.trading.ledger.events import Conversion
from handlers.trading.ledger.transactions import AsOf
from handlers.trading.orders.order import Order
from handlers.trading.positions.leverage import MarginTerms
from handlers.trading.positions.position import Position

if TYPE_CHECKING:
    from handlers.trading.accounts.account import AccountState


class AccountView:
    """An account as it was after one transaction; what an epoch before that had is not in it."""

    def __init__(self, state: "AccountState", sequence: int) -> None:
        self._state = state
        self.sequence = sequence
        epoch = state._epochs.at(sequence)
        balance = state._balances.at(sequence)
        profile = state._profiles.at(sequence)
        if epoch is None or balance is None or profile is None or sequence > state.sequence:
            raise BrokenLedger(f"no transaction {sequence}")
        self._epoch = epoch
        self.balance: Balance = balance
        self.profile: Profile = profile
        self.standing: Standing = state._standings.at(sequence) or Standing()

    @property
    def as_of(self) -> AsOf:
        return AsOf(self._epoch.name, self.sequence)

    @property
    def first_balance(self) -> Decimal:
        """What its epoch began with."""
        return self._epoch.balance

    @property
    def began(self) -> int:
        """The transaction with which its epoch began."""
        return self._epoch.first_sequence

    @property
    def began_at(self) -> int:
        """When its epoch was recorded to begin."""
        return self._epoch.began_at

    @property
    def identity(self) -> Identity:
        return self._state.identity

    @property
    def terms(self) -> MarginTerms:
        return replace(self._state.terms, leverage=self.standing.leverage)

    def order(self, order_id: str) -> Order | None:
        order = self._state.order(order_id, self.sequence)
        return order if order and order.sequence >= self._epoch.first_sequence else None

    def position(self, position_id: str) -> Position | None:
        position = self._state.position(position_id, self.sequence)
        return position if position and position.sequence >= self._epoch.first_sequence else None

    @property
    def order_rows(self) -> Rows[Order]:
        return Rows(tuple(self._state._orders), self.order)

    @property
    def position_rows(self) -> Rows[Position]:
        return Rows(tuple(self._state._positions), self.position)

    def position_since(self, position_id: str) -> int:
        """The transaction that made it what it is; for a closed one, that which closed it."""
        return self._state._positions[position_id].since(self.sequence)

    def orders(self) -> Iterator[Order]:
        """Newest first."""
        for order_id in reversed(self._state._orders):
            order = self.order(order_id)
            if order:
                yield order

    def open_orders(self) -> tuple[Order, ...]:
        """Newest first."""
        if self.sequence == self._state.sequence:
            return tuple(reversed(self._state.open_orders.values()))
        return tuple(order for order in self.orders() if order.open)

    def positions(self, status: PositionStatus) -> Iterator[Position]:
        """Newest first."""
        for position_id in reversed(self._state._positions):
            position = self.position(position_id)
            if position and position.open is (status is PositionStatus.OPEN):
                yield position

    def open_positions(self) -> tuple[Position, ...]:
        """Newest first."""
        if self.sequence == self._state.sequence:
            return tuple(reversed(self._state.open_positions.values()))
        return tuple(self.positions(PositionStatus.OPEN))

    def all_positions(self) -> Iterator[Position]:
        """Open and closed ones, oldest first."""
        for position_id in tuple(self._state._positions):
            position = self.position(position_id)
            if position:
                yield position

    def rate_used(self, symbol: str) -> Conversion | None:
        """The last conversion of money of that symbol, also of later transactions."""
        return self._state.rates_used.get(symbol)

    def position_before(self, position_id: str, market_time: int) -> Position | None:
        """As it was before that moment in the market's time; None before it began."""
        history = self._state._positions[position_id]
        return history.last(lambda item: item.updated_market_time < market_time)

    def executions(self, after_sequence: int = 0) -> Part[Execution]:
        """Oldest first, those of later transactions than `after_sequence`."""
        state = self._state
        first = max(after_sequence, self._epoch.first_sequence - 1)
        start = bisect_right(state._execution_sequences, first)
        end = bisect_right(state._execution_sequences, self.sequence)
        return Part(state._executions, start, end)

    def activities(self, after_sequence: int = 0) -> Part[Activity]:
        """Oldest first, those of later transactions than `after_sequence`."""
        found = self._state._activities
        first = max(after_sequence, self._epoch.first_sequence - 1)
        start = bisect_right(found, first, key=_sequence_of)
        return Part(found, start, bisect_right(found, self.sequence, key=_sequence_of))

    def executions_of(self, order: Order) -> tuple[Execution, ...]:
        """Oldest first."""
        found = self.executions(order.sequence - 1)
        return tuple(item for item in found if item.order_id == order.order_id)


def _sequence_of(item: Activity) -> int:
    return item.sequence
