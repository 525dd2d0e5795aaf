"""The ledger in SQLite: the suite, and what only a file can show."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from typing_extensions import override

from handlers.storage.database import Database, StorageError
from handlers.storage.ledger import Ledger, LedgerDamaged, LedgerUnavailable
from handlers.storage.migrations import open_database
from handlers.storage.sql_ledger import SqlLedger
from tests.ports.ledger_suite import LedgerSuite, history, opening
from tests.trading.world import START


class TestSqlLedger(LedgerSuite):
    @pytest.fixture(autouse=True)
    def database(self, tmp_path: Path) -> Iterator[Database]:
        self.path = tmp_path / "ledger.sqlite"
        self._database = open_database(f"sqlite:///{self.path}", START)
        yield self._database
        self._database.close()

    @override
    def open(self) -> Ledger:
        return SqlLedger(self._database)

    async def test_another_process_reads_the_same(self, ledger: Ledger) -> None:
        transactions = history()
        for transaction in transactions:
            await ledger.append(transaction, transaction.sequence - 1)
        other = open_database(f"sqlite:///{self.path}", START)
        try:
            assert await SqlLedger(other).read("acc_1") == tuple(transactions)
        finally:
            other.close()

    async def test_what_was_answered_is_in_the_file(self, ledger: Ledger) -> None:
        await ledger.append(opening("acc_1"), 0)
        with sqlite3.connect(self.path) as connection:
            rows = connection.execute("SELECT user_id, events FROM ledger_transactions").fetchall()
        connection.close()
        assert rows[0][0] == "usr_1"
        assert '"balance":"100000"' in rows[0][1], "decimals are text"

    async def test_what_comes_at_once_is_committed_together(
        self, ledger: Ledger, database: Database
    ) -> None:
        commits: list[object] = []
        store = database.store

        async def counted(work: Callable[[sqlite3.Connection], Any]) -> Any:
            commits.append(work)
            return await store(work)

        database.store = counted  # type: ignore[method-assign]
        await asyncio.gather(*(ledger.append(opening(f"acc_{number}"), 0) for number in range(60)))
        assert 1 <= len(commits) <= 3
        assert len(await ledger.accounts()) == 60

    async def test_one_failure_is_told_to_the_whole_group_and_the_next_works(
        self, ledger: Ledger, database: Database
    ) -> None:
        def forget(connection: Connection) -> None:
            connection.exec_driver_sql("ALTER TABLE ledger_transactions RENAME TO away")

        def restore(connection: Connection) -> None:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO ledger_transactions")

        await database.write(forget)
        with pytest.raises(LedgerUnavailable):
            await ledger.append(opening("acc_1"), 0)
        with pytest.raises(LedgerUnavailable):
            await ledger.read("acc_1")
        await database.write(restore)
        assert await ledger.accounts() == ()
        await ledger.append(opening("acc_1"), 0)

    @pytest.mark.parametrize("garbage", ["{", "[{}]", '[{"event":"order_expired","version":1}]'])
    async def test_damage_is_named_with_a_remedy(
        self, ledger: Ledger, database: Database, garbage: str
    ) -> None:
        def tamper(connection: Connection) -> None:
            statement = "UPDATE ledger_transactions SET events = ?"
            connection.exec_driver_sql(statement, (garbage,))

        await ledger.append(opening("acc_1"), 0)
        await database.write(tamper)
        with pytest.raises(LedgerDamaged, match=r"transaction 1 of account acc_1: put back"):
            await ledger.read("acc_1")

    async def test_events_of_a_newer_version_are_refused_with_a_remedy(
        self, ledger: Ledger, database: Database
    ) -> None:
        def tamper(connection: Connection) -> None:
            connection.exec_driver_sql(
                "UPDATE ledger_transactions SET events ="
                " replace(events, '\"version\":1', '\"version\":9')"
            )

        await ledger.append(opening("acc_1"), 0)
        await database.write(tamper)
        with pytest.raises(StorageError, match="newer version of Trading Pro"):
            await ledger.read("acc_1")
