"""Verify, export, back up and restore, as somebody at a terminal meets them."""

import csv
import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from handlers.cli import app
from handlers.operations.refusal import Refused
from handlers.server import only_server
from handlers.storage.database import StorageError
from tests.storage import ledgers

SAID = ledgers.answers("revision-0003")
LIVE = SAID[1]


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory of an earlier version, and nothing set."""
    ledgers.unpack("revision-0003", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADING_PRO_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_verifies(data: Path) -> None:
    lines = run("verify").splitlines()
    assert lines[-1] == "Everything adds up."
    assert f"balance {LIVE['balance']['balance']} USD" in lines[1]
    assert "12 transactions" in lines[1]
    assert run("verify", str(data / "ledger.sqlite")).splitlines() == lines


def test_tells_of_faults(data: Path) -> None:
    with sqlite3.connect(data / "ledger.sqlite") as connection:
        connection.execute(
            "UPDATE ledger_transactions SET events = replace(events, '112690.3', '112690.4')"
        )
    connection.close()
    result = CliRunner().invoke(app, ["verify"])
    assert isinstance(result.exception, Refused)
    assert "trading-pro restore" in str(result.exception)
    assert "transaction 9:" in result.stdout


def test_verifies_nothing_that_is_no_ledger(data: Path) -> None:
    (data / "text").write_text("no database, " * 1_000)
    for name, why in (("none", "no database"), ("text", "damaged")):
        with pytest.raises(StorageError, match=why):
            run("verify", str(data / name))


def test_exports_orders() -> None:
    found = [json.loads(line) for line in run("export", "orders", "--format", "jsonl").splitlines()]
    said = {item["orderId"]: item for account in SAID for item in account["orders"]}
    assert {item["orderId"] for item in found} == set(said)
    for item in found:
        assert said[item["orderId"]].items() <= item.items()
    table = list(csv.DictReader(run("export", "orders").splitlines()))
    assert [row["orderId"] for row in table] == [item["orderId"] for item in found]
    assert {row["status"] for row in table} == {"filled", "canceled", "expired", "working"}


def test_exports_executions_to_a_file(tmp_path: Path) -> None:
    said = run("export", "executions", "--account", LIVE["accountId"], "--output", "fills.csv")
    assert said == "8 lines of executions are in fills.csv.\n"
    with (tmp_path / "fills.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["executionId"] for row in rows] == [
        item["executionId"] for item in reversed(LIVE["executions"])
    ]
    assert rows[0]["basis.type"] == "quote"
    with pytest.raises(Refused, match="new file"):
        run("export", "executions", "--output", "fills.csv")


def test_exports_the_ledger_as_it_is_stored(data: Path) -> None:
    found = [json.loads(line) for line in run("export", "ledger", "--format", "jsonl").splitlines()]
    with sqlite3.connect(data / "ledger.sqlite") as connection:
        rows = connection.execute(
            "SELECT events FROM ledger_transactions ORDER BY account_id, sequence"
        ).fetchall()
    connection.close()
    assert [item["events"] for item in found] == [json.loads(row[0]) for row in rows]
    table = list(csv.DictReader(run("export", "ledger").splitlines()))
    assert json.loads(table[0]["fields"])["name"] == "Replay"
    assert len(table) == sum(len(item["events"]) for item in found)


def test_knows_the_accounts() -> None:
    with pytest.raises(Refused, match="acc_none"):
        run("export", "orders", "--account", "acc_none")


def test_backs_up_and_restores(data: Path) -> None:
    assert "trading-pro verify" in run("backup")
    (copy,) = (data / "backups").iterdir()
    run("backup", str(data / "named.sqlite"))
    with only_server(data), pytest.raises(Refused, match="Another server"):
        run("restore", str(copy))
    assert "is kept as" in run("restore", str(copy))
    lines = run("verify").splitlines()
    assert "13 transactions" in lines[1], "one begins the epoch"
    assert lines[-1] == "Everything adds up."
