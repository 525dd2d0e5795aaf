"""The whole application, served by uvicorn, as a WebSocket client that is not ours sees it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect

from handlers.feeds.simulated.feed import SimulatedFeed
from tests import application
from tests.application import Application
from tests.ws.server import serve
from tests.ws.stage import said

MINUTE = 60_000


@dataclass
class Market:
    running: Application
    address: str

    async def pass_time(self, milliseconds: int, step: int = 500) -> None:
        """Prices move and bars end as the clock moves on."""
        feed = self.running.ports.feeds.feed("AAPL")
        assert isinstance(feed, SimulatedFeed)
        for _ in range(milliseconds // step):
            self.running.clock.advance(step)
            feed.step(self.running.ports.feeds)
            await asyncio.sleep(0)


@pytest_asyncio.fixture
async def market() -> AsyncIterator[Market]:
    async with (
        application.running() as running,
        serve(running.asgi, lifespan="off") as (address, _),
    ):
        yield Market(running, address)


async def test_streamed_bars_equal_those_of_the_history(market: Market) -> None:
    async with connect(market.address, ping_interval=None) as client:
        hello = await _heard(client)
        assert (hello["type"], hello["payload"]["version"]) == ("hello", "1.0.0")
        await client.send(said("bars.subscribe", "1", symbol="SIM:AAPL", resolution="1"))
        response = await _heard(client)
        assert (response["type"], response["id"]) == ("bars.subscribe.response", "1")
        start = response["payload"]
        assert (start["status"], start["topic"]) == ("ok", "bars:AAPL:1")
        assert not start["snapshot"]["closed"]

        await market.pass_time(2 * MINUTE)
        updates = await _until_closed(client, 2)
        seqs = [start["seq"], *(update["seq"] for update in updates)]
        assert seqs == sorted(set(seqs))
        closed = [update["payload"] for update in updates if update["payload"]["closed"]]
        assert len({bar["time"] for bar in closed}) == len(closed) == 2

        await client.send(said("bars.unsubscribe", symbol="AAPL", resolution="1"))
        while (last := await _heard(client))["type"] == "bars.update":
            pass
        assert last == {
            "type": "bars.unsubscribe.response",
            "payload": {"status": "ok", "topic": "bars:AAPL:1"},
        }
    page = await _history(market, closed[0]["time"], closed[-1]["time"] + MINUTE)
    assert page == [{key: bar[key] for key in bar if key != "closed"} for bar in closed]


async def test_quotes_move(market: Market) -> None:
    async with connect(market.address, ping_interval=None) as client:
        await _heard(client)
        await client.send(said("quotes.subscribe", "1", symbol="BTCUSD"))
        snapshot = (await _heard(client))["payload"]["snapshot"]
        await market.pass_time(5_000)
        update = await _heard(client)
        assert update["payload"]["time"] > snapshot["time"]
        assert update["payload"]["dataKind"] == "simulated"


async def _until_closed(client: ClientConnection, count: int) -> list[Any]:
    updates: list[Any] = []
    while sum(update["payload"]["closed"] for update in updates) < count:
        updates.append(await _heard(client))
    return updates


async def _heard(client: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(client.recv(), 5))


async def _history(market: Market, start: int, end: int) -> list[Any]:
    query = {"symbol": "AAPL", "resolution": "1", "from": str(start), "to": str(end)}
    async with market.running.client() as client:
        answer = await client.get("/datafeed/bars", params={**query, "adjustment": "none"})
    bars: list[Any] = answer.json()["bars"]
    return bars
