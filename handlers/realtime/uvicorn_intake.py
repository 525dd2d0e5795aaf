"""What a peer may send: in turns with the others, and never more than it costs to hold.

A flood of the smallest frames would otherwise be read by the hundred thousand at once, while
everybody else waits.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from typing_extensions import override
from uvicorn._types import ASGIReceiveEvent
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame

_SLICE = 4_096
"""Bytes that are read of one peer before it is the turn of others."""
_CONTROLS = 64
"""Pings, pongs and fragments in one slice; more of them wait."""
_PAUSE = 0.1
"""Seconds."""
_FRAGMENTS = 1_024
"""Parts of a message that are kept apart; many of them cost more than what they hold."""


class FairProtocol(WebSocketsSansIOProtocol):
    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._rest = b""
        self._turn: asyncio.Handle | None = None
        self._held = False
        self._controls = 0
        self._late_pong = b""

    @override
    def data_received(self, data: bytes) -> None:
        self._rest += data
        if self._turn is None and not self.read_paused:
            self._read()

    @override
    async def receive(self) -> ASGIReceiveEvent:
        message = await self.queue.get()
        if self.queue.empty():
            self.read_on()
        return message

    def read_on(self) -> None:
        """What came has been taken: read what follows."""
        if not self.read_paused:
            return
        self.read_paused = False
        if self._turn is None and self._rest:
            self._turn = self.loop.call_soon(self._read)
        elif self._turn is None:
            self._held = False
            self.transport.resume_reading()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._turn is not None:
            self._turn.cancel()
        self._rest = b""
        super().connection_lost(exc)

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        if self._late_pong and not self.close_sent and not self.transport.is_closing():
            self.transport.write(self._late_pong)
        self._late_pong = b""

    @override
    def handle_ping(self) -> None:
        """A peer that does not read gets the latest pong alone, when it does (RFC 6455, 5.5.3)."""
        self._controls += 1
        pong = b"".join(self.conn.data_to_send())
        if self.writable.is_set():
            self.transport.write(pong)
        elif pong:
            self._late_pong = pong

    @override
    def handle_pong(self, event: Frame) -> None:
        self._controls += 1

    @override
    def handle_cont(self, event: Frame) -> None:
        self._controls += 1
        if event.data:
            self.frames.append(bytes(event.data))
        if len(self.frames) > _FRAGMENTS:
            self.frames = [b"".join(self.frames)]
        if event.fin:
            self.send_receive_event_to_app()

    @override
    def send_receive_event_to_app(self) -> None:
        """Text that is not UTF-8 is the fault of the peer, and nothing to be logged."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_text(self.frames):
            self.conn.send_close(1007)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def _read(self) -> None:
        self._turn = None
        if self.read_paused:
            return
        part, self._rest = self._rest[:_SLICE], self._rest[_SLICE:]
        self._controls = 0
        if part:
            super().data_received(part)
        if self.transport.is_closing():
            self._rest = b""
        elif self._controls > _CONTROLS:
            self._wait(self.loop.call_later(_PAUSE, self._read))
        elif self._rest and not self.read_paused:
            self._wait(self.loop.call_soon(self._read))
        elif self._held and not self.read_paused:
            self._held = False
            self.transport.resume_reading()

    def _wait(self, turn: asyncio.Handle) -> None:
        self._turn, self._held = turn, True
        self.transport.pause_reading()


def _is_text(parts: Sequence[bytes]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True
