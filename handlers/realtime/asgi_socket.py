"""The socket of any ASGI server: messages only, control frames stay with the server."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from typing_extensions import override

from handlers.realtime.frame import Frame
from handlers.realtime.socket import Disconnected, Socket

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_CLOSE_TIMEOUT = 10.0


class AsgiSocket(Socket):
    """One send is on its way at a time; `writable` is false meanwhile."""

    def __init__(self, receive: Receive, send: Send) -> None:
        super().__init__()
        self._receive = receive
        self._send = send
        self._sending: asyncio.Task[None] | None = None
        self._closed = False
        self._over = asyncio.Event()

    @override
    def heard(self) -> bool | None:
        return None

    @override
    async def receive(self) -> str | bytes:
        incoming = asyncio.ensure_future(self._receive())
        over = asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait({incoming, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
            if not incoming.done():
                incoming.cancel()
        if not incoming.done() or self._closed:
            raise Disconnected
        return message_of(incoming.result())

    @override
    def write(self, frames: Sequence[Frame]) -> None:
        self.writable = False
        self._sending = asyncio.ensure_future(self._write(tuple(frames)))

    @override
    def ping(self) -> None:
        return

    @override
    def close(self, code: int, reason: str) -> None:
        if not self._closed:
            self._closed = True
            self.writable = False
            self._sending = asyncio.ensure_future(self._close(self._sending, code, reason))

    async def drained(self) -> None:
        """Wait for what is on its way, so that no task outlives the connection."""
        if self._sending is not None:
            await self._sending

    async def _write(self, frames: Sequence[Frame]) -> None:
        try:
            for frame in frames:
                await self._send({"type": "websocket.send", "text": frame.text.decode()})
        except Exception:  # each server has its own for a peer that is gone
            self._closed = True
            self._over.set()
            return
        self._sending = None
        self.writable = not self._closed
        if self.when_writable is not None and self.writable:
            self.when_writable()

    async def _close(self, before: asyncio.Task[None] | None, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT):
                if before is not None:
                    await before
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except (OSError, RuntimeError, TimeoutError):
            pass
        finally:
            self._over.set()


def message_of(message: Message) -> str | bytes:
    """The content of an ASGI receive event. Raises Disconnected at the end."""
    if message["type"] != "websocket.receive":
        raise Disconnected
    text: str | None = message.get("text")
    if text is not None:
        return text
    data: bytes = message.get("bytes") or b""
    return data
