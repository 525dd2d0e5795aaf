"""The rows of the ledger: its tables, and transactions as they stand in them."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from handlers.storage.database import StorageError, metadata
from handlers.storage.ledger import LedgerDamaged
from handlers.trading.ledger import codec
from handlers.trading.ledger.transactions import Transaction

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

# Storing is the one path on which SQLAlchemy would cost more than what it does.
_EXISTS: Final = "SELECT 1 FROM ledger_accounts WHERE account_id = ?"
_OPEN: Final = "INSERT INTO ledger_accounts (sequence, account_id, user_id) VALUES (?, ?, ?)"
_ADVANCE: Final = "UPDATE ledger_accounts SET sequence = ? WHERE account_id = ? AND sequence = ?"
_INSERT: Final = (
    "INSERT INTO ledger_transactions (account_id, sequence, user_id, epoch, recorded_at,"
    " market_time, cause, events) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


class Fenced(Exception):
    """One of a group does not follow what is stored. Nothing of it may stay."""


def append_group(connection: sqlite3.Connection, group: Iterable[Sequence[Transaction]]) -> None:
    """Appends several accounts' with two statements; none of them opens one. Raises Fenced."""
    lines = tuple(group)
    steps = [_step(line) for line in lines]
    if connection.executemany(_ADVANCE, steps).rowcount != len(steps):
        raise Fenced
    connection.executemany(_INSERT, [_row(each) for line in lines for each in line])


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
