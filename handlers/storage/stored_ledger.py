"""The ledger of a database file, read from end to end, as the command line needs it.

All of it in one read transaction: a server may write meanwhile and is neither seen nor held up.
Rows are read as they are asked for, so the size of the ledger does not matter.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from handlers.storage.database import Database, StorageError
from handlers.storage.ledger import LedgerAccount
from handlers.storage.ledger_rows import ledger_accounts, ledger_transactions

T = TypeVar("T")

AT_ONCE = 500
"""Rows that are held in memory."""


@contextmanager
def existing(url: str) -> Iterator[Database]:
    """A database that is there already, whatever its revision. Raises StorageError if it is not."""
    database = Database(url)
    try:
        if database.path is None or not database.path.is_file():
            raise StorageError(f"There is no database {database.path or url}: name another file.")
        yield database
    finally:
        database.close()


def read(database: Database, work: Callable[[Connection], T]) -> T:
    """Run `work` on one state of the file. Raises StorageError where that is no ledger."""
    try:
        return database.read_now(work)
    except DatabaseError as error:
        raise StorageError(
            f"{database.path} is damaged or holds no ledger of Trading Pro ({error.orig}): "
            "name another file, such as one of its backups."
        ) from error


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


def accounts(connection: Connection) -> tuple[LedgerAccount, ...]:
    """All accounts, in the order of their ids."""
    query = ledger_accounts.select().order_by(ledger_accounts.c.account_id)
    return tuple(LedgerAccount(**row._mapping) for row in connection.execute(query))


def rows(connection: Connection, account_id: str) -> Iterator[sa.Row[Any]]:
    """The transactions of an account as they are stored, oldest first."""
    query = (
        ledger_transactions.select()
        .where(ledger_transactions.c.account_id == account_id)
        .order_by(ledger_transactions.c.sequence)
        .execution_options(yield_per=AT_ONCE)
    )
    yield from connection.execute(query)


def strangers(connection: Connection) -> tuple[str, ...]:
    """Accounts that have transactions, and are none."""
    known = sa.select(ledger_accounts.c.account_id)
    query = (
        sa.select(ledger_transactions.c.account_id)
        .where(ledger_transactions.c.account_id.not_in(known))
        .distinct()
    )
    return tuple(connection.execute(query).scalars())
