"""docs/extending.md, done on a copy: each change leads to the promised errors, and then works."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.toolchain.walk import Block, sections

ROOT = Path(__file__).resolve().parents[2]
PAGE = sections((ROOT / "docs/extending.md").read_text("utf-8"))
ADDED = ("A new operation", "A new tag", "A new stream family", "A new enum value")
CHANGED = ("A changed parameter", "A removed operation")

TYPES_AFTER_ADDING = """
import type { paths } from '../generated/typescript/rest'
import { StreamClient, topics } from '../generated/typescript/stream'
import type { Resolution, Trade } from '../generated/typescript/models'

type LastTrade = paths['/datafeed/trade']['get']
export const query: LastTrade['parameters']['query'] = { symbol: 'AAPL' }
export type Exchanges = paths['/exchanges']['get']['responses'][200]
export const resolution: Resolution = '3M'
export const topic: string = topics.trades({ symbol: 'AAPL' })

export function watch(client: StreamClient): () => void {
  return client.subscribe('trades', { symbol: 'AAPL' }, {
    onUpdate: (trade: Trade) => trade.price.length,
  })
}

// @ts-expect-error a trade has no bid
export const wrong = (trade: Trade): string => trade.bid
"""
TYPES_AFTER_CHANGING = """
import type { paths } from '../generated/typescript/rest'

type LastTrade = paths['/datafeed/trade']['get']
export const query: LastTrade['parameters']['query'] = { symbol: 'AAPL', maxAge: 1000 }
// @ts-expect-error there is no such operation any more
export type Removed = paths['/health/live']
"""


@dataclass(frozen=True, slots=True)
class Phase:
    """What happened to the copy: mypy's report after generating and after the code was written."""

    folder: Path
    promised: dict[str, list[str]]
    before: str
    after: str


