"""A real server process, killed without warning: what was answered is there when it is back."""

import asyncio
import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from generated.models import AccountClock
from handlers.security.identity import LOCAL_ID
from handlers.trading.transactions import identifier
from tests.process import ServerProcess, client_of, command, serving


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


class Trader:
    """Places orders with a key of its own for each, and asks again until it is answered."""

    def __init__(self, number: int, account: str) -> None:
        self._random = Random(number)
        self._name = f"trader-{number}"
        self._account = account
        self._pending: dict[str, str] | None = None
        self.answered: dict[str, Any] = {}

    async def trade(self, client: httpx.AsyncClient, answered: Callable[[], None]) -> None:
        """Until the server is gone."""
        while True:
            order = self._pending or self._next()
            self._pending = order
            try:
                answer = await client.post(f"/accounts/{self._account}/orders", json=order)
            except httpx.TransportError:
                return
            assert answer.status_code == 201, answer.text
            self._pending = None
            self.answered[order["clientOrderId"]] = answer.json()
            answered()

    def _next(self) -> dict[str, str]:
        symbol, quantity = self._random.choice((("AAPL", "1"), ("EURUSD", "1000")))
        return {
            "type": "market",
            "symbol": symbol,
            "side": self._random.choice(("buy", "sell")),
            "quantity": quantity,
            "clientOrderId": f"{self._name}:{len(self.answered)}",
        }


def test_under_load_every_answer_is_there_exactly_once(tmp_path: Path) -> None:
    """Killed at random moments; whoever was not answered asks again with the same key."""
    random = Random(7)
    account = identifier("acc", LOCAL_ID, AccountClock.LIVE)
    traders = [Trader(number, account) for number in range(8)]
    for _ in range(2):
        with serving(tmp_path) as server:
            asyncio.run(_trade_until_killed(traders, server, random.randrange(20, 80)))

    answered = {key: answer for trader in traders for key, answer in trader.answered.items()}
    assert len(answered) >= 40
    with serving(tmp_path) as server, client_of(server) as client:
        orders = _all(client, f"/accounts/{account}/orders", "orders")
        by_key = {order["clientOrderId"]: order for order in orders}
        assert len(by_key) == len(orders), "no order twice"
        for key, answer in answered.items():
            assert by_key[key] == answer["order"]
        assert len(orders) - len(answered) <= len(traders), "nothing but what is not answered yet"
        executions = _all(client, f"/accounts/{account}/executions", "executions")
        filled = {order["orderId"] for order in orders if order["status"] == "filled"}
        assert {execution["orderId"] for execution in executions} == filled
        sequence = client.get(f"/accounts/{account}").json()["asOf"]["sequence"]
        assert sequence == len(orders) + 1


async def _trade_until_killed(traders: list[Trader], server: ServerProcess, answers: int) -> None:
    """The server dies after so many answers, in the midst of the other traders' orders."""
    left = answers

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            server.kill()

    async with httpx.AsyncClient(
        base_url=f"http://{server.address}/api/v1", trust_env=False, timeout=30
    ) as client:
        await client.get("/accounts")
        await asyncio.gather(*(trader.trade(client, count) for trader in traders))


def _all(client: httpx.Client, path: str, name: str) -> list[Any]:
    found: list[Any] = []
    query = {"limit": "500"}
    while True:
        page = client.get(path, params=query).json()
        found += page[name]
        if "nextCursor" not in page:
            return found
        query["cursor"] = page["nextCursor"]
