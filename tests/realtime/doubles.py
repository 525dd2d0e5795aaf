"""A socket, a source and a clock that tests move by hand."""

import asyncio
from collections.abc import Callable, Sequence

from typing_extensions import override

from handlers.realtime.client import Client
from handlers.realtime.frame import Frame
from handlers.realtime.hub import Hub
from handlers.realtime.socket import Disconnected, Socket
from handlers.realtime.topic import Joined, Source

ANSWER = b"joined"


class HandClock:
    def __init__(self, now: int = 1_764_000_000_000) -> None:
        self.time = now

    def __call__(self) -> int:
        return self.time

    def move(self, milliseconds: int) -> None:
        self.time += milliseconds


class HandSocket(Socket):
    """Keeps each write apart, so that a test can count them."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[list[bytes]] = []
        self.written: list[Frame] = []
        self.closed: tuple[int, str] | None = None
        self.pings = 0
        self.bytes_arrived: bool | None = False
        self._incoming: asyncio.Queue[str | bytes | None] = asyncio.Queue()

    @property
    def frames(self) -> list[bytes]:
        return [frame for write in self.writes for frame in write]

    def arrive(self, frame: str | bytes) -> None:
        self._incoming.put_nowait(frame)

    def hang_up(self) -> None:
        self._incoming.put_nowait(None)

    def stall(self) -> None:
        self.writable = False

    def resume(self) -> None:
        self.writable = True
        if self.when_writable is not None:
            self.when_writable()

    @override
    def heard(self) -> bool | None:
        heard = self.bytes_arrived
        if heard:
            self.bytes_arrived = False
        return heard

    @override
    async def receive(self) -> str | bytes:
        frame = await self._incoming.get()
        if frame is None:
            raise Disconnected
        return frame

    @override
    def write(self, frames: Sequence[Frame]) -> None:
        self.written.extend(frames)
        self.writes.append([frame.text for frame in frames])

    @override
    def ping(self) -> None:
        self.pings += 1

    @override
    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)
        self.hang_up()


class Counter:
    """A source whose state is a number, and which notes whether it works.

    With a position it is lossless, and its stored updates are in `ledger`.
    """

    family = "counter"

    def __init__(self, position: tuple[str, int] | None = None) -> None:
        self.value = 0
        self.position = position
        self.lossless = position is not None
        self.ledger: list[tuple[int, bytes]] = []
        self.page = 100
        self.log: list[str] = []

    def opened(self) -> None:
        self.log.append("opened")

    def closed(self) -> None:
        self.log.append("closed")

    def snapshot(self) -> tuple[bytes | None, tuple[str, int] | None]:
        return b"%d" % self.value, self.position

    async def after(self, epoch: str, seq: int) -> list[tuple[int, bytes]] | None:
        await asyncio.sleep(0)
        if self.position is None or self.position[0] != epoch or seq > self.position[1]:
            return None
        return [each for each in self.ledger if each[0] > seq][: self.page]


class Ticks:
    """Runs what is due at the end of the tick when the test says so."""

    def __init__(self) -> None:
        self._due: list[Callable[[], None]] = []

    def __call__(self, callback: Callable[[], None]) -> None:
        self._due.append(callback)

    def end(self) -> None:
        due, self._due = self._due, []
        for callback in due:
            callback()


class Stage:
    """A started hub with its clock and tick."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.tick = Ticks()
        self._sockets: dict[Client, HandSocket] = {}
        self.hub = Hub(epoch="e", now=self.clock, schedule=self.tick)

    async def join(
        self,
        client: Client,
        topic: str,
        source: Source,
        resume: tuple[str, int] | None = None,
    ) -> Joined:
        """Where the client stands. The answer itself stays out of its way."""
        places: list[Joined] = []

        def answer(joined: Joined) -> bytes:
            places.append(joined)
            return ANSWER

        joining = asyncio.ensure_future(self.hub.join(client, topic, source, resume, answer))
        while not joining.done():
            await asyncio.sleep(0)
            self.tick.end()
        joining.result()
        socket = self._sockets[client]
        for write in socket.writes:
            if ANSWER in write:
                write.remove(ANSWER)
        socket.writes[:] = [write for write in socket.writes if write]
        socket.written[:] = [frame for frame in socket.written if frame.text != ANSWER]
        return places[-1]

    def client(self, unread_size: int = 1_000_000) -> tuple[HandSocket, Client]:
        socket = HandSocket()
        client = Client(socket, unread_size)
        self._sockets[client] = socket
        socket.when_writable = lambda: client.flush(self.clock())
        return socket, client
