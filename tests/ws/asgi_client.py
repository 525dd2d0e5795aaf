"""A WebSocket client of an ASGI application in the same event loop, for one test."""

import asyncio
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from handlers.realtime.asgi_socket import Message

_PATIENCE = 5.0


class Closed(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Denied(Exception):
    def __init__(self, status: int, headers: dict[bytes, bytes]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


class AsgiClient:
    """Use it with `async with`; entering raises Denied where the handshake is refused."""

    def __init__(
        self,
        application: Any,
        path: str = "/api/v1/ws",
        headers: Mapping[str, str] | None = None,
        peer: str = "127.0.0.1",
    ) -> None:
        sent = {"host": "localhost", **(headers or {})}
        self._application = application
        self._scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
            "client": (peer, 50_000),
            "server": ("127.0.0.1", 8_000),
            "subprotocols": [],
            "state": {},
            "extensions": {"websocket.http.response": {}},
        }
        self._inward: asyncio.Queue[Message] = asyncio.Queue()
        self._outward: asyncio.Queue[Message] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._running = asyncio.ensure_future(
            self._application(self._scope, self._inward.get, self._outward.put)
        )
        self._inward.put_nowait({"type": "websocket.connect"})
        answer = await self._next()
        if answer["type"] == "websocket.accept":
            return self
        await self._running
        raise Denied(answer.get("status", 403), dict(answer.get("headers", [])))

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._inward.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self._running, _PATIENCE)

    def send(self, frame: str | bytes) -> None:
        kind = "text" if isinstance(frame, str) else "bytes"
        self._inward.put_nowait({"type": "websocket.receive", kind: frame})

    @property
    def quiet(self) -> bool:
        """Nothing has come that was not heard."""
        return self._outward.empty()

    async def heard(self) -> Any:
        """The next frame, as JSON. Raises Closed at the end."""
        message = await self._next()
        if message["type"] == "websocket.close":
            raise Closed(message["code"])
        return json.loads(message["text"])

    async def _next(self) -> Message:
        if self._outward.empty():
            return await asyncio.wait_for(self._outward.get(), _PATIENCE)
        return self._outward.get_nowait()
