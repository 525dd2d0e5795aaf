"""The stream's endpoint, and what moves it on."""

import asyncio
from collections import Counter
from collections.abc import Callable
from itertools import count

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from templates.mock.board import Board
from templates.mock.connection import Connection
from templates.mock.credentials import Credentials

RETRY_AFTER = b"10"  # seconds
CHECKS_EVERY = 1_000
DEFAULT_INTERVAL = 1_000


class Stream:
    """An ASGI application for one path. `now` is in milliseconds.

    `interval` is how often conflated topics change, in milliseconds; 0 is never.
    """

    def __init__(
        self, board: Board, credentials: Credentials, now: Callable[[], int], interval: int
    ) -> None:
        self.board = board
        self.interval = interval
        self.connections: set[Connection] = set()
        self._credentials = credentials
        self._now = now
        self._names = count(1)
        self._addresses: Counter[str] = Counter()
        self._ticked_at = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (await receive())["type"] != "websocket.connect":
            return
        handshake = HTTPConnection(scope)
        address = handshake.client.host if handshake.client else ""
        if (
            self._addresses[address]
            >= self.board.contract.policy["limits"]["connectionsPerAddress"]
        ):
            await _refuse(scope, send)
            return
        await send({"type": "websocket.accept"})
        self._addresses[address] += 1
        try:
            await self._serve(handshake, receive, send)
        finally:
            self._addresses[address] -= 1

    async def _serve(self, handshake: HTTPConnection, receive: Receive, send: Send) -> None:
        admitted = self._credentials.admits(handshake)
        if self._credentials.given(handshake) and not admitted:
            code = self.board.contract.codes["unauthenticated"]
            await send({"type": "websocket.close", "code": code, "reason": "unauthenticated"})
            return
        name = f"con_{next(self._names)}"
        connection = Connection(name, self.board, self._credentials, self._now, receive, send)
        connection.conversation.authenticated = admitted
        self.connections.add(connection)
        try:
            await connection.run()
        finally:
            self.connections.discard(connection)

    async def live(self) -> None:
        """Let time pass until it is cancelled."""
        while True:
            await asyncio.sleep((self.interval or CHECKS_EVERY) / 1_000)
            self.step()

    def step(self) -> None:
        """What is due at this time."""
        now = self._now()
        for connection in tuple(self.connections):
            connection.check(now)
        if self.interval and now - self._ticked_at >= self.interval:
            self._ticked_at = now
            self.board.tick(now)

    def end(self) -> None:
        """Tell every client that the server is shutting down."""
        for connection in tuple(self.connections):
            connection.end()


async def _refuse(scope: Scope, send: Send) -> None:
    """Too many connections: 429, where the server lets us choose the status."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"retry-after", RETRY_AFTER)]
    await send({"type": "websocket.http.response.start", "status": 429, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"", "more_body": False})
