"""The endpoint on a plain ASGI server, without the extension of our own protocol."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Route

from generated.ws.channels import BarsTopic
from handlers.ws.endpoint import contract_policy
from tests.ws.asgi_client import AsgiClient, Closed, Denied
from tests.ws.stage import StreamStage, bar, said


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[StreamStage]:
    stage = StreamStage()
    yield stage
    await stage.hub.stop()


async def test_the_first_frame_says_the_rules(stage: StreamStage) -> None:
    async with AsgiClient(stage.app) as client:
        hello = await client.heard()
    assert hello["type"] == "hello"
    assert hello["payload"]["lifecycle"] == "development"
    assert hello["payload"]["heartbeat"] == {"pingInterval": 20_000, "timeout": 30_000}
    assert hello["payload"]["limits"]["topicsPerConnection"] == 1_024


async def test_updates_follow_a_subscription(stage: StreamStage) -> None:
    async with AsgiClient(stage.app) as client:
        await client.heard()
        client.send(said("bars.subscribe", "1", symbol="AAPL", resolution="1"))
        assert (await client.heard())["payload"]["status"] == "ok"
        stage.publisher.bars_update(BarsTopic("AAPL", "1"), bar())
        assert (await client.heard())["seq"] == 1
    assert stage.work.topics == {"bars:AAPL:1"}  # for a moment: the client may come back
    stage.clock.move(30_000)
    stage.hub.check()
    assert stage.work.topics == set()
    assert (stage.hub.topics, len(stage.connections)) == (0, 0)


async def test_a_bad_frame_does_not_end_the_connection(stage: StreamStage) -> None:
    async with AsgiClient(stage.app) as client:
        await client.heard()
        client.send(b"{}")
        assert (await client.heard())["payload"]["code"] == "binary_frame"
        client.send("{")
        assert (await client.heard())["payload"]["code"] == "malformed_frame"
        client.send('{"type":"ping"}')
        assert (await client.heard())["type"] == "pong"


async def test_a_frame_above_the_limit_does(stage: StreamStage) -> None:
    async with AsgiClient(stage.app) as client:
        await client.heard()
        client.send("x" * 65_537)
        assert await _closed(client) == 1009


async def test_a_stranger_is_told_by_the_close_code(stage: StreamStage) -> None:
    stage.signed_in = False
    async with AsgiClient(stage.app) as client:
        assert await _closed(client) == 4100


async def test_the_end_of_a_session_ends_its_sockets(stage: StreamStage) -> None:
    async with AsgiClient(stage.app) as client:
        await client.heard()
        stage.ticket.end()
        assert await _closed(client) == 4101
    assert stage.ticket.listeners == []


async def test_connections_of_a_user_are_bounded(stage: StreamStage) -> None:
    async with AsyncExitStack() as many:
        for _ in range(50):
            await many.enter_async_context(AsgiClient(stage.app))
        with pytest.raises(Denied) as refusal:
            await AsgiClient(stage.app).__aenter__()
        assert refusal.value.status == 429
        assert refusal.value.headers[b"retry-after"] == b"10"
    async with AsgiClient(stage.app) as client:
        assert (await client.heard())["type"] == "hello"


async def test_who_cannot_see_why_a_handshake_failed_may_ask() -> None:
    stage = StreamStage(replace(contract_policy(), connections_per_address=1))
    routes = [Route("/api/v1/ws", stage.endpoint)]
    transport = httpx.ASGITransport(Starlette(routes=routes), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
        answer = await http.get("/api/v1/ws")
        assert (answer.status_code, answer.headers["Upgrade"]) == (426, "websocket")
        async with AsgiClient(stage.app):
            answer = await http.get("/api/v1/ws")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")


async def _closed(client: AsgiClient) -> int:
    """The code of the close, whatever comes before it."""
    try:
        while True:
            await client.heard()
    except Closed as end:
        return end.code
