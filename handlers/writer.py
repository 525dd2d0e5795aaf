"""The one writer of an account: decides, stores, applies and tells.

While some transactions are being stored, the next are decided on top of them, and stored together
when their turn comes. What anybody is told is on disk all the same.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from handlers.storage.ledger import Ledger, LedgerDamaged, LedgerUnavailable
from handlers.trading.accounts.account import AccountState
from handlers.trading.accounts.change import BrokenLedger, Change
from handlers.trading.booking.draft import Draft
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.orders.order import IllegalTransition
from handlers.trading.positions.position import BrokenPosition

log = logging.getLogger(__name__)

PAGE: Final = 10_000
"""Transactions read at once when a state is built."""
LARGEST_BATCH: Final = 64
"""So many transactions of one account are stored at once at most."""

Decision = Callable[[AccountState], Draft | None]


def nothing(state: AccountState) -> None:
    """There is nothing to be booked first."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """What is decided and not stored yet."""

    change: Change
    done: asyncio.Future[None]
    """Ends when it is stored, applied and told, or fails with the reason why it is not."""


class AccountWriter:
    """Nobody else changes its state. Readers on the event loop see whole transactions only."""

    def __init__(
        self,
        account_id: str,
        ledger: Ledger,
        tell: Callable[[AccountState, Transaction], None],
        state: AccountState | None = None,
    ) -> None:
        """`state` is what is known of the account already."""
        self.state = state or AccountState()
        """What is stored and told."""
        self._ahead: AccountState | None = None
        """The state with all that is pending; None while nobody needed it yet."""
        self._pending: deque[_Pending] = deque()
        """Oldest first."""
        self._storing: asyncio.Task[None] | None = None
        self._account_id = account_id
        self._ledger = ledger
        self._tell = tell
        self._recovery = asyncio.Lock()
        self._behind = False

    async def run(self, decide: Decision, first: Decision = nothing) -> Transaction | None:
        """Carries a decision out, after those before it; None where it decided nothing.

        When this returns the transaction is stored, applied and told. What `decide` raises is
        raised here and leaves no trace. Raises LedgerUnavailable where it could not be stored.
        What was decided on top of a transaction that then could not be stored is decided anew.
        `first` is asked until it has nothing more to book, in the same instant and before `decide`.
        A caller that is canceled once it is decided does not stop it.
        """
        while True:
            if self._behind:
                await self._recover()
            early = None
            while (due := first(self._front())) is not None:
                early = self._put(due.change())
            before = self._pending[-1] if self._pending else None
            try:
                draft = decide(self._front())
            except Exception:
                await _stored(early)
                if await _was_stored(before):
                    raise
                continue
            if draft is not None:
                change = draft.change()
                await self._store(change)
                return change.transaction
            await _stored(early)
            if await _was_stored(before):
                return None

    @property
    def under_way(self) -> asyncio.Future[None] | None:
        """Ends when the last that is decided is stored, or is not; None where all of it is."""
        return self._pending[-1].done if self._pending else None

    async def append(self, transaction: Transaction) -> None:
        """Carries out a transaction that needs no deciding: the opening of the account."""
        await self._store(self._front().prepare(transaction))

    async def catch_up(self) -> None:
        """Applies what the ledger has and the state has not, without telling anybody.

        Raises LedgerUnavailable, and StorageError where the ledger is damaged.
        """
        await self._catch_up(lambda state, transaction: None)

    def _front(self) -> AccountState:
        """What is decided on."""
        if self._ahead is None and self._pending:
            self._ahead = self.state.fork()
            for item in self._pending:
                self._ahead.commit(item.change)
        return self._ahead or self.state

    async def _store(self, change: Change) -> None:
        await asyncio.shield(self._put(change).done)

    def _put(self, change: Change) -> _Pending:
        if self._ahead is not None:
            self._ahead.commit(change)
        item = _Pending(change, asyncio.get_running_loop().create_future())
        self._pending.append(item)
        if self._storing is None:
            self._storing = asyncio.create_task(self._store_all())
        return item

    async def _store_all(self) -> None:
        try:
            while self._pending:
                await self._store_batch(tuple(islice(self._pending, LARGEST_BATCH)))
        finally:
            self._storing = None

    async def _store_batch(self, batch: tuple[_Pending, ...]) -> None:
        try:
            await self._ledger.append_all([item.change.transaction for item in batch])
        except Exception as error:
            await self._after_failure(error)
            return
        for item in batch:
            # No await between here and the last listener: a snapshot never sees half of it.
            self._pending.popleft()
            self.state.commit(item.change)
            self._tell_of(item)

    def _tell_of(self, item: _Pending) -> None:
        try:
            self._tell(self.state, item.change.transaction)
        except Exception as error:
            _fail(item, error)
        else:
            item.done.set_result(None)

    async def _after_failure(self, error: Exception) -> None:
        """What the ledger has after all counts; until it was read again nothing is decided."""
        log.error("account %s: not stored: %s", self._account_id, error)
        self._behind, self._ahead = True, None
        lost = tuple(self._pending)
        self._pending.clear()
        before = self.state.sequence
        try:
            await self._recover()
            stored = await self._ledger.read(self._account_id, before, len(lost))
        except Exception as unreadable:
            for item in lost:
                _fail(item, unreadable)
            return
        for number, item in enumerate(lost):
            if stored[number : number + 1] == (item.change.transaction,):
                item.done.set_result(None)
            else:
                _fail(item, LedgerUnavailable(str(error)))

    async def _recover(self) -> None:
        async with self._recovery:
            if self._behind:
                await self._catch_up(self._tell)
                self._behind = False

    async def _catch_up(self, tell: Callable[[AccountState, Transaction], None]) -> None:
        while True:
            page = await self._ledger.read(self._account_id, self.state.sequence, PAGE)
            for transaction in page:
                self._apply(transaction)
                tell(self.state, transaction)
            if len(page) < PAGE:
                return

    def _apply(self, transaction: Transaction) -> None:
        try:
            self.state.apply(transaction)
        except (BrokenLedger, BrokenPosition, IllegalTransition, ArithmeticError) as error:
            raise LedgerDamaged(self._account_id, transaction.sequence) from error


async def _stored(item: _Pending | None) -> None:
    """Waits for it. Raises where it could not be stored."""
    if item is not None:
        await asyncio.shield(item.done)


async def _was_stored(item: _Pending | None) -> bool:
    """Waits until that is certain."""
    if item is not None:
        try:
            await asyncio.shield(item.done)
        except Exception:
            return False
    return True


def _fail(item: _Pending, error: Exception) -> None:
    item.done.set_exception(error)
    item.done.exception()  # whoever asked for it may be gone
