"""uvicorn's WebSocket protocol, with what a stream needs besides ASGI's messages.

ASGI hides control frames, so pongs, and knows no write of several frames. The application
finds this object in `scope["extensions"]` under EXTENSION; without it everything still works
on the ordinary messages.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

from typing_extensions import override
from uvicorn._types import ASGISendEvent
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame
from websockets.http11 import Request

EXTENSION = "trading_pro.stream"
_FRAGMENTS = 1_024
"""Parts of a message that are kept apart; many of them cost more than what they hold."""


class StreamProtocol(WebSocketsSansIOProtocol):
    """Give it to uvicorn as `ws`."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.ping_interval = None  # the connection pings, on its own clock
        self.when_writable: Callable[[], None] | None = None
        self.when_ending: Callable[[], None] | None = None
        self._heard = False
        self._late_pong = b""
        self._cut: asyncio.TimerHandle | None = None

    @override
    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            extensions = cast(dict[str, Any], self.scope["extensions"])
            extensions[EXTENSION] = {"wire": self}

    @override
    def data_received(self, data: bytes) -> None:
        self._heard = True
        super().data_received(data)

    @override
    def handle_ping(self) -> None:
        """A peer that does not read gets the latest pong alone, when it does (RFC 6455, 5.5.3)."""
        pong = b"".join(self.conn.data_to_send())
        if self.writable.is_set():
            self.transport.write(pong)
        elif pong:
            self._late_pong = pong

    @override
    def handle_cont(self, event: Frame) -> None:
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

    @override
    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = (
                True  # refused is complete: otherwise it is logged as an error
            )

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        if self._late_pong and self.open:
            self.transport.write(self._late_pong)
        self._late_pong = b""
        if self.when_writable is not None:
            self.when_writable()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._cut is not None:
            self._cut.cancel()
        super().connection_lost(exc)

    @override
    def shutdown(self) -> None:
        if self.when_ending is not None and not self.close_sent:
            self.when_ending()
        else:
            super().shutdown()

    @property
    def open(self) -> bool:
        return not (self.close_sent or self.disconnected or self.transport.is_closing())

    def take_heard(self) -> bool:
        """Whether any byte arrived since the last call."""
        heard, self._heard = self._heard, False
        return heard

    def write_prepared(self, frames: Sequence[bytes]) -> None:
        """Whole frames, header and all, as one write to the transport.

        Control frames are whole writes too, so nothing can come between the parts of a frame.
        """
        if self.open:
            self.transport.write(frames[0] if len(frames) == 1 else b"".join(frames))

    def ping(self) -> None:
        if self.open:
            self.conn.send_ping(b"")
            self.transport.write(b"".join(self.conn.data_to_send()))

    def close(self, code: int, reason: str) -> None:
        """Start the closing handshake without waiting for a peer that does not read."""
        if not self.open:
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)
        self._cut = self.loop.call_later(self.close_timeout, self.transport.abort)


def _is_text(parts: Sequence[bytes]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True
