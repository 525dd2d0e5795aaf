"""The OMS: takes commands, reports and the clock, and books what they do to the accounts."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from decimal import Decimal
from functools import partial
from typing import Final, Protocol, final

from typing_extensions import override

from generated.models import AccountClock, AccountType
from handlers.backlog import ActionBacklog
from handlers.brokers.broker import Broker
from handlers.clock import Clock
from handlers.deciding import Decider
from handlers.feeds.feed import Feed, FeedSink
from handlers.market.actions import CorporateAction
from handlers.outcomes import Changes, Outcome, outcome_of, touched_orders
from handlers.settling import settled
from handlers.storage.ledger import Ledger, LedgerUnavailable
from handlers.storage.snapshots import Snapshots
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import hearing
from handlers.trading.booking.draft import Draft
from handlers.trading.decisions import decide
from handlers.trading.decisions.preview import Preview
from handlers.trading.decisions.waiting import Condition, conditions
from handlers.trading.ledger.transactions import Transaction, identifier
from handlers.trading.matching.reports import Report
from handlers.trading.orders.commands import (
    CancelOrders,
    Command,
    ModifyOrder,
    PlaceOrder,
    SetPositionBrackets,
)
from handlers.trading.orders.order import Order
from handlers.working import WatchedMarket, WorkingOrders
from handlers.writer import AccountWriter, Decision, nothing

log = logging.getLogger(__name__)

START_BALANCE: Final = Decimal(100_000)
CURRENCY: Final = "USD"
EXPIRY_TICK: Final = 0.25
"""Seconds between two looks at the clock for orders whose time has come."""


class AccountListener(Protocol):
    def on_transaction(self, account_id: str, transaction: Transaction) -> None:
        """Called once for each, in order, when the state has it; must not wait or raise."""
        ...


class AccountNotFound(Exception):
    """It does not exist, or is somebody else's; nobody is told which."""


