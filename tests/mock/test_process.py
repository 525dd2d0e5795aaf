"""`python -m templates.mock`, as a client sees it that is not ours."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

ROOT = Path(__file__).parents[2]


@pytest.fixture
def process() -> Iterator[tuple[subprocess.Popen[str], str]]:
    started = subprocess.Popen(
        [sys.executable, "-m", "templates.mock", "--port", "0", "--interval", "20"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stderr is not None
    announced = re.search(r"at (http://\S+)", started.stderr.readline())
    assert announced
    yield started, announced[1]
    started.kill()
    started.communicate()


def test_a_port_that_is_taken_is_told(
    process: tuple[subprocess.Popen[str], str],
) -> None:
    port = process[1].rpartition(":")[2]
    command = [sys.executable, "-m", "templates.mock", "--port", port]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith(f"Port {port} of localhost cannot be had (")


async def test_it_serves_streams_and_ends_in_order(
    process: tuple[subprocess.Popen[str], str],
) -> None:
    running, address = process
    async with httpx.AsyncClient(base_url=address, trust_env=False) as rest:
        assert (await rest.get("/api/v1/accounts")).status_code == 200
        for contract in ("openapi.json", "ws/asyncapi.json"):
            assert (await rest.get(f"/api/v1/{contract}")).json()["info"]
        assert (await rest.get("/")).status_code == 200
    async with connect(address.replace("http", "ws") + "/api/v1/ws", proxy=None) as client:
        assert json.loads(await client.recv())["type"] == "hello"
        await client.send('{"type":"bars.subscribe","payload":{"symbol":"AAPL","resolution":"1"}}')
        assert json.loads(await client.recv())["payload"]["status"] == "ok"
        assert json.loads(await client.recv())["type"] == "bars.update"
        running.send_signal(signal.SIGTERM)
        while json.loads(await client.recv())["type"] != "goaway":
            pass
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4002
    _, errors = running.communicate(timeout=10)
    assert (running.returncode, errors) == (0, "")
