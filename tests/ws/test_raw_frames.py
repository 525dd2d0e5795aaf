"""Peers that break WebSocket itself: each is closed with its code, and nobody else notices."""

import asyncio
import logging
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
import uvicorn

from generated.ws.channels import BarsTopic
from generated.ws.policy import LIMITS
from handlers.realtime.uvicorn_protocol import StreamProtocol
from tests.ws.raw_client import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Frame,
    RawClient,
    frame,
)
from tests.ws.server import serve
from tests.ws.stage import StreamStage, bar, said

SUBSCRIBE = said("bars.subscribe", "1", symbol="AAPL", resolution="1").encode()


@dataclass
class Theater:
    stage: StreamStage
    server: uvicorn.Server
    address: str
    bystander: RawClient
    seq: int = 0

    def wire(self, client: RawClient) -> StreamProtocol:
        """The server's end of a connection."""
        peer = client.writer.get_extra_info("sockname")
        open_now = self.server.server_state.connections
        wires = [each for each in open_now if isinstance(each, StreamProtocol)]
        return next(each for each in wires if each.client == peer)

    async def check_bystander(self) -> None:
        """The other client still gets what is published."""
        self.stage.publisher.bars_update(BarsTopic("AAPL", "1"), bar())
        self.seq += 1
        assert (await self.bystander.answer())["seq"] == self.seq


@pytest_asyncio.fixture
async def theater(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Theater]:
    stage = StreamStage()
    async with serve(stage.app) as (address, server), RawClient(address) as bystander:
        bystander.send(frame(TEXT, SUBSCRIBE))
        assert (await bystander.answer())["payload"]["status"] == "ok"
        theater = Theater(stage, server, address, bystander)
        yield theater
        await theater.check_bystander()
        for _ in range(1_000):
            if len(stage.connections) == 1:
                break
            await asyncio.sleep(0.001)
        assert len(stage.connections) == 1
    records = caplog.get_records("call") + caplog.get_records("teardown")
    assert [each for each in records if each.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param([frame(TEXT, b"{}", masked=False)], 1002, id="unmasked"),
        pytest.param([frame(TEXT, b"{}", reserved=4)], 1002, id="compressed though not agreed"),
        pytest.param([frame(TEXT, b"{}", reserved=1)], 1002, id="reserved bit"),
        pytest.param([frame(3, b"{}")], 1002, id="reserved data opcode"),
        pytest.param([frame(11)], 1002, id="reserved control opcode"),
        pytest.param([frame(PING, b"x" * 126)], 1002, id="long ping"),
        pytest.param([frame(PING, fin=False)], 1002, id="fragmented ping"),
        pytest.param([frame(CONTINUATION, b"{}")], 1002, id="continuation of nothing"),
        pytest.param(
            [frame(TEXT, b"{", fin=False), frame(TEXT, b"}")], 1002, id="text within a message"
        ),
        pytest.param([frame(TEXT, b"\xff")], 1007, id="not UTF-8"),
        pytest.param(
            [frame(TEXT, b"\xf0\x9f", fin=False), frame(CONTINUATION, b"\x92")],
            1007,
            id="UTF-8 that ends early",
        ),
        pytest.param([frame(CLOSE, b"\x03")], 1002, id="half a close code"),
        pytest.param([frame(CLOSE, struct.pack("!H", 999))], 1002, id="impossible close code"),
        pytest.param([frame(CLOSE, struct.pack("!H", 1000) + b"\xff")], 1007, id="close reason"),
        pytest.param([frame(TEXT, length=LIMITS.frame_size + 1)], 1009, id="announced too large"),
        pytest.param([frame(TEXT, length=1 << 62)], 1009, id="announced huge"),
        pytest.param(
            [frame(TEXT, b"x" * 40_000, fin=False), frame(CONTINUATION, b"x" * 40_000)],
            1009,
            id="too large in fragments",
        ),
        pytest.param([frame(BINARY, b"x" * 66_560)], 1009, id="65 KiB"),
    ],
)
async def test_a_breach_of_websocket_is_closed_with_its_code(
    theater: Theater, sent: list[bytes], code: int
) -> None:
    async with RawClient(theater.address) as client:
        client.send(*sent)
        assert await client.close_code() == code


async def test_a_message_in_fragments_is_one_message(theater: Theater) -> None:
    async with RawClient(theater.address) as client:
        whole = b'{"type":"ping","id":"' + b"x" * 64 + b'"}'
        parts = [frame(CONTINUATION, bytes([byte]), fin=False) for byte in whole[1:]]
        between = frame(PING, b"in between")
        client.send(frame(TEXT, whole[:1], fin=False), *parts, between, frame(CONTINUATION))
        assert await client.heard() == Frame(PONG, b"in between")
        assert (await client.answer())["type"] == "pong"


async def test_a_message_of_the_largest_size_is_read(theater: Theater) -> None:
    async with RawClient(theater.address) as client:
        client.send(frame(TEXT, b"x" * LIMITS.frame_size))
        assert (await client.answer())["payload"]["code"] == "malformed_frame"


async def test_half_a_frame_is_ended_by_the_heartbeat(theater: Theater) -> None:
    async with RawClient(theater.address) as client:
        client.send(frame(TEXT, b'{"type"', length=100))
        for _ in range(36):
            theater.stage.clock.move(1_000)
            theater.bystander.send(frame(TEXT, b'{"type":"ping"}'))
            await theater.bystander.answer()
            theater.stage.connections.check()
        assert await client.close_code() == 4000


async def test_who_does_not_read_gets_the_latest_pong_alone(theater: Theater) -> None:
    async with RawClient(theater.address) as client:
        wire = theater.wire(client)
        wire.pause_writing()  # as the transport does when its buffer is full
        for word in (b"first", b"second", b"third"):
            client.send(frame(PING, word))
            await theater.check_bystander()
            await asyncio.sleep(0.01)
        assert wire.transport.get_write_buffer_size() == 0
        wire.resume_writing()
        assert await client.heard() == Frame(PONG, b"third")


async def test_a_flood_of_pings_is_read_in_turns_and_slowly(theater: Theater) -> None:
    async with RawClient(theater.address) as client:
        wire = theater.wire(client)
        client.send(frame(PING) * 1_000, frame(TEXT, b'{"type":"ping"}'))
        await client.heard()
        for _ in range(10):
            await theater.check_bystander()
        assert not wire.transport.is_reading()
        assert (await client.answer())["type"] == "pong"


async def test_a_flood_of_messages_is_read_in_turns(theater: Theater) -> None:
    async with RawClient(theater.address) as client:
        client.send(frame(TEXT, b'{"type":"ping"}') * 1_500)
        await client.answer()
        await theater.check_bystander()
        for _ in range(1_499):
            assert (await client.answer())["type"] == "pong"


async def test_fragments_without_end_take_no_memory(theater: Theater) -> None:
    async with RawClient(theater.address) as client:
        wire = theater.wire(client)
        client.send(frame(TEXT, b"{", fin=False))
        client.send(frame(CONTINUATION, fin=False) * 2_000, frame(PING))
        assert (await client.heard()).opcode == PONG
        assert len(wire.frames) == 1
        client.send(frame(CONTINUATION, b" ", fin=False) * 2_000, frame(PING))
        assert (await client.heard()).opcode == PONG
        assert len(wire.frames) < 1_500
        client.send(frame(CONTINUATION, b"}"))
        assert (await client.answer())["payload"]["code"] == "malformed_frame"
