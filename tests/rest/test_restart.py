"""A real server process, killed without warning: what was answered is there when it is back."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

ADDRESS = re.compile(rb"at http://localhost:(\d+)")


@contextmanager
def serving(data_dir: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process and its `localhost:port`; it is killed at the end if it still lives."""
    command = "from handlers.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "serve", "--port", "0", "--data-dir", str(data_dir)],
        stderr=subprocess.PIPE,
        env={k: v for k, v in os.environ.items() if not k.startswith("TRADING_PRO_")},
        cwd=Path(__file__).parents[2],
    )
    assert process.stderr
    try:
        for line in process.stderr:
            if found := ADDRESS.search(line):
                address = f"localhost:{found[1].decode()}"
                wait_until_ready(address)
                yield process, address
                return
        raise AssertionError("the server did not start")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def wait_until_ready(address: str) -> None:
    transport = httpx.HTTPTransport(retries=20)
    with httpx.Client(transport=transport, trust_env=False, timeout=30) as client:
        client.get(f"http://{address}/api/v1/health/live").raise_for_status()


def client_of(address: str) -> httpx.Client:
    return httpx.Client(base_url=f"http://{address}/api/v1", trust_env=False, timeout=30)


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
    with serving(tmp_path) as (process, address), client_of(address) as client:
        account = client.get("/accounts").json()["accounts"][0]["accountId"]
        with connect(f"ws://{address}/api/v1/ws", proxy=None) as socket:
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
        process.send_signal(signal.SIGKILL)
        process.wait()

    with serving(tmp_path) as (_, address), client_of(address) as client:
        assert lists(client, account) == before
        again = client.post(f"/accounts/{account}/orders", json=order)
        assert again.json() == placed.json()
        assert again.headers["Idempotency-Replayed"] == "true"
        [working] = client.get(f"/accounts/{account}/orders?status=working").json()["orders"]
        canceled = client.post(f"/accounts/{account}/orders/{working['orderId']}/cancel")
        assert canceled.json()["order"]["status"] == "canceled"
