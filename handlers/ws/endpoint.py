"""The WebSocket endpoint: who may come in, and what one socket is made of."""

from collections.abc import Awaitable, Callable
from random import Random
from typing import final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from generated.rest.problems import PermissionMissing, Unauthenticated
from generated.ws.dispatch import Dispatch
from generated.ws.policy import HEARTBEAT, LIFESPAN, LIMITS
from handlers.realtime import policy as rules
from handlers.realtime.asgi_socket import AsgiSocket, Receive, Scope, Send
from handlers.realtime.client import Client
from handlers.realtime.connection import Connection
from handlers.realtime.connections import Connections
from handlers.realtime.hub import Hub
from handlers.realtime.policy import Close, Policy
from handlers.realtime.socket import Socket
from handlers.realtime.uvicorn_socket import socket_of
from handlers.ws.conversation import StreamConversation
from handlers.ws.visitor import Admission, Authenticate, Visitor

RETRY_AFTER = b"10"  # seconds


Admit = Callable[[HTTPConnection], Awaitable[Admission | None]]
"""None: there is no credential. Raises Unauthenticated or PermissionMissing for one that fails."""


def contract_policy() -> Policy:
    """The rules as the contract gives them."""
    return Policy(
        ping_interval=HEARTBEAT.ping_interval,
        silence=HEARTBEAT.timeout,
        grace=HEARTBEAT.grace,
        lifespan=LIFESPAN.duration,
        notice=LIFESPAN.notice,
        frame_size=LIMITS.frame_size,
        messages_per_second=LIMITS.messages_per_second,
        message_burst=LIMITS.message_burst,
        rate_patience=LIMITS.message_violation,
        topics=LIMITS.topics_per_connection,
        connections_per_user=LIMITS.connections_per_user,
        connections_per_address=LIMITS.connections_per_address,
        unread_size=LIMITS.unread_size,
        unread_time=LIMITS.unread_time,
        unauthenticated_time=LIMITS.unauthenticated_time,
    )


@final
class StreamEndpoint:
    """An ASGI application for one path; hosts and origins are checked before it.

    `authenticate` is for those who come without a credential. `now` is in milliseconds.
    """

    def __init__(
        self,
        *,
        admit: Admit,
        authenticate: Authenticate,
        dispatch: Dispatch[Client],
        hub: Hub,
        connections: Connections,
        policy: Policy,
        now: Callable[[], int],
        random: Random,
    ) -> None:
        self._admit = admit
        self._authenticate = authenticate
        self._dispatch = dispatch
        self._hub = hub
        self._connections = connections
        self._policy = policy
        self._now = now
        self._random = random

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await (await self._explain(HTTPConnection(scope)))(scope, receive, send)
            return
        if (await receive())["type"] != "websocket.connect":
            return
        handshake = HTTPConnection(scope)
        address = _address(handshake)
        if not self._connections.admits(None, address):
            await self._refuse(scope, send)
            return
        try:
            admission = await self._admit(handshake)
        except Unauthenticated:
            await self._turn_away(send, rules.UNAUTHENTICATED)
            return
        except PermissionMissing:
            await self._turn_away(send, rules.FORBIDDEN)
            return
        if self._connections.admits(_user(admission), address):
            await send({"type": "websocket.accept"})
            await self._serve(socket_of(scope, receive, send), admission, address)
        else:
            await self._refuse(scope, send)

    async def _refuse(self, scope: Scope, send: Send) -> None:
        self._connections.refused += 1
        await _refuse(scope, send)

    async def _explain(self, request: HTTPConnection) -> Response:
        """A browser hides why a handshake was refused; who asks without one is told."""
        try:
            admission = await self._admit(request)
        except (Unauthenticated, PermissionMissing):
            admission = None
        if self._connections.admits(_user(admission), _address(request)):
            return Response(status_code=426, headers={"Upgrade": "websocket"})
        return Response(status_code=429, headers={"Retry-After": RETRY_AFTER.decode()})

    async def _serve(self, socket: Socket, admission: Admission | None, address: str) -> None:
        visitor = Visitor(self._authenticate, self._connections)
        visitor.connection = self._connection(socket, visitor)
        if admission is not None:
            visitor.enter(admission)
        try:
            await self._connections.serve(visitor.connection, _user(admission), address)
        finally:
            visitor.leave()
            if isinstance(socket, AsgiSocket):
                await socket.drained()

    async def _turn_away(self, send: Send, close: Close) -> None:
        """Open only to close: a browser sees close codes, not the status of a refused handshake."""
        self._connections.ended[close] += 1
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": close.code, "reason": close.reason})

    def _connection(self, socket: Socket, visitor: Visitor) -> Connection:
        client = Client(socket, self._policy.unread_size)
        conversation = StreamConversation(
            dispatch=self._dispatch,
            client=client,
            visitor=visitor,
            connection_id=f"con_{self._random.getrandbits(64):016x}",
            rules=self._policy,
            now=self._now,
            random=self._random,
        )
        return Connection(socket, client, conversation, self._hub, self._policy, self._now)


def _user(admission: Admission | None) -> str | None:
    return None if admission is None else admission.session.user_id


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


async def _refuse(scope: Scope, send: Send) -> None:
    """Too many connections: 429 where the server lets us choose the status."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", RETRY_AFTER)]
    await send({"type": "websocket.http.response.start", "status": 429, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"", "more_body": False})
