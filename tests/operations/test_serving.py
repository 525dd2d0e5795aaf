"""A server process, from its announcement to its orderly end."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

ADDRESS = re.compile(r" at http://(localhost:\d+)")


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    program = "from handlers.cli import main; main()"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TRADING_PRO_")}
    started = subprocess.Popen(
        [sys.executable, "-c", program, "serve", "--port", "0", "--data-dir", str(tmp_path)],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    yield started
    started.kill()
    started.communicate()


@pytest.fixture
def address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if found := ADDRESS.search(line):
            return found[1]
    raise AssertionError("the server did not start")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_in_order(
    process: subprocess.Popen[str], address: str, number: signal.Signals
) -> None:
    transport = httpx.HTTPTransport(retries=10)
    with httpx.Client(transport=transport, trust_env=False, timeout=30) as client:
        answer = client.get(f"http://{address}/api/v1/health/live")
    assert answer.status_code == 204
    assert "server" not in answer.headers
    with connect(f"ws://{address}/api/v1/ws") as socket:
        assert json.loads(socket.recv(timeout=30))["type"] == "hello"
        process.send_signal(number)
        goaway = json.loads(socket.recv(timeout=30))
        assert goaway["type"] == "goaway"
        assert goaway["payload"]["reason"] == "shutting_down"
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=30)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4002
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in errors
