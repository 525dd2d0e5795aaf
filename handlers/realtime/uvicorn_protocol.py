"""uvicorn's WebSocket protocol, with what a stream needs besides ASGI's messages.

ASGI hides control frames, so pongs, and knows no write of several frames. The application
finds this object in `scope["extensions"]` under EXTENSION; without it everything still works
on the ordinary messages.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from typing_extensions import override
from uvicorn._types import ASGISendEvent
from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.http11 import Request

from handlers.realtime.uvicorn_intake import FairProtocol

EXTENSION = "trading_pro.stream"


class StreamProtocol(FairProtocol):
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
        self.when_stalled: Callable[[], None] | None = None
        self.when_writable: Callable[[], None] | None = None
        self.when_ending: Callable[[], None] | None = None
        self._heard = False
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
    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = (
                True  # refused is complete: otherwise it is logged as an error
            )

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        if self.when_stalled is not None:
            self.when_stalled()

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
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
        self.read_on()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)
        self._cut = self.loop.call_later(self.close_timeout, self.transport.abort)
