"""Two accounts that trade, a recording that runs fast, and a client whose socket is cut."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Any

import httpx

from tests.process import ServerProcess
from tests.resilience.book import Book, read_lists
from tests.resilience.follower import Follower, Subscription
from tests.resilience.proxy import Cut, Proxy, proxy
from tests.resilience.trader import Trader

OPTIONS = {"REPLAY_BAR_SECONDS": "0.1", "LOG_LEVEL": "warning"}
"""Of the server; a recorded day takes a tenth of a second."""

_SYMBOLS = {"live": ("BTCUSD", "EURUSD"), "replay": ("REC:IBM", "REC:MSFT")}
_PAUSE = 0.01


class Scene:
    """`server` may be replaced by another one on the same data."""

    def __init__(self, server: ServerProcess, random: Random, accounts: dict[str, str]) -> None:
        self.server = server
        self.random = random
        self.accounts = {
            account: Subscription("account", {"accountId": account}, lossless=True)
            for account in accounts.values()
        }
        self.books = {account: Book(stream) for account, stream in self.accounts.items()}
        self.bars = Subscription("bars", {"symbol": "REC:IBM", "resolution": "D"})
        self.pnl = Subscription("pnl", {"accountId": accounts["live"]})
        self.follower = self.following([*self.accounts.values(), self.bars, self.pnl])
        self.client = _client(server)
        self.traders = [
            Trader(self.client, account, _SYMBOLS[clock], random)
            for clock, account in accounts.items()
        ]
        self.calm = False
        """Connections are cut no more."""

    proxy: Proxy

    def address(self) -> str:
        return f"127.0.0.1:{self.proxy.port}"

    def following(self, subscriptions: Iterable[Subscription]) -> Follower:
        """The client under test."""
        return Follower(self.address, subscriptions)

    @property
    def transactions(self) -> int:
        """How many both streams have brought."""
        return sum(len(stream.log) for stream in self.accounts.values())

    def plan(self) -> Cut:
        """Where the next connection ends: in the handshake, in an answer, in an update."""
        if self.calm:
            return Cut()
        abrupt = self.random.random() < 0.5
        sent = self.random.randrange(900) if self.random.random() < 0.2 else None
        most = self.random.choice((300, 3_000, 20_000, 60_000))
        return Cut(sent, self.random.randrange(most), abrupt)

    async def read(self) -> None:
        """Every REST list of both accounts, to be compared as soon as the stream is there."""
        found = await asyncio.gather(*(read_lists(self.client, each) for each in self.books))
        for book, readings in zip(self.books.values(), found, strict=True):
            book.expect(readings)
            book.settle()

    async def trade(self) -> None:
        """Until canceled, or until the server is gone."""
        with suppress(httpx.TransportError):
            while True:
                for trader in self.traders:
                    await trader.act()
                await asyncio.sleep(_PAUSE)

    async def moved(self, server: ServerProcess) -> None:
        """The server is another one from now on."""
        await self.client.aclose()
        self.server, self.client = server, _client(server)
        self.proxy.target = server.address
        for trader in self.traders:
            trader.client = self.client

    async def settle(self) -> None:
        """One last connection that stays; everything that was read is compared."""
        self.calm = True
        await self.read()
        answered = self.follower.answered
        connection = asyncio.ensure_future(self.follower.connection())
        await self.follower.until(lambda: self.follower.answered > answered)
        await self.follower.until(self.settled)
        connection.cancel()
        await asyncio.gather(connection, return_exceptions=True)

    def settled(self) -> bool:
        for book in self.books.values():
            book.settle()
        return all(book.waiting == 0 for book in self.books.values())

    async def check_bars(self) -> None:
        """Between two snapshots no bar is missing, and each is as REST has it."""
        runs: list[dict[int, Any]] = [{}]
        for entry in self.bars.log:
            if entry.kind == "snapshot":
                runs.append({})
            elif entry.kind == "update":
                runs[-1][entry.payload["time"]] = entry.payload
        for run in filter(None, runs):
            came = [{k: v for k, v in run[time].items() if k != "closed"} for time in sorted(run)]
            span = {"from": came[0]["time"], "to": came[-1]["time"] + 1}
            query = {"symbol": "REC:IBM", "resolution": "D", "adjustment": "none"}
            answer = await self.client.get("/datafeed/bars", params={**query, **span})
            assert answer.status_code == 200, answer.text
            assert answer.json()["bars"] == came


@asynccontextmanager
async def scene(server: ServerProcess, seed: int, of: type[Scene] = Scene) -> AsyncIterator[Scene]:
    """Everybody is joined, and nothing has happened yet."""
    async with _client(server) as client:
        found = (await client.get("/accounts")).json()["accounts"]
    opened = of(server, Random(seed), {each["clock"]: each["accountId"] for each in found})
    async with proxy(server.address, opened.plan) as opened.proxy:
        opened.calm = True
        first = asyncio.ensure_future(opened.follower.connection())
        await opened.follower.until(lambda: opened.follower.answered == 1)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        opened.calm = False
        try:
            yield opened
        finally:
            await _end_all()
            await opened.client.aclose()


@asynccontextmanager
async def trading(scene: Scene) -> AsyncIterator[None]:
    """Fills happen meanwhile."""
    task = asyncio.ensure_future(scene.trade())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _client(server: ServerProcess) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://{server.address}/api/v1", trust_env=False, timeout=30
    )


async def _end_all() -> None:
    """A test that failed leaves no connection behind for the next one to stumble over."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
