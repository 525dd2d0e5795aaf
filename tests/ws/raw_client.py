"""A peer that speaks WebSocket byte by byte, so that it can get it wrong."""

import asyncio
import json
import struct
from types import TracebackType
from typing import Any, NamedTuple, Self, cast
from urllib.parse import urlsplit

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_KEY = b"\x12\x34\x56\x78"
_PATIENCE = 5.0


class Frame(NamedTuple):
    opcode: int
    payload: bytes


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    reserved: int = 0,
    masked: bool = True,
    length: int | None = None,
) -> bytes:
    """The bytes of a frame, as a client sends it; `length` is what it says its length is."""
    size = len(payload) if length is None else length
    first, mask = fin << 7 | reserved << 4 | opcode, masked << 7
    if size < 126:
        header = struct.pack("!BB", first, mask | size)
    elif size < 1 << 16:
        header = struct.pack("!BBH", first, mask | 126, size)
    else:
        header = struct.pack("!BBQ", first, mask | 127, size)
    if not masked:
        return header + payload
    key = _KEY * (len(payload) // 4 + 1)
    return header + _KEY + bytes(a ^ b for a, b in zip(payload, key, strict=False))


class RawClient:
    """Use it with `async with`; `writer` takes any bytes."""

    def __init__(self, address: str) -> None:
        self._address = urlsplit(address)

    async def __aenter__(self) -> Self:
        host, port = self._address.hostname, self._address.port
        self.reader, self.writer = await asyncio.open_connection(host, port)
        lines = (
            f"GET {self._address.path} HTTP/1.1",
            f"Host: localhost:{port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        )
        self.writer.write("\r\n".join((*lines, "", "")).encode())
        answer = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), _PATIENCE)
        assert answer.startswith(b"HTTP/1.1 101 "), answer
        hello = await self.heard()
        assert json.loads(hello.payload)["type"] == "hello"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.writer.transport.abort()

    def send(self, *frames: bytes) -> None:
        self.writer.write(b"".join(frames))

    def pause(self) -> None:
        """Read nothing for a while; the server's writes pile up."""
        self._transport.pause_reading()

    def resume(self) -> None:
        self._transport.resume_reading()

    @property
    def _transport(self) -> asyncio.Transport:
        return cast(asyncio.Transport, self.writer.transport)

    async def heard(self) -> Frame:
        """The next frame of the server. Raises EOFError at the end."""
        return await asyncio.wait_for(self._frame(), _PATIENCE)

    async def answer(self) -> Any:
        """The next text frame, as JSON."""
        while (heard := await self.heard()).opcode != TEXT:
            assert heard.opcode in (PING, PONG), heard
        return json.loads(heard.payload)

    async def close_code(self) -> int:
        """Of the close frame, whatever comes before it."""
        while (heard := await self.heard()).opcode != CLOSE:
            pass
        [code] = struct.unpack("!H", heard.payload[:2])
        return int(code)

    async def _frame(self) -> Frame:
        first, size = await self.reader.readexactly(2)
        assert size < 128, "a server does not mask"
        if size == 126:
            [size] = struct.unpack("!H", await self.reader.readexactly(2))
        elif size == 127:
            [size] = struct.unpack("!Q", await self.reader.readexactly(8))
        return Frame(first & 15, await self.reader.readexactly(size))
