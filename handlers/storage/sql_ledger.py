"""The ledger in the database. Appends that arrive while one commits are committed together."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, final

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from handlers.storage.database import Database, StorageError, metadata
from handlers.storage.ledger import (
    Ledger,
    LedgerAccount,
    LedgerConflict,
    LedgerDamaged,
    LedgerUnavailable,
)
from handlers.trading import codec
from handlers.trading.transactions import Transaction

T = TypeVar("T")

ledger_accounts = sa.Table(
    "ledger_accounts",
    metadata,
    sa.Column("account_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Index("ledger_accounts_user", "user_id"),
)
ledger_transactions = sa.Table(
    "ledger_transactions",
    metadata,
    sa.Column("account_id", sa.Text, primary_key=True),
    sa.Column("sequence", sa.BigInteger, primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("epoch", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
    sa.Column("market_time", sa.BigInteger, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("events", sa.Text, nullable=False),
)

LARGEST_GROUP: Final = 64
"""So many transactions share one commit, and those that were appended with the last of them."""

# Storing is the one path on which SQLAlchemy would cost more than what it does.
_EXISTS: Final = "SELECT 1 FROM ledger_accounts WHERE account_id = ?"
_OPEN: Final = "INSERT INTO ledger_accounts (sequence, account_id, user_id) VALUES (?, ?, ?)"
_ADVANCE: Final = "UPDATE ledger_accounts SET sequence = ? WHERE account_id = ? AND sequence = ?"
_INSERT: Final = (
    "INSERT INTO ledger_transactions (account_id, sequence, user_id, epoch, recorded_at,"
    " market_time, cause, events) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
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


class _Fenced(Exception):
    """One of a group does not follow what is stored."""


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
                await self._database.store(lambda connection: _append_group(connection, group))
                return [True] * len(group)
            except _Fenced:
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


def _append_group(connection: sqlite3.Connection, group: Sequence[_Waiting]) -> None:
    """Two statements for all of them, none of which opens an account. Raises _Fenced."""
    steps = [_step(item.transactions) for item in group]
    if connection.executemany(_ADVANCE, steps).rowcount != len(steps):
        raise _Fenced
    connection.executemany(_INSERT, [_row(each) for item in group for each in item.transactions])


def append(connection: sqlite3.Connection, transactions: Sequence[Transaction]) -> bool:
    """Whether the fence let them pass; nothing is written where it did not."""
    if not _advance(connection, transactions):
        return False
    connection.executemany(_INSERT, [_row(each) for each in transactions])
    return True


def _advance(connection: sqlite3.Connection, transactions: Sequence[Transaction]) -> bool:
    first = transactions[0]
    if first.sequence > 1:
        return connection.execute(_ADVANCE, _step(transactions)).rowcount == 1
    if connection.execute(_EXISTS, (first.account_id,)).fetchone() is not None:
        return False
    connection.execute(_OPEN, (transactions[-1].sequence, first.account_id, first.user_id))
    return True


def _step(transactions: Sequence[Transaction]) -> tuple[int, str, int]:
    first, last = transactions[0], transactions[-1]
    return last.sequence, first.account_id, first.sequence - 1


def _row(transaction: Transaction) -> tuple[str | int, ...]:
    return (
        transaction.account_id,
        transaction.sequence,
        transaction.user_id,
        transaction.epoch,
        transaction.recorded_at,
        transaction.market_time,
        codec.dump_cause(transaction.cause),
        codec.dump(transaction.events),
    )


def transaction_of(row: sa.Row[Any]) -> Transaction:
    """Raises StorageError where the row is damaged or of a newer version."""
    try:
        return Transaction(
            account_id=row.account_id,
            user_id=row.user_id,
            sequence=row.sequence,
            epoch=row.epoch,
            recorded_at=row.recorded_at,
            market_time=row.market_time,
            cause=codec.load_cause(row.cause),
            events=codec.load(row.events),
        )
    except codec.UnknownEvent as error:
        raise StorageError(
            f"The ledger was written by a newer version of Trading Pro ({error}): "
            "use that version, or set TRADING_PRO_DATA_DIR to another directory."
        ) from error
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise LedgerDamaged(row.account_id, row.sequence) from error
