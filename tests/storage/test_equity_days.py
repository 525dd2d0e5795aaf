"""What was saved of daily equity stays, by account and beginning."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from handlers.storage.database import Database
from handlers.storage.equity_days import EquityDays, MemoryEquityDays, SqlEquityDays
from handlers.storage.ledger import LedgerUnavailable
from handlers.storage.migrations import open_database
from handlers.trading.reporting.equity import EquityDay

NOW = 1_764_000_000_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'ledger.sqlite'}", NOW)
    yield database
    database.close()


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, database: Database) -> EquityDays:
    return MemoryEquityDays() if request.param == "memory" else SqlEquityDays(database)


def day(number: int, equity: str) -> EquityDay:
    return EquityDay(number, Decimal(equity), Decimal("0.000000000001"))


async def test_days_come_back_exact_and_in_order(store: EquityDays) -> None:
    assert await store.read("acc_1", 1) == ()
    await store.save("acc_1", 1, [day(2, "123456789012345678.000000000001")])
    await store.save("acc_1", 1, [day(1, "-5"), day(2, "7")])
    await store.save("acc_1", 7, [day(3, "8")])
    assert await store.read("acc_1", 1) == (
        day(1, "-5"),
        day(2, "123456789012345678.000000000001"),
    )
    assert await store.read("acc_1", 7) == (day(3, "8"),)
    assert await store.read("acc_2", 1) == ()


async def test_a_storage_that_fails_says_so(database: Database) -> None:
    store = SqlEquityDays(database)
    await database.write(lambda connection: connection.exec_driver_sql("DROP TABLE equity_days"))
    with pytest.raises(LedgerUnavailable):
        await store.read("acc_1", 1)
    with pytest.raises(LedgerUnavailable):
        await store.save("acc_1", 1, [day(1, "1")])
