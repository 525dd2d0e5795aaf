"""A real server process, killed without warning: what was answered is there when it is back."""

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.process import client_of, command, serving


def next_frame(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next frame of that type; others are passed over."""
    while True:
        frames = json.loads(socket.recv(timeout=30))
        for frame in frames if isinstance(frames, list) else [frames]:
            if frame["type"] == kind:
                found: dict[str, Any] = frame
                return found


def lists(client: httpx.Client, account: str) -> list[Any]:
    paths = ("orders", "positions", "positions?status=closed", "executions")
    found = [client.get(f"/accounts/{account}/{path}").json() for path in paths]
    return [*found, client.get(f"/accounts/{account}").json()["balance"]]


def test_what_was_answered_survives_kill_9(tmp_path: Path) -> None:
    order = {
        "type": "market",
        "symbol": "AAPL",
        "side": "buy",
        "quantity": "10",
        "clientOrderId": "survivor",
    }
    limit = {
        "type": "limit",
        "symbol": "AAPL",
        "side": "buy",
        "quantity": "1",
        "limitPrice": "0.01",
        "timeInForce": "gtc",
    }
    with serving(tmp_path) as server, client_of(server) as client:
        account = client.get("/accounts").json()["accounts"][0]["accountId"]
        with connect(f"ws://{server.address}/api/v1/ws", proxy=None) as socket:
            subscribe = {"type": "account.subscribe", "id": "1", "payload": {"accountId": account}}
            socket.send(json.dumps(subscribe))
            joined = next_frame(socket, "account.subscribe.response")
            assert joined["payload"]["seq"] == 1
            placed = client.post(f"/accounts/{account}/orders", json=order)
            assert placed.status_code == 201, placed.text
            frame = next_frame(socket, "account.update")
        assert frame["seq"] == placed.json()["asOf"]["sequence"] == 2
        kinds = [event["type"] for event in frame["payload"]["events"]]
        assert kinds == ["order", "execution", "position", "balance"]
        assert frame["payload"]["events"][0]["order"] == placed.json()["order"]
        assert client.post(f"/accounts/{account}/orders", json=limit).status_code == 201
        before = lists(client, account)
        server.kill()

    with serving(tmp_path) as server, client_of(server) as client:
        assert lists(client, account) == before
        again = client.post(f"/accounts/{account}/orders", json=order)
        assert again.json() == placed.json()
        assert again.headers["Idempotency-Replayed"] == "true"
        [working] = client.get(f"/accounts/{account}/orders?status=working").json()["orders"]
        canceled = client.post(f"/accounts/{account}/orders/{working['orderId']}/cancel")
        assert canceled.json()["order"]["status"] == "canceled"


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        ("replace(events, '\"version\":1', '\"version\":9')", b"newer version of Trading Pro"),
        ("substr(events, 2)", b"damaged at transaction 1 of account acc_"),
    ],
)
def test_a_ledger_that_cannot_be_read_is_told_in_one_line(
    tmp_path: Path, tamper: str, told: bytes
) -> None:
    with serving(tmp_path) as server, client_of(server) as client:
        client.get("/accounts")
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as connection, connection:
        connection.execute(f"UPDATE ledger_transactions SET events = {tamper}")
    refused = subprocess.run(command(tmp_path), capture_output=True, timeout=60, check=False)
    assert refused.returncode == 1
    lines = refused.stderr.splitlines()
    assert told in lines[-1]
    assert lines[-1].startswith(b"trading-pro: ")
    assert not any(b"Traceback" in line for line in lines)
