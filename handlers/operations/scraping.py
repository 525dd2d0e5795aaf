"""How the numbers are gathered from requests, and who may read them."""

import time
from collections.abc import Awaitable, Callable
from typing import Final, final

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from generated.rest import problems
from generated.rest.responses import problem_response
from handlers.operations.metrics import MEDIA_TYPE, Metrics

PATH: Final = "/metrics"
NO_OPERATION: Final = "none"
Admit = Callable[[HTTPConnection], Awaitable[object | None]]
"""None for a stranger. Raises a problem for a credential that does not count."""


def metrics_route(metrics: Metrics, admit: Admit) -> BaseRoute:
    """The numbers, for whoever may read."""

    async def read(request: Request) -> Response:
        try:
            if await admit(request) is None:
                raise problems.Unauthenticated("Sign in, or send an API key that may read.")
        except problems.Problem as problem:
            return problem_response(problem)
        return Response(metrics.text(), headers={"content-type": MEDIA_TYPE})

    return Route(PATH, read, include_in_schema=False)


@final
class Measured:
    """ASGI middleware: how long each operation takes to answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        began = time.perf_counter()

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            operation = getattr(scope.get("route"), "operation_id", None) or NO_OPERATION
            self._metrics.answered(operation, status, time.perf_counter() - began)
