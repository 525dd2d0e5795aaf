"""Backups are complete and made at once; what is restored is what was backed up, in a new epoch."""

import sqlite3
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from generated.models import PositionStatus, TransactionCause
from handlers.storage import stored_ledger
from handlers.storage.backup import back_up, backup_path, restore
from handlers.storage.database import Database, StorageError
from handlers.storage.migrations import open_database
from handlers.storage.sql_ledger import SqlLedger
from handlers.storage.verification import verify
from handlers.trading.accounts.account import AccountState
from handlers.trading.ledger.transactions import Transaction
from tests.ports.ledger_suite import history, opening
from tests.storage import ledgers

NOW = 1_795_600_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.sqlite"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    opened = open_database(stored_ledger.url_of(file), NOW)
    yield opened
    opened.close()


async def store(database: Database, transactions: list[Transaction]) -> None:
    ledger = SqlLedger(database)
    for transaction in transactions:
        await ledger.append(transaction, transaction.sequence - 1)


async def load(file: Path, account_id: str = "acc_1") -> AccountState:
    database = open_database(stored_ledger.url_of(file), NOW)
    state = AccountState()
    try:
        for transaction in await SqlLedger(database).read(account_id):
            state.apply(transaction)
    finally:
        database.close()
    return state


def names(directory: Path) -> list[str]:
    return sorted(item.name for item in directory.iterdir())


def tear(file: Path) -> None:
    file.write_bytes(b"torn" * 5_000)


def content(file: Path) -> bytes:
    return file.read_bytes()


def put_back(backup: Path, file: Path) -> Path | None:
    numbers = count(1)
    return restore(backup, file, NOW, lambda: f"ep_{next(numbers)}")


def verified(file: Path) -> list[str]:
    with stored_ledger.existing(stored_ledger.url_of(file)) as database:
        found = stored_ledger.read(database, lambda connection: list(verify(connection)))
    return [fault.what for item in found for fault in item.faults]


async def test_a_file_in_use_is_copied_as_it_is(
    database: Database, file: Path, tmp_path: Path
) -> None:
    await store(database, history())
    back_up(file, tmp_path / "copy.sqlite")
    await store(database, [opening("acc_2")])
    assert names(tmp_path) == ["copy.sqlite", "data"]
    assert verified(tmp_path / "copy.sqlite") == []
    with pytest.raises(StorageError, match="there already"):
        back_up(file, tmp_path / "copy.sqlite")


def test_there_is_nothing_to_back_up(file: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no database"):
        back_up(file, tmp_path / "copy.sqlite")
    assert not file.exists()


def test_a_copy_that_fails_leaves_nothing(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"not a database " * 500)
    with pytest.raises(StorageError, match="cannot be copied"):
        back_up(file, tmp_path / "copy.sqlite")
    assert names(tmp_path) == ["data"]


async def test_what_came_after_the_backup_is_gone_and_the_epoch_is_new(
    database: Database, file: Path, tmp_path: Path
) -> None:
    *known, lost = history()[:4]
    await store(database, known)
    back_up(file, tmp_path / "copy.sqlite")
    await store(database, [lost])
    database.close()

    kept = put_back(tmp_path / "copy.sqlite", file)
    state, before = await load(file), AccountState()
    for transaction in known:
        before.apply(transaction)
    assert state.epoch == "ep_1"
    assert state.sequence == len(known) + 1
    assert state.balance == before.balance
    assert tuple(state.view().orders()) == tuple(before.view().orders())
    assert state.open_positions == before.open_positions
    assert state.used_keys == before.used_keys
    assert tuple(state.view().executions()) == tuple(before.view().executions())
    assert len(list(state.view().positions(PositionStatus.OPEN))) == len(before.open_positions)
    assert kept == backup_path(file, NOW, "replaced")
    assert (await load(kept)).sequence == 4, "nothing is thrown away"
    assert verified(file) == []


async def test_ids_of_the_lost_ledger_are_not_given_again(
    database: Database, file: Path, tmp_path: Path
) -> None:
    await store(database, history()[:2])
    database.close()
    back_up(file, tmp_path / "copy.sqlite")
    before = await load(file)
    put_back(tmp_path / "copy.sqlite", file)
    after = await load(file)
    assert before.identifier("ord", 3) != after.identifier("ord", 3)
    put_back(tmp_path / "copy.sqlite", file.with_name("other.sqlite"))
    assert (await load(file)).identifier("ord", 3) == after.identifier("ord", 3)


async def test_sessions_end(database: Database, file: Path, tmp_path: Path) -> None:
    database.write_now(
        lambda c: c.execute(text("INSERT INTO users (user_id, name, created_at) VALUES (1, 1, 1)"))
    )
    database.write_now(
        lambda c: c.execute(text("INSERT INTO sessions VALUES ('t', '1', 1, 9999999999999)"))
    )
    database.close()
    back_up(file, tmp_path / "copy.sqlite")
    put_back(tmp_path / "copy.sqlite", file)
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (1,)
    connection.close()


async def test_a_backup_of_an_earlier_version_is_migrated(file: Path, tmp_path: Path) -> None:
    old = ledgers.unpack(ledgers.REVISIONS[0], tmp_path / "old")
    before = content(old)
    assert put_back(old, file) is None
    said = ledgers.answers(ledgers.REVISIONS[0])[1]
    state = await load(file, said["accountId"])
    assert str(state.balance.balance) == said["balance"]["balance"]
    assert state.sequence == said["asOf"]["sequence"] + 1
    assert content(old) == before, "the backup stays as it was"
    assert names(file.parent) == ["ledger.sqlite"]


async def test_a_damaged_database_gives_way(database: Database, file: Path, tmp_path: Path) -> None:
    await store(database, history())
    database.close()
    back_up(file, tmp_path / "copy.sqlite")
    tear(file)
    kept = put_back(tmp_path / "copy.sqlite", file)
    assert kept is not None
    assert content(kept).startswith(b"torn")
    assert verified(file) == []


async def test_a_backup_that_does_not_add_up_is_refused_and_nothing_changes(
    database: Database, file: Path, tmp_path: Path
) -> None:
    await store(database, history())
    back_up(file, tmp_path / "copy.sqlite")
    database.close()
    with sqlite3.connect(tmp_path / "copy.sqlite") as copy:
        copy.execute("DELETE FROM ledger_transactions WHERE sequence = 3")
    copy.close()
    before = content(file)
    with pytest.raises(StorageError, match=r"does not add up .*transaction 4.*3 is missing"):
        put_back(tmp_path / "copy.sqlite", file)
    assert content(file) == before
    assert names(file.parent) == ["ledger.sqlite"]


def test_the_cause_is_told() -> None:
    assert TransactionCause.LEDGER_RESTORED.value == "ledger_restored"