@final
class Oms(FeedSink):
    """Lives on one event loop. `start` before anything else, `run` for the clock."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        broker: Broker,
        market: WatchedMarket,
        clock: Clock,
        replay_epoch: Callable[[], str | None],
        snapshots: Snapshots | None = None,
    ) -> None:
        """`replay_epoch` names the epoch of the recording that is replayed, None without one."""
        self._snapshots = snapshots
        self._ledger = ledger
        self._broker = broker
        self._decider = Decider(market, broker, clock)
        self._market = market
        self._clock = clock
        self._replay_epoch = replay_epoch
        self._writers: dict[str, AccountWriter] = {}
        self._accounts_of: dict[str, list[str]] = {}
        self._opening = asyncio.Lock()
        self._listeners: list[AccountListener] = []
        self._working = WorkingOrders(market)
        self._tasks: set[asyncio.Task[object]] = set()
        self._backlog = ActionBacklog(market, clock)
        self._unreset: set[str] = set()
        """Accounts whose reset could not be stored."""

    async def start(self) -> None:
        """Rebuilds the accounts from the ledger and ends, before any fill, what ended meanwhile."""
        for row in await self._ledger.accounts():
            known = await self._snapshots.load(row.account_id) if self._snapshots else None
            writer = AccountWriter(row.account_id, self._ledger, self._committed, known)
            await writer.catch_up()
            self._enter(writer)
        for account_id in self._stale_replays():
            await self._writers[account_id].run(self._reset)
        for account_id, writer in self._writers.items():
            if writer.state.identity.clock is AccountClock.REPLAY:
                self._backlog.add(account_id)
            await self._run(account_id, self._expire)
        for writer in self._writers.values():
            for order in writer.state.open_orders.values():
                self._keep(writer.state.account_id, order)
            if self._snapshots:
                self._snapshots.consider(writer.state)
        self._broker.connect(self)

    async def run(self) -> None:
        """Watches the clock until it is canceled."""
        while True:
            await asyncio.sleep(EXPIRY_TICK)
            self.on_clock()

    async def close(self) -> None:
        """Waits for what is being stored."""
        while self._tasks:
            await asyncio.gather(*self._tasks)
        if self._snapshots:
            await self._snapshots.close()

    def add_listener(self, listener: AccountListener) -> None:
        self._listeners.append(listener)

    async def open_accounts(self, user_id: str) -> None:
        """Gives the user the two accounts that everybody has, if they are not there yet."""
        async with self._opening:
            for name, clock in (("Paper", AccountClock.LIVE), ("Replay", AccountClock.REPLAY)):
                account_id = identifier("acc", user_id, clock)
                if account_id not in self._writers:
                    await self.open(
                        decide.OpenAccount(
                            account_id,
                            user_id,
                            name,
                            AccountType.MARGIN,
                            clock,
                            CURRENCY,
                            START_BALANCE,
                        )
                    )

    async def open(self, command: decide.OpenAccount) -> None:
        """Opens an account that is not there yet. Raises LedgerUnavailable."""
        account_id = command.account_id
        replayed = command.clock is AccountClock.REPLAY

        def tell(state: AccountState, transaction: Transaction) -> None:
            if account_id not in self._writers:
                self._enter(writer)
            self._committed(state, transaction)

        writer = AccountWriter(account_id, self._ledger, tell)
        epoch = self._replay_epoch() if replayed else None
        await writer.append(decide.open_account(command, epoch, self._clock.now()))
        if replayed:
            await self.restart(account_id)  # the recording may have begun anew meanwhile

    def accounts(self, user_id: str) -> tuple[AccountState, ...]:
        """The user's accounts, oldest first."""
        return tuple(self._writers[item].state for item in self._accounts_of.get(user_id, ()))

    def states(self) -> tuple[AccountState, ...]:
        """Of all accounts, whosever they are."""
        return tuple(writer.state for writer in self._writers.values())

    def account(self, user_id: str, account_id: str) -> AccountState:
        """Raises AccountNotFound."""
        state = self.find(account_id)
        if state is None or state.identity.user_id != user_id:
            raise AccountNotFound(account_id)
        return state

    def find(self, account_id: str) -> AccountState | None:
        """The account, whosever it is."""
        writer = self._writers.get(account_id)
        return writer.state if writer else None

    async def transactions(
        self, account_id: str, after: int, limit: int | None = None
    ) -> tuple[Transaction, ...]:
        """From the ledger, oldest first. Raises LedgerUnavailable."""
        return await self._ledger.read(account_id, after, limit)

    async def submit(self, user_id: str, account_id: str, command: Command) -> Outcome:
        """Carries a command about one order out, exactly once by its key.

        What it did is on disk when this returns. Raises AccountNotFound, a Rejection, or
        LedgerUnavailable: then it was not done.
        """
        state = self.account(user_id, account_id)
        try:
            transaction = await self._run(
                account_id, lambda current: self._decider.decide(current, command)
            )
        except decide.Repeated as repeated:
            view = state.view(repeated.sequence)
            return outcome_of(view, str(repeated.order_id), replayed=True)
        if transaction is None and isinstance(command, ModifyOrder):
            return outcome_of(state.view(), command.order_id, replayed=False)
        if transaction is None or transaction.cause.order_id is None:
            raise AssertionError(f"{command} is about more than one order")
        view = state.view(transaction.sequence)
        return outcome_of(view, transaction.cause.order_id, replayed=False)

    async def submit_many(
        self, user_id: str, account_id: str, command: CancelOrders | SetPositionBrackets
    ) -> Changes:
        """Carries a command about any number of orders out, exactly once by its key.

        Raises as `submit`.
        """
        state = self.account(user_id, account_id)
        try:
            transaction = await self._run(
                account_id, lambda current: self._decider.decide(current, command)
            )
        except decide.Repeated as repeated:
            [transaction] = await self._ledger.read(account_id, repeated.sequence - 1, 1)
            changed = touched_orders(state, transaction)
            return Changes(state.view(repeated.sequence), changed, replayed=True)
        if transaction is None:
            return Changes(state.view(), (), replayed=False)
        changed = touched_orders(state, transaction)
        return Changes(state.view(transaction.sequence), changed, replayed=False)

    def preview(self, user_id: str, account_id: str, command: PlaceOrder) -> Preview:
        """What an order would do now. Raises AccountNotFound, SymbolNotFound."""
        return self._decider.preview(self.account(user_id, account_id), command)

    def waits_for(self, state: AccountState, order: Order) -> tuple[Condition, ...]:
        """What must come before the order, one of this account, fills."""
        return conditions(state, order, self._market, self._broker)

    async def carry_out(
        self, user_id: str, account_id: str, decision: Callable[[AccountState], Draft | None]
    ) -> Transaction | None:
        """Carries out a decision about an account of the user's; None where it decided nothing.

        Raises AccountNotFound, LedgerUnavailable, and what the decision raises.
        """
        self.account(user_id, account_id)
        return await self._run(account_id, decision)

    async def restart(self, account_id: str) -> None:
        """Begins the account anew if it trades in another recording than the one replayed now."""
        if not await self._quietly(account_id, self._reset):
            self._unreset.add(account_id)

    def soon(
        self,
        account_id: str,
        decision: Callable[[AccountState], Draft | None],
        done: Callable[[], None],
    ) -> None:
        """Carries a decision out in its turn, one that no client waits for; then `done`."""

        async def work() -> None:
            try:
                await self._quietly(account_id, decision)
            finally:
                done()

        self._spawn(work())

    def on_reports(self, account_id: str, reports: tuple[Report, ...]) -> None:
        """From the broker: books them as soon as the account's earlier work is stored."""
        self._spawn(self._book(account_id, reports))

    def on_clock(self) -> None:
        """Expires the orders whose time has come, and makes up for resets that failed."""
        for account_id in self._working.due():
            self._spawn(self._quietly(account_id, self._expire))
        unreset, self._unreset = self._unreset, set()
        for account_id in unreset:
            self._spawn(self.restart(account_id))
        for account_id in self._backlog.take():
            self.soon(account_id, nothing, partial(self._backlog.give_back, account_id))

    @override
    def on_action(self, action: CorporateAction) -> None:
        """A split or a dividend: applied before anything else is decided about its holders."""
        symbol = self._market.symbol(action.symbol)
        for account_id, writer in self._writers.items():
            if symbol is not None and writer.state.identity.clock is symbol.clock:
                self._backlog.add(account_id)
                self._spawn(self._quietly(account_id, nothing, action.time))

    @override
    def on_epoch(self, feed: Feed) -> None:
        """The recording began anew: so do the accounts that trade in it."""
        for account_id in self._stale_replays():
            self._spawn(self.restart(account_id))

    @override
    async def settled(self) -> None:
        await settled(self._tasks, self._writers.values())

    def _enter(self, writer: AccountWriter) -> None:
        identity = writer.state.identity
        self._writers[identity.account_id] = writer
        self._accounts_of.setdefault(identity.user_id, []).append(identity.account_id)
        self._accounts_of[identity.user_id].sort(key=lambda item: _age(self._writers[item].state))

    async def _book(self, account_id: str, reports: tuple[Report, ...]) -> None:
        until = max(report.market_time for report in reports)
        try:
            await self._quietly(account_id, lambda state: self._decider.hear(state, reports), until)
        finally:  # whatever became of it: what works still is looked at by the next price
            working = self._writers[account_id].state.open_orders
            for report in reports:
                if report.order_id in working:
                    self._broker.work(account_id, working[report.order_id])

    def _stale_replays(self) -> list[str]:
        """The accounts that trade in another recording than the one that is replayed now."""
        return [
            account_id for account_id, writer in self._writers.items() if self._stale(writer.state)
        ]

    def _stale(self, state: AccountState) -> bool:
        epoch = self._replay_epoch()
        if epoch is None or state.identity.clock is not AccountClock.REPLAY:
            return False
        return state.market_epoch != epoch and not state.profile.archived

    def _reset(self, state: AccountState) -> Draft | None:
        if not self._stale(state):
            return None
        epoch, now = self._replay_epoch(), self._clock.now()
        return decide.reset(state, state.first_balance, "replay_restarted", epoch, now)

    def _expire(self, state: AccountState) -> Draft | None:
        return hearing.expire(state, self._market, self._clock.now())

    async def _run(
        self, account_id: str, decision: Decision, until: int | None = None
    ) -> Transaction | None:
        """Decides on top of what has to be booked first, up to that market time."""
        try:
            return await self._writers[account_id].run(
                decision, lambda state: self._backlog.oldest(state, until)
            )
        except LedgerUnavailable:
            self._backlog.add(account_id)
            raise

    async def _quietly(self, account_id: str, decision: Decision, until: int | None = None) -> bool:
        """For work that nobody waits for. False if the ledger failed; the writer has logged why."""
        try:
            await self._run(account_id, decision, until)
        except LedgerUnavailable:
            self._working.rearm(account_id, self._writers[account_id].state)
            return False
        return True

    def _committed(self, state: AccountState, transaction: Transaction) -> None:
        """The state has the transaction: hand its orders on and tell everybody, in one go."""
        account_id = transaction.account_id
        for order in touched_orders(state, transaction):
            if order.open:
                self._keep(account_id, order)
            else:
                self._working.remove(order)
                self._broker.withdraw(order)
        if self._snapshots:
            self._snapshots.consider(state)
        for listener in self._listeners:
            try:
                listener.on_transaction(account_id, transaction)
            except Exception:
                log.exception("a listener failed on %s", transaction.transaction_id)

    def _keep(self, account_id: str, order: Order) -> None:
        self._working.add(account_id, order)
        self._broker.work(account_id, order)

    def _spawn(self, work: Coroutine[None, None, object]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("account work failed", exc_info=task.exception())


def _age(state: AccountState) -> tuple[int, str, str]:
    identity = state.identity
    return identity.created_at, identity.clock, identity.account_id
