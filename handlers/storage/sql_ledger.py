"""The ledger in the database. Appends that arrive while one commits are committed together."""

import asyncio
from collections import deque
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
"""So many transactions share one commit at most."""

_ADVANCE = (
    ledger_accounts.update()
    .where(
        ledger_accounts.c.account_id == sa.bindparam("account"),
        ledger_accounts.c.sequence == sa.bindparam("expected"),
    )
    .values(sequence=sa.bindparam("next"))
)
_EXISTS = sa.select(ledger_accounts.c.sequence).where(
    ledger_accounts.c.account_id == sa.bindparam("account")
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
    transaction: Transaction
    expected: int
    done: asyncio.Future[bool]


@final
class SqlLedger(Ledger):
    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Waiting] = deque()
        self._committing: asyncio.Task[None] | None = None

    @override
    async def append(self, transaction: Transaction, expected_sequence: int) -> None:
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(transaction, expected_sequence, done))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())
        if not await done:
            raise LedgerConflict(f"{transaction.account_id} is not at {expected_sequence}")

    @override
    async def read(
        self, account_id: str, after: int = 0, limit: int | None = None
    ) -> tuple[Transaction, ...]:
        def work(connection: Connection) -> tuple[Transaction, ...]:
            query = _READ if limit is None else _READ.limit(limit)
            rows = connection.execute(query, {"account": account_id, "after": after})
            return tuple(_transaction(row) for row in rows)

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
                size = min(len(self._waiting), LARGEST_GROUP)
                await self._commit([self._waiting.popleft() for _ in range(size)])
        finally:
            self._committing = None

    async def _commit(self, group: list[_Waiting]) -> None:
        def work(connection: Connection) -> list[bool]:
            return [_append(connection, item.transaction, item.expected) for item in group]

        try:
            results = await self._database.write(work)
        except Exception as error:
            # Whatever it was: each of the group waits for an answer.
            for item in group:
                _settle(item.done, LedgerUnavailable(str(error)))
            return
        for item, stored in zip(group, results, strict=True):
            _settle(item.done, stored)


def _settle(done: asyncio.Future[bool], result: bool | Exception) -> None:
    if done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)


def _append(connection: Connection, transaction: Transaction, expected: int) -> bool:
    """Whether the fence let it pass; nothing is written where it did not."""
    if transaction.sequence != expected + 1 or not _advance(connection, transaction, expected):
        return False
    connection.execute(
        ledger_transactions.insert(),
        {
            "account_id": transaction.account_id,
            "sequence": transaction.sequence,
            "user_id": transaction.user_id,
            "epoch": transaction.epoch,
            "recorded_at": transaction.recorded_at,
            "market_time": transaction.market_time,
            "cause": codec.dump_cause(transaction.cause),
            "events": codec.dump(transaction.events),
        },
    )
    return True


def _advance(connection: Connection, transaction: Transaction, expected: int) -> bool:
    account = transaction.account_id
    if expected == 0:
        if connection.execute(_EXISTS, {"account": account}).first() is not None:
            return False
        row = {"account_id": account, "user_id": transaction.user_id, "sequence": 1}
        connection.execute(ledger_accounts.insert(), row)
        return True
    values = {"account": account, "expected": expected, "next": expected + 1}
    return connection.execute(_ADVANCE, values).rowcount == 1


def _transaction(row: sa.Row[Any]) -> Transaction:
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
