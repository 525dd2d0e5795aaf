"""The outermost layer: foreign hosts and origins go no further, browsers are told the rules."""

from typing import final

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from generated.rest import problems
from generated.rest.responses import problem_response
from generated.rest.version import API_VERSION
from handlers.security.caller import Caller, current_caller
from handlers.security.origins import SAFE_METHODS, Origins

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_RAW = tuple((name.lower().encode(), value.encode()) for name, value in HEADERS.items())


@final
class Guard:
    """ASGI middleware for HTTP requests and WebSocket handshakes."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = self._refusal(scope, connection.headers)
        send = _with_headers(send)
        if refusal is None:
            current_caller.set(Caller(connection))
            await self._app(scope, receive, send)
        else:
            await _refuse(refusal, scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> problems.Problem | None:
        if not self._origins.accepts_host(headers):
            return problems.HostRefused(
                "If this name leads to this server on purpose, add it to TRADING_PRO_ALLOWED_HOSTS."
            )
        is_safe = scope["type"] == "http" and scope["method"] in SAFE_METHODS
        if not is_safe and not self._origins.accepts_origin(headers):
            return problems.OriginRefused(
                "If this origin is yours, add it to TRADING_PRO_ALLOWED_ORIGINS."
            )
        return None


async def _refuse(problem: problems.Problem, scope: Scope, receive: Receive, send: Send) -> None:
    response = problem_response(problem)
    response.headers["API-Version"] = API_VERSION
    if scope["type"] == "http":
        await response(scope, receive, send)
        return
    await receive()
    websocket = WebSocket(scope, receive, send)
    if "websocket.http.response" in scope.get("extensions", {}):
        await websocket.send_denial_response(response)
    else:
        await websocket.close()


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = message["headers"]
            names = {name for name, _ in given}
            more = (header for header in _RAW if header[0] not in names)
            message = {**message, "headers": [*given, *more]}
        await send(message)

    return send_with_headers
