"""Peers that open a connection and never get to say what they want."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from handlers.operations.http_protocol import PatientProtocol
from handlers.server import listen

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


class HastyProtocol(PatientProtocol):
    patience = 0.05


async def _answer(_: Request) -> PlainTextResponse:
    return PlainTextResponse("here")


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    application = Starlette(routes=[Route("/", _answer, methods=["GET", "POST"])])
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(application, http=HastyProtocol, lifespan="off", log_config=None)
    )
    with server.capture_signals():
        running = asyncio.ensure_future(server._serve([listener]))
        while not server.started:  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.001)
        yield listener.getsockname()[1]
        server.should_exit = True
        await running


@pytest.mark.parametrize(
    "said", [b"", b"GET", HEAD, HEAD + b"X: " + b"x" * 1_000], ids=["", "word", "head", "header"]
)
async def test_who_does_not_get_to_the_point_is_cut_off(port: int, said: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


@pytest.mark.parametrize("said", [HEAD, b"\r\n"], ids=["head", "empty line"])
async def test_so_is_who_does_not_the_second_time(port: int, said: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + b"\r\n")
    assert b"200 OK" in await reader.readuntil(b"here")
    writer.write(said)
    assert await asyncio.wait_for(reader.read(), 2) == b""
    writer.close()


async def test_a_head_without_end_is_cut_off(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + b"X: " + b"x" * 2 * PatientProtocol.head_size)
    with suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_requests_are_answered_as_ever(port: int) -> None:
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10
    ) as client:
        for body in (b"", b"x" * 1_000_000):
            assert (await client.post("/", content=body)).text == "here"
        await asyncio.sleep(0.06)
        assert (await client.get("/")).text == "here"
