"""Brings a database file to the schema of this version, after a backup.

The revisions in `versions/` form one line, numbered in their order.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, OperationalError

from handlers.storage.database import Database, StorageError


def open_database(url: str, now: int, *, keep: bool = True) -> Database:
    """A database at the schema of this version; `now` (Unix ms) names the backup, if one is made.

    `keep`: make one before the schema is changed.

    Raises StorageError if the file is damaged, was written by a newer version, or cannot be used.
    """
    database = Database(url)
    try:
        _prepare(database, now, keep)
    except StorageError:
        database.close()
        raise
    except (OperationalError, OSError) as error:
        database.close()
        raise _unusable(database, error) from error
    except (DatabaseError, sqlite3.DatabaseError) as error:
        database.close()
        raise _damaged(database) from error
    return database


def open_served_database(url: str) -> Database:
    """The database of a server that runs; it alone changes the schema.

    Raises StorageError if there is none, or it is not of this version.
    """
    database = Database(url)
    try:
        exists = database.path is None or database.path.is_file()
        if exists and database.read_now(is_current):
            return database
    except (DatabaseError, sqlite3.DatabaseError) as error:
        database.close()
        raise _damaged(database) from error
    database.close()
    raise StorageError(
        f"{database.path} is not a database of this version: start `trading-pro serve` first, with "
        "the same TRADING_PRO_DATA_DIR."
    )


def is_current(connection: Connection) -> bool:
    """Whether the schema is that of this version."""
    return _revision(connection) == _scripts().get_current_head()


def _prepare(database: Database, now: int, keep: bool) -> None:
    if database.path is not None:
        database.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if database.read_now(_check) != "ok":
        raise _damaged(database)
    revision = database.read_now(_revision)
    scripts = _scripts()
    if revision == scripts.get_current_head():
        return
    if revision is not None:
        known = {script.revision for script in scripts.walk_revisions()}
        if revision not in known:
            raise StorageError(
                f"{database.path} was written by a newer version of Trading Pro (revision "
                f"{revision}): use that version, or set TRADING_PRO_DATA_DIR to another directory."
            )
        if database.path is not None and keep:
            _backup(database.path, revision, now)
    database.write_now(_upgrade)


def _check(connection: Connection) -> str:
    return str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _backup(path: Path, revision: str, now: int) -> None:
    moment = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%dT%H%M%S")
    target = path.parent / "backups" / f"{path.stem}-{revision}-{moment}{path.suffix}"
    target.parent.mkdir(exist_ok=True)
    source, copy = sqlite3.connect(path), sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()


def configuration() -> Config:
    """Alembic's, for these migrations; env.py finds its connection in the attributes."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(configuration())


def _damaged(database: Database) -> StorageError:
    return StorageError(
        f"{database.path} is damaged or not a database of Trading Pro: put back a copy from "
        f"{_directory(database) / 'backups'}, or move the file away to start anew."
    )


def _unusable(database: Database, error: Exception) -> StorageError:
    reason = str(error.orig) if isinstance(error, OperationalError) else str(error)
    return StorageError(
        f"{database.path} cannot be used ({reason}): check that the directory is writable, "
        "the disk is not full, and no other program holds the file."
    )


def _directory(database: Database) -> Path:
    return database.path.parent if database.path is not None else Path()