class Copy:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in ("contracts", "generated", "handlers", "templates", "pyproject.toml"):
            copied(part, folder)
        copied("redocly.yaml", folder)
        (folder / "templates/node_modules").symlink_to(ROOT / "templates/node_modules")
        if (ROOT / ".mypy_cache").is_dir():
            copied(".mypy_cache", folder)

    def walk(self, headings: tuple[str, ...]) -> Phase:
        blocks = [block for heading in headings for block in PAGE[heading]]
        edits = [block for block in blocks if block.file]
        self.edit(block for block in edits if block.file.startswith("contracts/"))
        self.run("-m", "templates.generate")
        before = self.types()
        self.edit(block for block in edits if not block.file.startswith("contracts/"))
        promised = {heading: promises(PAGE[heading]) for heading in headings}
        return Phase(self.folder, promised, before, self.types())

    def edit(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            block.edit(self.folder)

    def types(self) -> str:
        """mypy's report without line numbers."""
        report = self.run("-m", "mypy", "handlers", "generated", fails=True).stdout
        return re.sub(r"^(\S+?):\d+: ", r"\1: ", report, flags=re.MULTILINE)

    def run(self, *arguments: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert fails or done.returncode == 0, done.stdout + done.stderr
        return done

    def compile(self, text: str) -> str:
        """What TypeScript says of a file that uses the generated client."""
        (self.folder / "walk").mkdir(exist_ok=True)
        (self.folder / "walk/use.ts").write_text(text, "utf-8")
        compiler = ROOT / "templates/node_modules/typescript/lib/tsc.js"
        options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2023"]
        module = ["--module", "esnext", "--moduleResolution", "bundler"]
        resolved = [*module, "--allowImportingTsExtensions"]
        node = Path(sys.executable).with_name("node")
        done = subprocess.run(
            [node, compiler, *options, *resolved, "walk/use.ts"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    def serve(self) -> Iterator[str]:
        """The address of a server that runs the copy."""
        data = tempfile.mkdtemp(dir=self.folder)
        serve = "from handlers.cli import main; main()"
        environment = {name: value for name, value in os.environ.items() if "PRO_" not in name}
        environment["TRADING_PRO_LOG_LEVEL"] = "error"
        with subprocess.Popen(
            [sys.executable, "-c", serve, "serve", "--port", "0", "--data-dir", data],
            cwd=self.folder,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        ) as server:
            assert server.stderr is not None
            said: list[str] = []
            for line in server.stderr:
                said.append(line)
                if found := re.search(r"http://\S+", line):
                    break
            else:
                pytest.fail(f"the server did not start: {''.join(said)}")
            try:
                yield found[0]
            finally:
                server.terminate()
                server.communicate()


def copied(part: str, folder: Path) -> None:
    ignored = shutil.ignore_patterns("node_modules", "__pycache__")
    if (ROOT / part).is_dir():
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    else:
        shutil.copy2(ROOT / part, folder / part)


def promises(blocks: list[Block]) -> list[str]:
    return [line for block in blocks if block.is_error for line in block.text.splitlines()]


def unkept(phase: Phase) -> list[str]:
    return [
        line
        for promised in phase.promised.values()
        for line in promised
        if not any(found.startswith(line) for found in phase.before.splitlines())
    ]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("walk"))


@pytest.fixture(scope="module")
def added(copy: Copy) -> Phase:
    return copy.walk(ADDED)


@pytest.fixture(scope="module")
def served(copy: Copy, added: Phase) -> Iterator[str]:
    yield from copy.serve()


@pytest.fixture(scope="module")
def changed(copy: Copy, added: Phase) -> Phase:
    return copy.walk(CHANGED)


def test_what_is_added_leads_to_the_promised_errors(added: Phase) -> None:
    assert all(added.promised.values())
    assert not unkept(added), added.before
    assert "Success" in added.after, added.after


def test_what_is_added_works_over_rest(served: str) -> None:
    with httpx.Client(base_url=f"{served}/api/v1") as client:
        trade = client.get("/datafeed/trade", params={"symbol": "AAPL"}).json()
        assert trade["symbol"] == "AAPL"
        assert float(trade["price"]) > 0
        assert client.get("/datafeed/trade", params={"symbol": "NONE"}).status_code == 404
        names = [exchange["exchange"] for exchange in client.get("/exchanges").json()["exchanges"]]
        assert "SIM" in names
        query: dict[str, str | int] = {"symbol": "AAPL", "resolution": "3M", "countBack": 5}
        bars = client.get("/datafeed/bars", params=query).json()["bars"]
        assert [quarter(later) - quarter(bar) for bar, later in pairwise(bars)] == [1] * 4


async def test_what_is_added_works_over_the_stream(served: str) -> None:
    async with asyncio.timeout(20), connect(f"{served.replace('http', 'ws')}/api/v1/ws") as socket:
        await socket.recv()
        await socket.send(request("trades.subscribe", symbol="AAPL"))
        await socket.send(request("bars.subscribe", symbol="AAPL", resolution="3M"))
        received: dict[str, Any] = {}
        while not {"trades.subscribe.response", "trades.update", "bars.update"} <= set(received):
            message = json.loads(await socket.recv())
            received[message["type"]] = message
    assert received["trades.subscribe.response"]["payload"]["status"] == "ok"
    assert received["trades.update"]["topic"] == "trades:AAPL"
    assert received["bars.update"]["topic"] == "bars:AAPL:3M"


def test_what_is_added_is_typed_in_typescript(copy: Copy, added: Phase) -> None:
    assert copy.compile(TYPES_AFTER_ADDING) == ""


def test_what_is_changed_leads_to_the_promised_errors(changed: Phase) -> None:
    assert all(changed.promised.values())
    assert not unkept(changed), changed.before
    assert "Success" in changed.after, changed.after


def test_what_is_changed_works(copy: Copy, changed: Phase) -> None:
    for address in copy.serve():
        with httpx.Client(base_url=f"{address}/api/v1", timeout=60) as client:
            query: dict[str, str | int] = {"symbol": "REC:IBM", "maxAge": 0}
            refused = client.get("/datafeed/trade", params=query)
            assert (refused.status_code, refused.json()["code"]) == (422, "no_price")
            assert client.get("/health/live").status_code == 404
    assert copy.compile(TYPES_AFTER_CHANGING) == ""


def quarter(bar: dict[str, Any]) -> int:
    """Of the year 0 onwards, from a bar's time."""
    day = datetime.fromtimestamp(bar["time"] / 1000, UTC)
    return day.year * 4 + (day.month - 1) // 3


def request(kind: str, **payload: str) -> str:
    return json.dumps({"type": kind, "id": kind, "payload": payload})
