import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
import pytest_asyncio

from handlers.realtime.client import Client
from handlers.realtime.connection import Connection
from handlers.realtime.hub import Hub
from handlers.realtime.policy import Close, Policy
from tests.realtime.doubles import Counter, HandSocket, Stage


class Echo:
    """Answers each word of a frame with itself."""

    authenticated = True

    def __init__(self, hub: Hub, client: Client) -> None:
        self._hub = hub
        self._client = client

    def hello(self) -> bytes:
        return b"hello"

    def goaway(self, close: Close, closes_in: int) -> bytes:
        return f"goaway: {close.reason} in {closes_in}".encode()

    def read(self, frame: str) -> Sequence[object]:
        return frame.split()

    async def answer(self, request: object) -> None:
        if request == "fail":
            raise LookupError
        self._hub.send(self._client, str(request).encode())

    def refuse_rate(self, request: object) -> bytes:
        return b"rate"

    def refuse_binary(self) -> bytes:
        return b"binary"


@dataclass
class Room:
    stage: Stage
    socket: HandSocket
    client: Client
    conversation: Echo
    connection: Connection
    running: asyncio.Task[None]

    async def say(self, frame: str | bytes) -> None:
        self.socket.arrive(frame)
        await self.rest()

    async def rest(self) -> None:
        for _ in range(150):  # turns enough for the longest frame of these tests
            await asyncio.sleep(0)
        self.stage.tick.end()

    async def wait(self, milliseconds: int, step: int = 1_000) -> None:
        """Let time pass, with the checks of every second."""
        for _ in range(milliseconds // step):
            self.stage.clock.move(step)
            self.connection.check()
        await self.rest()


@pytest_asyncio.fixture
async def room(stage: Stage) -> AsyncIterator[Room]:
    socket, client = stage.client()
    echo = Echo(stage.hub, client)
    connection = Connection(socket, client, echo, stage.hub, Policy(), stage.clock)
    running = asyncio.ensure_future(connection.run())
    room = Room(stage, socket, client, echo, connection, running)
    await room.rest()
    yield room
    socket.hang_up()
    await running


async def test_hello_comes_first(room: Room) -> None:
    assert room.socket.frames == [b"hello"]


async def test_each_envelope_of_a_frame_is_answered(room: Room) -> None:
    await room.say("a b c")
    assert room.socket.writes[1:] == [[b"a", b"b", b"c"]]


async def test_a_binary_frame_is_refused_and_the_connection_lives(room: Room) -> None:
    await room.say(b"a")
    await room.say("a")
    assert room.socket.frames == [b"hello", b"binary", b"a"]


async def test_who_does_not_sign_in_within_the_time_is_closed(room: Room) -> None:
    room.conversation.authenticated = False
    await room.wait(9_000)
    assert room.socket.closed is None
    await room.wait(1_000)
    assert room.socket.closed == (4100, "not signed in")


async def test_who_signs_in_within_the_time_stays(room: Room) -> None:
    room.conversation.authenticated = False
    await room.wait(9_000)
    room.conversation.authenticated = True
    await room.wait(9_000)
    assert room.socket.closed is None


async def test_a_frame_above_the_limit_closes(room: Room) -> None:
    await room.say("x" * 65_536)
    assert room.socket.closed is None
    await room.say("ä" * 40_000)
    assert room.socket.closed == (1009, "frame too large")


async def test_pings_leave_on_time(room: Room) -> None:
    await room.wait(19_000)
    assert room.socket.pings == 0
    await room.wait(1_000)
    assert room.socket.pings == 1


async def test_a_client_that_only_answers_pings_lives(room: Room) -> None:
    for _ in range(10):
        room.socket.bytes_arrived = True
        await room.wait(20_000)
    assert room.socket.closed is None


async def test_silence_closes_after_the_grace(room: Room) -> None:
    await room.wait(34_000)
    assert room.socket.closed is None
    await room.wait(1_000)
    assert room.socket.closed == (4000, "heartbeat missed")


async def test_silence_is_left_to_a_server_that_hides_pongs(room: Room) -> None:
    room.socket.bytes_arrived = None
    await room.wait(60_000)
    assert room.socket.closed is None


async def test_the_lifespan_ends_after_a_notice(room: Room) -> None:
    for _ in range(177):
        room.socket.bytes_arrived = True
        await room.wait(20_000)
    assert b"goaway: lifespan over in 60000" in room.socket.frames
    assert room.socket.closed is None
    for _ in range(3):
        room.socket.bytes_arrived = True
        await room.wait(20_000)
    assert sum(frame.startswith(b"goaway") for frame in room.socket.frames) == 1
    assert room.socket.closed == (4001, "lifespan over")


async def test_the_end_of_the_server_is_announced(room: Room) -> None:
    room.connection.end()
    assert room.socket.frames[-1] == b"goaway: shutting down in 0"
    assert room.socket.closed == (4002, "shutting down")


async def test_the_burst_is_bounded_and_the_excess_is_told(room: Room) -> None:
    await room.say(" ".join("a" for _ in range(2_010)))
    assert room.socket.frames.count(b"a") == 2_000
    assert room.socket.frames.count(b"rate") == 10
    room.stage.clock.move(1_000)
    await room.say(" ".join("b" for _ in range(60)))
    assert room.socket.frames.count(b"b") == 50


async def test_a_lasting_excess_closes(room: Room) -> None:
    await room.say(" ".join("a" for _ in range(2_001)))
    for _ in range(19):
        room.stage.clock.move(500)
        await room.say(" ".join("a" for _ in range(26)))
    assert room.socket.closed is None
    room.stage.clock.move(500)
    await room.say(" ".join("a" for _ in range(26)))
    assert room.socket.closed == (4104, "rate exceeded")


async def test_a_lossless_client_that_stays_behind_is_closed(room: Room) -> None:
    await room.stage.join(room.client, "account", Counter(("e", 1)))
    room.socket.stall()
    room.stage.hub.append("account", "account.update", "e", 2, b"{}")
    await room.rest()
    await room.wait(9_000)
    assert room.socket.closed is None
    await room.wait(1_000)
    assert room.socket.closed == (4003, "too slow")


async def test_a_conflated_client_that_stays_behind_is_not(room: Room) -> None:
    await room.stage.join(room.client, "quotes", Counter())
    room.socket.stall()
    room.stage.hub.publish("quotes", "quotes.update", "", b"{}")
    await room.wait(20_000)
    assert room.socket.closed is None


async def test_the_end_leaves_nothing_behind(room: Room) -> None:
    source = Counter()
    await room.stage.join(room.client, "a", source)
    room.socket.hang_up()
    await room.running
    assert source.log == ["opened"]
    room.stage.clock.move(30_000)
    room.stage.hub.check()
    assert source.log == ["opened", "closed"]
    assert room.stage.hub.topics == 0


async def test_a_fault_of_ours_closes_this_connection_alone(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.say("fail")
    assert room.socket.closed == (1011, "internal error")
    assert "a stream connection failed" in caplog.text


async def test_a_write_that_fails_ends_the_connection_so_that_it_can_resume(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise BufferError

    monkeypatch.setattr(room.socket, "write", broken)
    await room.say("a")
    assert room.socket.closed == (1011, "internal error")
