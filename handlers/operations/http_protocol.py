"""uvicorn's HTTP protocol, with an end for connections on which no request ever gets complete."""

import asyncio
from typing import Any

from typing_extensions import override
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState


class PatientProtocol(HttpToolsProtocol):
    """Give it to uvicorn as `http`. Between requests uvicorn's own keep-alive rules."""

    patience = 10.0
    """Seconds that a peer has for the head of a request."""
    head_size = 65_536
    """Bytes."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._waiting: asyncio.TimerHandle | None = None
        self._head = 0

    @override
    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        self._wait()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._idle:
            self._wait()
        if self._waiting is not None:
            self._head += len(data)
            if self._head > self.head_size:
                self.transport.abort()

    @property
    def _idle(self) -> bool:
        """Between requests, and what came (an empty line) ended uvicorn's own waiting."""
        return (
            self._waiting is None
            and self.timeout_keep_alive_task is None
            and self.transport.get_protocol() is self  # else it is a WebSocket by now
            and self.cycle.response_complete
        )

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._waiting is None:
            self._wait()

    @override
    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._head = 0
        self._waiting = self.loop.call_later(self.patience, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
