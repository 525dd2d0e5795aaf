"""The endpoint as it is served, with a client that is not ours."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from generated.ws.channels import BarsTopic, QuotesTopic
from tests.ws.server import serve
from tests.ws.stage import StreamStage, bar, said


@dataclass
class Running:
    stage: StreamStage
    address: str
    server: uvicorn.Server

    async def moved(self, milliseconds: int) -> None:
        """Let the clock and the checks of the connections move on."""
        for _ in range(milliseconds // 1_000):
            self.stage.clock.move(1_000)
            self.stage.connections.check()
            await asyncio.sleep(0)


@pytest_asyncio.fixture
async def running() -> AsyncIterator[Running]:
    stage = StreamStage()
    async with serve(stage.app) as (address, server):
        yield Running(stage, address, server)


async def test_the_transcript_with_a_stock_client(running: Running) -> None:
    async with connect(running.address) as client:
        assert (await _heard(client))["type"] == "hello"
        await client.send(said("bars.subscribe", "1", symbol="AAPL", resolution="1"))
        response = await _heard(client)
        assert response["id"] == "1"
        assert response["payload"]["topic"] == "bars:AAPL:1"
        publish = running.stage.publisher.bars_update
        publish(BarsTopic("AAPL", "1"), bar(60_000, closed=True))
        publish(BarsTopic("AAPL", "1"), bar(120_000))
        assert (await _heard(client))["payload"]["closed"] is True
        assert (await _heard(client))["seq"] == 2
        await client.send(said("bars.unsubscribe", symbol="AAPL", resolution="1"))
        assert (await _heard(client))["type"] == "bars.unsubscribe.response"
    await _until(lambda: len(running.stage.connections) == 0)
    assert running.stage.work.topics == set()


async def test_a_client_that_says_nothing_lives_by_its_pongs(running: Running) -> None:
    async with connect(running.address, ping_interval=None) as client:
        await _heard(client)
        for _ in range(5):
            await running.moved(20_000)
            await asyncio.sleep(0.02)  # the pong travels
        await client.send('{"type":"ping"}')
        assert (await _heard(client))["type"] == "pong"


async def test_a_silent_peer_is_closed(running: Running) -> None:
    async with connect(running.address, ping_interval=None) as client:
        await _heard(client)
        client.transport.pause_reading()  # it answers no ping
        await running.moved(36_000)
        client.transport.resume_reading()
        assert await _close_code(client) == 4000


async def test_a_frame_above_the_limit_closes(running: Running) -> None:
    async with connect(running.address) as client:
        await _heard(client)
        await client.send("x" * 65_537)
        assert await _close_code(client) == 1009


async def test_a_flood_is_refused_and_then_closed(running: Running) -> None:
    async with connect(running.address) as client, connect(running.address) as bystander:
        for each in (client, bystander):
            await _heard(each)
        pings = json.dumps([{"type": "ping"}] * 250)
        codes: set[str | None] = set()
        with suppress(ConnectionClosed):
            for _ in range(100):
                await client.send(pings)
                for _ in range(250):
                    codes.add((await _heard(client))["payload"].get("code"))
                await running.moved(1_000)
        assert client.close_code == 4104
        assert codes == {None, "rate_exceeded"}
        await bystander.send('{"type":"ping"}')
        assert (await _heard(bystander))["type"] == "pong"


async def test_fragments_are_one_message(running: Running) -> None:
    async with connect(running.address) as client:
        await _heard(client)
        await client.send(['{"type":', '"ping"}'])
        assert (await _heard(client))["type"] == "pong"


async def test_the_shutdown_is_announced_and_clean(running: Running) -> None:
    async with connect(running.address) as client:
        await _heard(client)
        running.server.should_exit = True
        goaway = await _heard(client)
        assert goaway["type"] == "goaway"
        assert goaway["payload"]["reason"] == "shutting_down"
        assert 0 <= goaway["payload"]["reconnectAfter"] < 5_000
        assert await _close_code(client) == 4002


async def test_a_stalled_reader_delays_nobody_and_gets_the_newest(running: Running) -> None:
    topic = QuotesTopic("AAPL")
    async with connect(running.address) as slow, connect(running.address) as quick:
        for client in (slow, quick):
            await _heard(client)
            await client.send(said("quotes.subscribe", symbol="AAPL"))
            await _heard(client)
        slow.transport.pause_reading()
        filler = json.dumps({"filler": "x" * 60_000}).encode()
        last = 1
        while running.stage.hub.conflated < 3:  # the buffers between the two are full
            running.stage.hub.publish(topic.address, "quotes.update", "", filler)
            assert await _heard(quick)
            last += 1
        running.stage.hub.publish(topic.address, "quotes.update", "", b'"last"')
        assert (await _heard(quick))["payload"] == "last"
        slow.transport.resume_reading()
        updates = [await _heard(slow)]
        while updates[-1]["seq"] < last:
            updates.append(await _heard(slow))
        seqs = [update["seq"] for update in updates]
        assert seqs == sorted(set(seqs))
        assert updates[-1]["payload"] == "last"


async def test_a_stalled_reader_of_an_account_is_told_to_come_back(running: Running) -> None:
    async with connect(running.address) as client:
        await _heard(client)
        await client.send(said("account.subscribe", accountId="acc_1"))
        await _heard(client)
        client.transport.pause_reading()
        filler = json.dumps({"filler": "x" * 60_000}).encode()
        for seq in range(8, 10_000):
            running.stage.hub.append("account:acc_1", "account.update", "ledger", seq, filler)
            await asyncio.sleep(0)
            if not running.stage.work.topics:
                break
        assert (running.stage.hub.topics, len(running.stage.connections)) == (0, 0)
        client.transport.resume_reading()
        assert await _close_code(client) == 4003


async def test_a_stranger_is_told_by_the_close_code(running: Running) -> None:
    running.stage.signed_in = False
    async with connect(running.address) as client:
        assert await _close_code(client) == 4100


async def test_too_many_connections_are_refused_with_a_status_and_no_error(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncExitStack() as many:
        for _ in range(50):
            await many.enter_async_context(connect(running.address))
        with pytest.raises(InvalidStatus) as refusal:
            await connect(running.address)
        assert refusal.value.response.status_code == 429
    assert [each.message for each in caplog.records if each.levelno >= logging.WARNING] == []


async def _heard(client: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(client.recv(), 5))


async def _close_code(client: ClientConnection) -> int | None:
    """The code of the close, whatever comes before it."""
    try:
        while True:
            await asyncio.wait_for(client.recv(), 5)
    except ConnectionClosed:
        return client.close_code


async def _until(condition: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError
