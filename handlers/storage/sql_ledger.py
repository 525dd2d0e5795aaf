"""The ledger in the database. Appends that arrive while one commits are committed together."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar, final

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from handlers.storage.database import Database
from handlers.storage.ledger import Ledger, LedgerAccount, LedgerConflict, LedgerUnavailable
from handlers.storage.ledger_rows import (
    Fenced,
    append,
    append_group,
    ledger_accounts,
    ledger_transactions,
    transaction_of,
)
from handlers.trading.ledger.transactions import Transaction

T = TypeVar("T")

LARGEST_GROUP: Final = 64
"""So many transactions share one commit, and those that were appended with the last of them."""

_READ = (
    ledger_transactions.select()
    .where(
        ledger_transactions.c.account_id == sa.bindparam("account"),
        ledger_transactions.c.sequence > sa.bindparam("after"),
    )
    .order_by(ledger_transactions.c.sequence)
)


@dataclass(frozen=True, slots=True)
class _Waiting:
    transactions: tuple[Transaction, ...]
    """Of one account, one after the other."""
    done: asyncio.Future[bool]


@final
class SqlLedger(Ledger):
    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Waiting] = deque()
        self._committing: asyncio.Task[None] | None = None

    @override
    async def append(self, transaction: Transaction, expected_sequence: int) -> None:
        if transaction.sequence != expected_sequence + 1:
            raise LedgerConflict(f"{transaction.sequence} does not follow {expected_sequence}")
        await self.append_all((transaction,))

    @override
    async def append_all(self, transactions: Sequence[Transaction]) -> None:
        """All of them are stored, or none."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(tuple(transactions), done))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())
        if not await done:
            first = transactions[0]
            raise LedgerConflict(f"{first.account_id} is not at {first.sequence - 1}")

    @override
    async def read(
        self, account_id: str, after: int = 0, limit: int | None = None
    ) -> tuple[Transaction, ...]:
        def work(connection: Connection) -> tuple[Transaction, ...]:
            query = _READ if limit is None else _READ.limit(limit)
            rows = connection.execute(query, {"account": account_id, "after": after})
            return tuple(transaction_of(row) for row in rows)

        try:
            return await self._database.read(work)
        except SQLAlchemyError as error:
            raise LedgerUnavailable(str(error)) from error

    @override
    async def accounts(self) -> tuple[LedgerAccount, ...]:
        def work(connection: Connection) -> tuple[LedgerAccount, ...]:
            query = ledger_accounts.select().order_by(ledger_accounts.c.account_id)
            return tuple(LedgerAccount(**row._mapping) for row in connection.execute(query))

        try:
            return await self._database.read(work)
        except SQLAlchemyError as error:
            raise LedgerUnavailable(str(error)) from error

    async def _commit_all(self) -> None:
        try:
            while self._waiting:
                await self._commit(self._next_group())
        finally:
            self._committing = None

    def _next_group(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        size = 0
        while self._waiting and size < LARGEST_GROUP:
            group.append(self._waiting.popleft())
            size += len(group[-1].transactions)
        return group

    async def _commit(self, group: list[_Waiting]) -> None:
        try:
            results = await self._store(group)
        except Exception as error:
            # Whatever it was: each of the group waits for an answer.
            for item in group:
                _settle(item.done, LedgerUnavailable(str(error)))
            return
        for item, stored in zip(group, results, strict=True):
            _settle(item.done, stored)

    async def _store(self, group: list[_Waiting]) -> list[bool]:
        """Whether the fence let each of them pass."""
        if all(item.transactions[0].sequence > 1 for item in group):
            try:
                await self._database.store(
                    lambda connection: append_group(
                        connection, (item.transactions for item in group)
                    )
                )
                return [True] * len(group)
            except Fenced:
                pass  # nothing of it is stored: find out whose fault it was
        return await self._database.store(
            lambda connection: [append(connection, item.transactions) for item in group]
        )


def _settle(done: asyncio.Future[bool], result: bool | Exception) -> None:
    if done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)
