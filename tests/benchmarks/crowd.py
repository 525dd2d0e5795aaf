"""Many readers in one process: plain sockets, one epoll, as little work as counting needs."""

import asyncio
import json
import struct
import time
from collections.abc import Sequence
from typing import Final, cast, final

import uvloop
from typing_extensions import override

from tests.benchmarks.child import Answer, obey

_UPGRADE: Final = (
    b"GET /api/v1/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: YmVuY2htYXJrLXJlYWRlcg==\r\n"
    b"Sec-WebSocket-Version: 13\r\n\r\n"
)
_STAMP: Final = b'"time":'


@final
class Reader(asyncio.Protocol):
    """Counts whole frames; keeps how late the last of each chunk is, in microseconds."""

    def __init__(self, said: Sequence[bytes]) -> None:
        self._said = said
        self._rest = b""
        self.opened = asyncio.get_running_loop().create_future()
        self.frames = 0
        self.late: list[int] = []

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is not derived from it
        self.transport.write(_UPGRADE)

    @override
    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            self._open(self._rest + data)
            return
        data = self._rest + data if self._rest else data
        end, frames = _count(data)
        self._rest = data[end:]
        self.frames += frames
        if (at := data.rfind(_STAMP, 0, end)) >= 0:
            at += len(_STAMP)
            self.late.append(time.monotonic_ns() // 1_000 - int(data[at : data.index(b",", at)]))

    def _open(self, data: bytes) -> None:
        head, found, self._rest = data.partition(b"\r\n\r\n")
        if not found:
            self._rest = head
            return
        if b" 101 " not in head:
            raise RuntimeError(head.decode())
        self.opened.set_result(None)
        self.transport.write(b"".join(self._said))
        rest, self._rest = self._rest, b""
        if rest:
            self.data_received(rest)


@final
class Crowd:
    def __init__(self) -> None:
        self._groups: dict[str, list[Reader]] = {}

    async def connect(
        self, group: str, port: int, count: int, topics: Sequence[str] = ()
    ) -> Answer:
        """Open so many more connections, and subscribe each to the quotes of these symbols."""
        said = [_subscribe(topic) for topic in topics]
        readers = self._groups.setdefault(group, [])
        loop = asyncio.get_running_loop()
        for _ in range(count):
            reader = Reader(said)
            await loop.create_connection(lambda reader=reader: reader, "127.0.0.1", port)  # type: ignore[misc]
            await asyncio.wait_for(reader.opened, 10)
            readers.append(reader)
        await self.heard(group)
        return {}

    async def heard(self, group: str, frames: int | None = None) -> Answer:
        """What arrived since the last call: once so many frames are there, or it is quiet."""
        readers = self._groups[group]
        seen, quiet = -1, 0
        while quiet < 10:
            now = sum(reader.frames for reader in readers)
            if frames is not None and now >= frames:
                break
            quiet = quiet + 1 if now == seen else 0
            seen = now
            await asyncio.sleep(0.02)
        late = sorted(late for reader in readers for late in reader.late)
        count = sum(reader.frames for reader in readers)
        for reader in readers:
            reader.frames = 0
            reader.late.clear()
        p99 = late[len(late) * 99 // 100] if late else None
        return {"frames": count, "p50": late[len(late) // 2] if late else None, "p99": p99}

    async def stall(self, group: str) -> Answer:
        """Read nothing any more."""
        for reader in self._groups[group]:
            reader.transport.pause_reading()
        return {}

    async def go_on(self, group: str) -> Answer:
        for reader in self._groups[group]:
            reader.transport.resume_reading()
        return await self.heard(group)

    async def leave(self) -> Answer:
        for readers in self._groups.values():
            for reader in readers:
                reader.transport.abort()
        self._groups.clear()
        await asyncio.sleep(0.1)
        return {}


def _count(data: bytes) -> tuple[int, int]:
    """Where the last whole frame ends, and how many there are."""
    at, frames, size = 0, 0, len(data)
    while size - at >= 2:
        length = data[at + 1]
        start = at + 2
        if length == 126:
            length, start = int.from_bytes(data[start : start + 2]), start + 2
        elif length == 127:
            length, start = int.from_bytes(data[start : start + 8]), start + 8
        if start > size or start + length > size:
            break
        at = start + length
        frames += 1
    return at, frames


def _subscribe(symbol: str) -> bytes:
    """Masked with zeros, which leaves the text as it is."""
    said = json.dumps({"type": "quotes.subscribe", "payload": {"symbol": symbol}}).encode()
    return struct.pack("!BB4x", 0x81, 0x80 | len(said)) + said if len(said) < 126 else b""


if __name__ == "__main__":
    crowd = Crowd()
    uvloop.run(
        obey(
            {
                "connect": crowd.connect,
                "heard": crowd.heard,
                "stall": crowd.stall,
                "go_on": crowd.go_on,
                "leave": crowd.leave,
            }
        )
    )
