"""Opening the database file: new, old, newer, damaged; and what a transaction promises."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, TextClause, text

from handlers.storage.database import Database, StorageError
from handlers.storage.migrations import configuration, is_current, open_database

NOW = 1_764_000_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.sqlite"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    opened = open_database(url(file), NOW)
    yield opened
    opened.close()


def url(file: Path) -> str:
    return f"sqlite:///{file}"


def test_creates_the_file_at_the_current_schema(database: Database, file: Path) -> None:
    assert file.is_file()
    assert database.read_now(is_current)


def test_opens_again_without_a_backup(database: Database, file: Path) -> None:
    again = open_database(url(file), NOW)
    assert again.read_now(is_current)
    again.close()
    assert not (file.parent / "backups").exists()


def test_says_what_to_do_with_a_newer_file(database: Database, file: Path) -> None:
    database.write_now(lambda c: c.execute(text("UPDATE alembic_version SET version_num='9999'")))
    with pytest.raises(StorageError, match=r"newer version .*9999.*TRADING_PRO_DATA_DIR"):
        open_database(url(file), NOW)


def test_says_what_to_do_with_a_damaged_file(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"not a database " * 500)
    with pytest.raises(StorageError, match=r"damaged.*backups"):
        open_database(url(file), NOW)


def test_says_what_to_do_with_a_torn_file(database: Database, file: Path) -> None:
    database.close()
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(bytes(content))
    with pytest.raises(StorageError, match="damaged"):
        open_database(url(file), NOW)


def test_copies_an_older_file_before_it_migrates(database: Database, file: Path) -> None:
    _downgrade_to_first(database)
    database.close()
    again = open_database(url(file), NOW)
    assert again.read_now(is_current)
    again.close()
    copies = list((file.parent / "backups").iterdir())
    assert [copy.name for copy in copies] == ["ledger-0001-20251124T160000.sqlite"]
    with sqlite3.connect(copies[0]) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    copy.close()


def test_refuses_a_url_that_it_cannot_serve() -> None:
    for bad in ("postgresql://localhost/x", "not a url"):
        with pytest.raises(StorageError, match="sqlite:///"):
            Database(bad)


async def test_what_was_written_is_read(database: Database) -> None:
    await database.write(_add("u1"))
    assert await database.read(_count) == 1


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail(connection: Connection) -> None:
        _add("u1")(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(fail)
    assert await database.read(_count) == 0


async def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match="readonly"):
        await database.read(_add("u1"))


async def test_many_writers_all_get_through(database: Database) -> None:
    await asyncio.gather(*(database.write(_add(f"u{n}")) for n in range(50)))
    assert await database.read(_count) == 50


async def test_a_memory_database_behaves_the_same() -> None:
    database = open_database("sqlite://", NOW)
    await database.write(_add("u1"))
    assert await database.read(_count) == 1
    database.close()


def _add(user_id: str) -> Callable[[Connection], None]:
    statement = text("INSERT INTO users (user_id, name, created_at) VALUES (:id, :id, 0)")
    return lambda connection: _run(connection, statement, user_id)


def _run(connection: Connection, statement: TextClause, user_id: str) -> None:
    connection.execute(statement, {"id": user_id})


def _count(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM users")).scalar_one())


def _downgrade_to_first(database: Database) -> None:
    def downgrade(connection: Connection) -> None:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")

    database.write_now(downgrade)
