"""Durable orders: through the OMS, and as SQLite alone could store the same rows."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, final

import uvloop

from generated.models import OrderType, Side, TimeInForce
from handlers.brokers.paper import PaperBroker
from handlers.oms import Oms
from handlers.storage.migrations import open_database
from handlers.storage.sql_ledger import SqlLedger
from handlers.trading.orders.commands import PlaceOrder
from tests.benchmarks.child import ROOT, Answer, obey
from tests.trading.world import HandMarket

SYMBOL: Final = "AAPL"
_ADVANCE: Final = "UPDATE ledger_accounts SET sequence = ? WHERE account_id = ? AND sequence = ?"
_INSERT: Final = "INSERT INTO ledger_transactions VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_ROWS: Final = "SELECT * FROM ledger_transactions WHERE sequence > 1 ORDER BY rowid"

Row = tuple[Any, ...]
Work = Callable[[int], Awaitable[object]]


@final
class Desk:
    """Each measurement begins on a file of its own, on the disk of the checkout."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        """What the OMS wrote last."""

    async def oms(self, clients: int, accounts: int, orders: int) -> Answer:
        """So many orders that fill at once, each client in turn with one at a time."""
        with _ledger_file() as path:
            database = open_database(f"sqlite:///{path}", 0)
            try:
                market = HandMarket()
                market.set(SYMBOL, "99.99", "100.01")
                oms = _oms(SqlLedger(database), market)
                await oms.start()
                owned = [await _account(oms, f"usr_{number}") for number in range(accounts)]

                async def place(number: int) -> None:
                    user, account = owned[number % accounts]
                    await oms.submit(user, account, _order(number // accounts))

                answer = await _measured(place, clients, orders)
            finally:
                database.close()
            self._rows = _read(path)
        return answer

    async def raw(self, clients: int, orders: int) -> Answer:
        """The same rows, one durable transaction each, from one writer thread."""
        rows = self._rows
        with _ledger_file() as path, ThreadPoolExecutor(1) as thread:
            open_database(f"sqlite:///{path}", 0).close()
            loop = asyncio.get_running_loop()
            connection = await loop.run_in_executor(thread, _open, path, rows)

            async def store(number: int) -> None:
                await loop.run_in_executor(thread, _store, connection, rows[number])

            answer = await _measured(store, clients, orders)
            await loop.run_in_executor(thread, connection.close)
            assert len(_read(path)) == orders
        return answer


async def _measured(work: Work, clients: int, count: int) -> Answer:
    numbers = iter(range(count))

    async def client() -> None:
        for number in numbers:
            await work(number)

    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    await asyncio.gather(*(client() for _ in range(clients)))
    return {
        "wall": (time.perf_counter_ns() - wall) / count / 1_000,
        "cpu": (time.process_time_ns() - cpu) / count / 1_000,
    }


def _oms(ledger: SqlLedger, market: HandMarket) -> Oms:
    return Oms(
        ledger=ledger,
        broker=PaperBroker(market),
        market=market,
        clock=market,
        replay_epoch=lambda: None,
    )


async def _account(oms: Oms, user: str) -> tuple[str, str]:
    await oms.open_accounts(user)
    return user, oms.accounts(user)[0].account_id


def _order(number: int) -> PlaceOrder:
    side = Side.SELL if number % 2 else Side.BUY
    return PlaceOrder(
        SYMBOL,
        side,
        OrderType.MARKET,
        Decimal(10),
        None,
        TimeInForce.GTC,
        client_order_id=f"order-{number}",
    )


@contextmanager
def _ledger_file() -> Iterator[Path]:
    (ROOT / "build").mkdir(exist_ok=True)
    with TemporaryDirectory(dir=ROOT / "build") as directory:
        yield Path(directory) / "ledger.sqlite"


def _open(path: Path, rows: list[Row]) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for account, user in {(row[0], row[2]) for row in rows}:
        connection.execute("INSERT INTO ledger_accounts VALUES (?, ?, 1)", (account, user))
    return connection


def _store(connection: sqlite3.Connection, row: Row) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(_ADVANCE, (row[1], row[0], row[1] - 1))
    connection.execute(_INSERT, row)
    connection.execute("COMMIT")


def _read(path: Path) -> list[Row]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(_ROWS).fetchall()


if __name__ == "__main__":
    desk = Desk()
    uvloop.run(obey({"oms": desk.oms, "raw": desk.raw}))
