"""What a transaction does to an account, worked out completely before anything is touched."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from generated.models import AccountClock, AccountType
from handlers.trading.accounts.activities import Activity, Unasked, booked, deposited, unasked
from handlers.trading.accounts.execution import Execution, executed
from handlers.trading.accounts.standing import Standing
from handlers.trading.ledger.events import (
    AccountArchived,
    AccountOpened,
    AccountRenamed,
    AccountReset,
    AccountRestored,
    BalanceChanged,
    Conversion,
    CorporateEvent,
    LedgerRestored,
    OrderAccepted,
    OrderChange,
    OrderFilled,
    PositionChanged,
    PositionClosed,
    PositionOpened,
    PositionRescaled,
    ProfileEvent,
    SplitApplied,
    StandingEvent,
)
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.money import ZERO
from handlers.trading.orders.order import Order, accepted
from handlers.trading.positions.conversion import converted
from handlers.trading.positions.position import Position, opened


class BrokenLedger(Exception):
    """The transactions do not follow from one another: nothing may be built on them."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What never changes about an account."""

    account_id: str
    user_id: str
    type: AccountType
    clock: AccountClock
    created_at: int


@dataclass(frozen=True, slots=True)
class Profile:
    """What its user may change about an account."""

    name: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    currency: str
    balance: Decimal
    realized_pnl: Decimal
    """Of this epoch, before commission."""
    commission: Decimal


@dataclass(frozen=True, slots=True)
class Epoch:
    """An unbroken run of an account, from its opening or a reset to the next."""

    name: str
    first_sequence: int
    market_epoch: str | None
    balance: Decimal
    """What it began with."""
    began_at: int
    line: tuple[str, ...] = ()
    """The restored ledger that the account lives in: part of each new id, as the lost one had
    given the ids without it away."""


@dataclass(slots=True)
class Change:
    transaction: Transaction
    identity: Identity | None
    epoch: Epoch | None
    balance: Balance | None
    profile: Profile | None
    standing: Standing
    orders: dict[str, Order] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    acted: dict[str, int] = field(default_factory=dict)
    rates_used: dict[str, Conversion] = field(default_factory=dict)
    reset: bool = False
    _booked: int = 0

    def account_opened(self, event: AccountOpened) -> None:
        if self.identity is not None:
            raise BrokenLedger("the account is open already")
        stamp = self.transaction
        self.identity = Identity(
            stamp.account_id, event.user_id, event.type, event.clock, stamp.recorded_at
        )
        self.profile = Profile(event.name)
        self._began(event)
        self.balance = Balance(event.currency, event.balance, ZERO, ZERO)
        self._deposited(event)

    def account_reset(self, event: AccountReset) -> None:
        self.reset = True
        self._began(event)
        self.balance = Balance(self.known_balance.currency, event.balance, ZERO, ZERO)
        self._deposited(event)
        self.standing = self.standing.anew()

    def ledger_restored(self, event: LedgerRestored) -> None:
        """All stays as it is, and is called otherwise."""
        if self.epoch is None:
            raise BrokenLedger("the account is not open yet")
        self.epoch = replace(self.epoch, name=event.epoch, line=(event.epoch,))

    def profile_changed(self, event: ProfileEvent) -> None:
        if self.profile is None:
            raise BrokenLedger("the account is not open yet")
        match event:
            case AccountRenamed():
                self.profile = replace(self.profile, name=event.name)
            case AccountArchived():
                self.profile = replace(self.profile, archived=True)
            case AccountRestored():
                self.profile = replace(self.profile, archived=False)

    def order_accepted(self, event: OrderAccepted) -> None:
        if event.order_id in self.orders:
            raise BrokenLedger(f"{event.order_id} was accepted already")
        self.orders[event.order_id] = accepted(event, self.transaction)

    def order_changed(self, order: Order, event: OrderChange) -> None:
        self.orders[order.order_id] = order.apply(event, self.transaction)
        if isinstance(event, OrderFilled):
            self.executions.append(executed(event, order, self.transaction))
            by = event.conversion
            self._realized(converted(event.realized_pnl, by), converted(event.commission, by))
            if by is not None:
                self.rates_used[order.symbol] = by

    def position_opened(self, event: PositionOpened) -> None:
        self.positions[event.position_id] = opened(event, self.transaction)

    def position_changed(
        self, position: Position, event: PositionChanged | PositionRescaled | PositionClosed
    ) -> None:
        self.positions[position.position_id] = position.apply(event, self.transaction)
        if isinstance(event, PositionRescaled):
            self._realized(event.realized_pnl - position.realized_pnl, ZERO)
        if isinstance(event, PositionClosed):
            self.standing = self.standing.closed(event.position_id)

    def corporate_action(self, event: CorporateEvent) -> None:
        self.acted[event.symbol] = event.time
        if isinstance(event, SplitApplied):
            self._unasked(event)

    def standing_changed(self, event: StandingEvent) -> None:
        self.standing = self.standing.apply(event, self.transaction)
        if isinstance(event, Unasked):
            self._unasked(event)

    def balance_changed(self, event: BalanceChanged) -> None:
        before = self.known_balance
        if before.balance + event.change != event.balance:
            raise BrokenLedger(f"{before.balance} + {event.change} is not {event.balance}")
        self.balance = replace(before, balance=event.balance)
        self.activities.append(booked(event, self.transaction, self._booked))
        self._booked += 1

    @property
    def known_balance(self) -> Balance:
        if self.balance is None:
            raise BrokenLedger("the account is not open yet")
        return self.balance

    def _began(self, event: AccountOpened | AccountReset) -> None:
        stamp = self.transaction
        self.epoch = Epoch(
            name=event.epoch,
            first_sequence=stamp.sequence,
            market_epoch=event.market_epoch,
            balance=event.balance,
            began_at=stamp.recorded_at,
            line=self.epoch.line if self.epoch else (),
        )

    def _deposited(self, event: AccountOpened | AccountReset) -> None:
        self.activities.append(deposited(event, self.transaction, self._booked))
        self._booked += 1

    def _unasked(self, event: Unasked) -> None:
        balance = self.known_balance.balance
        self.activities.append(unasked(event, balance, self.transaction))

    def _realized(self, pnl: Decimal, commission: Decimal) -> None:
        before = self.known_balance
        self.balance = replace(
            before,
            realized_pnl=before.realized_pnl + pnl,
            commission=before.commission + commission,
        )
