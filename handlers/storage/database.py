"""The SQLite file that holds the ledger and the users: one writer thread, many readers."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool, StaticPool

metadata = MetaData()
"""Every table of the file; each module of `handlers.storage` declares its own."""

READERS = 4
BUSY_TIMEOUT = 5_000
BEGIN_WRITING = "BEGIN IMMEDIATE"

T = TypeVar("T")


class StorageError(Exception):
    """What is wrong with the stored data, and the remedy, in one line."""


class Database:
    """Runs transactions off the event loop.

    Writes run one after the other in one thread and are on disk once they have returned
    (WAL, synchronous=FULL). Reads see the last committed state and wait for no write.
    Two processes may write the same file; each waits for the other at most `BUSY_TIMEOUT` ms.
    """

    def __init__(self, url: str) -> None:
        """Open without touching the file. Raises StorageError where the URL is not ours to use."""
        self.url = _parse(url)
        self.path = _path(self.url)
        self._writer = _engine(self.url, self.path, BEGIN_WRITING, query_only=False)
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix="database-writer")
        if self.path is None:
            self._reader, self._read_threads = self._writer, self._write_thread
        else:
            self._reader = _engine(self.url, self.path, "BEGIN", query_only=True)
            self._read_threads = ThreadPoolExecutor(READERS, thread_name_prefix="database-reader")

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction; it is committed, durably, when this returns.

        Whatever `work` raises rolls the transaction back and is raised here.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._write_thread, _transact, self._writer, work)

    async def store(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`write` without SQLAlchemy in between, which costs more than storing a few rows."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._write_thread, _transact_raw, self._writer, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on one snapshot of the committed state."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._read_threads, _transact, self._reader, work)

    async def look_up(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`read` for one statement, without SQLAlchemy in between: for what every request asks."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._read_threads, _look_up, self._reader, work)

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """`write` for start-up and the command line: blocks the calling thread."""
        return self._write_thread.submit(_transact, self._writer, work).result()

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """`read` for start-up and the command line: blocks the calling thread."""
        return self._read_threads.submit(_transact, self._reader, work).result()

    def close(self) -> None:
        """Finish what was begun, then let go of the file."""
        self._write_thread.shutdown()
        self._read_threads.shutdown()
        self._reader.dispose()
        self._writer.dispose()


def _transact(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.begin() as connection:
        return work(connection)


def _transact_raw(engine: Engine, work: Callable[[sqlite3.Connection], T]) -> T:
    pooled = engine.raw_connection()
    try:
        connection: Any = pooled.driver_connection
        connection.execute(BEGIN_WRITING)
        result = work(connection)
        connection.execute("COMMIT")
    finally:
        pooled.close()  # rolls back what is not committed
    return result


def _look_up(engine: Engine, work: Callable[[sqlite3.Connection], T]) -> T:
    pooled = engine.raw_connection()
    try:
        connection: Any = pooled.driver_connection
        return work(connection)
    finally:
        pooled.close()


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StorageError(
            "The database URL cannot be read: write TRADING_PRO_DATABASE_URL like sqlite:///data/ledger.sqlite."
        ) from error
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise StorageError(
            f"Databases of the kind {parsed.drivername} are not supported: "
            "write TRADING_PRO_DATABASE_URL like sqlite:///data/ledger.sqlite."
        )
    return parsed


def _path(url: URL) -> Path | None:
    return None if url.database in (None, "", ":memory:") else Path(str(url.database))


def _engine(url: URL, path: Path | None, begin: str, *, query_only: bool) -> Engine:
    arguments = {"check_same_thread": False, "timeout": BUSY_TIMEOUT / 1000}
    if path is None:
        engine = create_engine(url, connect_args=arguments, poolclass=StaticPool)
    else:
        size = READERS if query_only else 1
        engine = create_engine(
            url, connect_args=arguments, poolclass=QueuePool, pool_size=size, max_overflow=0
        )

    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA query_only={'ON' if query_only else 'OFF'}")

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", start)
    return engine
