"""An hour of a connection on a moved clock: what ends, when, and with what notice."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from generated.ws.channels import BarsTopic
from generated.ws.policy import HEARTBEAT, LIFESPAN
from tests.ws.raw_client import PING, TEXT, RawClient, frame
from tests.ws.server import serve
from tests.ws.stage import StreamStage, bar, said

SECOND = 1_000
TRAVEL = 0.005
"""Seconds that a ping and its pong get to travel."""


@dataclass
class Hour:
    stage: StreamStage
    address: str
    seconds: int = 0
    frames: list[tuple[int, Any]] = field(default_factory=list)
    """With the second in which they came."""
    ended: dict[str, tuple[int, int | None]] = field(default_factory=dict)

    async def pass_seconds(self, seconds: int) -> None:
        """As the server lives them: a look at every connection in each."""
        for _ in range(seconds):
            self.stage.clock.move(SECOND)
            self.stage.connections.check()
            self.stage.hub.check()
            self.seconds += 1
            await asyncio.sleep(TRAVEL if self.seconds % 10 == 0 else 0)

    async def listen(self, name: str, client: ClientConnection) -> None:
        try:
            while True:
                self.frames.append((self.seconds, json.loads(await client.recv())))
        except ConnectionClosed:
            self.ended[name] = self.seconds, client.close_code


@pytest_asyncio.fixture
async def hour() -> AsyncIterator[Hour]:
    stage = StreamStage()
    async with serve(stage.app) as (address, _):
        yield Hour(stage, address)


async def test_a_client_that_only_answers_pings_lives_for_an_hour(hour: Hour) -> None:
    async with connect(hour.address, ping_interval=None) as client:
        listening = asyncio.ensure_future(hour.listen("client", client))
        await client.send(said("bars.subscribe", "1", symbol="AAPL", resolution="1"))
        notice_at = (LIFESPAN.duration - LIFESPAN.notice) // SECOND
        await hour.pass_seconds(notice_at - 5)
        hour.stage.publisher.bars_update(BarsTopic("AAPL", "1"), bar())
        await hour.pass_seconds(10)
        assert [frame["type"] for _, frame in hour.frames] == [
            "hello",
            "bars.subscribe.response",
            "bars.update",
            "goaway",
        ]
        second, goaway = hour.frames[-1]
        assert goaway["payload"] == {
            "reason": "lifespan_over",
            "reconnectAfter": 0,
            "closesIn": LIFESPAN.notice,
        }
        assert abs(second - notice_at) <= 1
        async with connect(hour.address) as successor:
            await successor.recv()
            await hour.pass_seconds(LIFESPAN.notice // SECOND + 5)
            await asyncio.wait_for(listening, 5)
            second, code = hour.ended["client"]
            assert (code, abs(second - LIFESPAN.duration // SECOND) <= 1) == (4001, True)
            await successor.send('{"type":"ping"}')
            assert json.loads(await successor.recv())["type"] == "pong"


@pytest.mark.parametrize("says", ["nothing", "half a frame", "ping messages", "control pings"])
async def test_silence_ends_a_connection_and_signs_of_life_do_not(hour: Hour, says: str) -> None:
    signs = {
        "nothing": b"",
        "half a frame": b"",
        "ping messages": frame(TEXT, b'{"type":"ping"}'),
        "control pings": frame(PING),
    }
    lasts = (HEARTBEAT.timeout + HEARTBEAT.grace) // SECOND
    async with RawClient(hour.address) as client:
        if says == "half a frame":
            client.send(frame(TEXT, b"{", length=100))
            await hour.pass_seconds(1)
        for _ in range(4):
            await hour.pass_seconds(lasts // 4)
            client.send(signs[says])
            await asyncio.sleep(TRAVEL)
        await hour.pass_seconds(lasts // 4 + 5)
        if signs[says]:
            assert len(hour.stage.connections) == 1
            await hour.pass_seconds(lasts)
        assert await client.close_code() == 4000
    assert len(hour.stage.connections) == 0


async def test_idle_connections_live_by_their_pongs_without_tasks_of_their_own(hour: Hour) -> None:
    """Each is pinged on time by one look a second at all of them."""
    async with AsyncExitStack() as many:
        for _ in range(50):
            await many.enter_async_context(connect(hour.address, ping_interval=None))
        tasks = len(asyncio.all_tasks())
        await hour.pass_seconds(600)
        assert len(hour.stage.connections) == 50
        assert len(asyncio.all_tasks()) == tasks
