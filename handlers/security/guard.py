"""The outermost layer: foreign hosts and origins go no further, browsers are told the rules."""

from collections.abc import MutableMapping
from typing import Any, final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from generated.rest import problems
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


@final
class Guard:
    """ASGI middleware for HTTP requests and WebSocket handshakes."""

    def __init__(self, application: ASGIApp, origins: Origins, api_version: str) -> None:
        self._application = application
        self._origins = origins
        self._api_version = api_version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        problem = self._refusal(scope)
        send = _with_headers(send) if scope["type"] == "http" else send
        if problem is None:
            current_caller.set(Caller.of(HTTPConnection(scope)))
            await self._application(scope, receive, send)
        elif scope["type"] == "http":
            await self._respond(problem, "http.response", send)
        else:
            await self._refuse_handshake(problem, scope, receive, send)

    def _refusal(self, scope: Scope) -> problems.Problem | None:
        headers = Headers(scope=scope)
        if not self._origins.accepts_host(headers):
            return problems.HostRefused(
                "If this name leads to this server on purpose, add it to TRADING_PRO_ALLOWED_HOSTS."
            )
        safe = scope["type"] == "http" and scope["method"] in SAFE_METHODS
        if not safe and not self._origins.accepts_origin(headers):
            return problems.OriginRefused(
                "If this origin is yours, add it to TRADING_PRO_ALLOWED_ORIGINS."
            )
        return None

    async def _refuse_handshake(
        self, problem: problems.Problem, scope: Scope, receive: Receive, send: Send
    ) -> None:
        await receive()
        if "websocket.http.response" in (scope.get("extensions") or {}):
            await self._respond(problem, "websocket.http.response", send)
        else:
            await send({"type": "websocket.close", "code": 1008})
