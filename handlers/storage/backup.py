"""Copies of the database: a consistent one of a file in use, and putting one back."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from sqlalchemy import Connection

from handlers.storage import ledger_rows, stored_ledger, users
from handlers.storage.database import StorageError
from handlers.storage.migrations import open_database
from handlers.storage.verification import check_file, verify
from handlers.trading.accounts.account import AccountState
from handlers.trading.decisions import decide


def backup_path(database: Path, now: int, name: str = "backup") -> Path:
    """Where a copy of this moment (Unix ms) goes unless another place is named."""
    moment = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%dT%H%M%S")
    return database.parent / "backups" / f"{database.stem}-{name}-{moment}{database.suffix}"


def back_up(source: Path, target: Path) -> None:
    """Copies the database as of one moment, while others write it.

    The target is there completely, checked and on disk, or not at all. Raises StorageError.
    """
    if not source.is_file():
        raise StorageError(f"There is no database {source}: nothing to back up.")
    if target.exists():
        raise StorageError(f"{target} is there already: name another file.")
    partial = target.with_name(target.name + ".partial")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        _copy(source, partial)
        _settle(partial, target)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise StorageError(
            f"{source} cannot be copied to {target} ({error}): check that the disk is not full, "
            "the directory is writable and the database is not damaged."
        ) from error


def restore(backup: Path, target: Path, now: int, new_epoch: Callable[[], str]) -> Path | None:
    """Puts a backup in the place of the database, which no server may use meanwhile.

    The backup is verified and migrated first, every account begins an epoch, every session ends.
    Only then it takes the place of what was there, which is kept: its new path is the answer.
    Raises StorageError; then nothing has changed.
    """
    staged = target.with_name(f"{target.stem}.restoring{target.suffix}")
    _remove(staged)
    try:
        back_up(backup, staged)
        _prepare(staged, now, new_epoch)
        kept = _put_aside(target, backup_path(target, now, "replaced"))
        _settle(staged, target)
    finally:
        _remove(staged)
    return kept


def _copy(source: Path, target: Path) -> None:
    uri = f"{source.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, wherever it is carried
        if new.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the copy is damaged")
    target.chmod(0o600)


def _prepare(staged: Path, now: int, new_epoch: Callable[[], str]) -> None:
    database = open_database(stored_ledger.url_of(staged), now, keep=False)
    try:
        database.write_now(check_file)
        stored_ledger.read(database, _refuse_faults)
        database.write_now(lambda connection: _begin_epochs(connection, now, new_epoch))
    finally:
        database.close()


def _refuse_faults(connection: Connection) -> None:
    for account in verify(connection):
        for fault in account.faults:
            raise StorageError(
                f"The backup does not add up (account {fault.account_id}, transaction "
                f"{fault.sequence}: {fault.what}): restore another one."
            )


def _begin_epochs(connection: Connection, now: int, new_epoch: Callable[[], str]) -> None:
    plain = cast(sqlite3.Connection, connection.connection.driver_connection)
    for account in stored_ledger.accounts(connection):
        state = AccountState()
        for row in stored_ledger.rows(connection, account.account_id):
            state.apply(ledger_rows.transaction_of(row))
        transaction = decide.restored(state, new_epoch(), now).transaction()
        ledger_rows.append(plain, (transaction,))
    users.end_sessions(connection)


def _put_aside(target: Path, kept: Path) -> Path | None:
    """Out of the way with what belongs to it, even where it is damaged."""
    if not target.exists():
        return None
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    if kept.exists():
        raise StorageError(f"{kept} is there already: move it away.")
    for suffix in ("-wal", "-shm", ""):
        part = target.with_name(target.name + suffix)
        if part.exists():
            part.rename(kept.with_name(kept.name + suffix))
    return kept


def _settle(partial: Path, target: Path) -> None:
    """Gives the complete file its name, so that it is there after a loss of power too."""
    _flush(partial)
    partial.rename(target)
    _flush(target.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", ".partial"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
