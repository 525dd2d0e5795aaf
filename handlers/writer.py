"""The one writer of an account: decides, stores, applies and tells, one at a time."""

import asyncio
import logging
from collections.abc import Callable

from handlers.storage.ledger import Ledger, LedgerConflict, LedgerDamaged, LedgerUnavailable
from handlers.trading.account import AccountState
from handlers.trading.change import BrokenLedger, Change
from handlers.trading.draft import Draft
from handlers.trading.order import IllegalTransition
from handlers.trading.position import BrokenPosition
from handlers.trading.transactions import Transaction

log = logging.getLogger(__name__)

PAGE = 10_000
"""Transactions read at once when a state is built."""

Decision = Callable[[AccountState], Draft | None]


class AccountWriter:
    """Nobody else changes its state. Readers on the event loop see whole transactions only."""

    def __init__(
        self, account_id: str, ledger: Ledger, tell: Callable[[AccountState, Transaction], None]
    ) -> None:
        self.state = AccountState()
        self._account_id = account_id
        self._ledger = ledger
        self._tell = tell
        self._lock = asyncio.Lock()
        self._behind = False

    async def run(self, decide: Decision) -> Transaction | None:
        """Carries a decision out, after those before it; None where it decided nothing.

        When this returns the transaction is stored, applied and told. What `decide` raises is
        raised here and leaves no trace. Raises LedgerUnavailable where it could not be stored.
        A caller that is canceled meanwhile does not stop it.
        """
        return await asyncio.shield(asyncio.create_task(self._run(decide)))

    async def append(self, transaction: Transaction) -> None:
        """Carries out a transaction that needs no deciding: the opening of the account."""
        async with self._lock:
            await self._store(self.state.prepare(transaction))

    async def catch_up(self) -> None:
        """Applies what the ledger has and the state has not, without telling anybody.

        Raises LedgerUnavailable, and StorageError where the ledger is damaged.
        """
        await self._catch_up(lambda state, transaction: None)

    async def _run(self, decide: Decision) -> Transaction | None:
        async with self._lock:
            if self._behind:
                await self._recover()
            draft = decide(self.state)
            if draft is None:
                return None
            change = draft.change()
            await self._store(change)
            return change.transaction

    async def _store(self, change: Change) -> None:
        transaction = change.transaction
        try:
            await self._ledger.append(transaction, self.state.sequence)
        except (LedgerConflict, LedgerUnavailable) as error:
            await self._after_failure(transaction, error)
            return
        # No await between here and the last listener: a snapshot never sees half of it.
        self.state.commit(change)
        self._tell(self.state, transaction)

    async def _after_failure(self, transaction: Transaction, error: Exception) -> None:
        """What the ledger has after all counts; until it was read again nothing is decided."""
        log.error("account %s: not stored: %s", self._account_id, error)
        self._behind = True
        before = self.state.sequence
        await self._recover()
        stored = await self._ledger.read(self._account_id, before, 1)
        if stored != (transaction,):
            raise LedgerUnavailable(str(error)) from error

    async def _recover(self) -> None:
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
