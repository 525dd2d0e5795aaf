"""The built user interface, and the pages that make the contracts readable."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route, Router, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope
from typing_extensions import override

import generated
from generated.rest.version import BASE_PATH

CONTRACTS = Path(generated.__file__).parent / "contracts"
API = "/api"
NOT_BUILT = """<!doctype html>
<html lang="en">
<title>Trading Pro</title>
<h1>Trading Pro is running</h1>
<p>The user interface has not been built. <code>make run</code> builds and serves it;
<code>make dev</code> serves it while you work on it.</p>
<p>The interface is described at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>,
the streams at <a href="/api/v1/ws/asyncapi.json">/api/v1/ws/asyncapi.json</a>.</p>
</html>
"""


class Terminal(StaticFiles):
    """Files with a hash in their name stay in caches for ever, all others are asked for again.

    What is no file is a place inside the terminal: the browser gets the page that knows it.
    """

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith("assets/"):
                raise
            response = await super().get_response("index.html", scope)
        immutable = path.startswith("assets/")
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if immutable else "no-cache"
        )
        return response


class Elsewhere(Mount):
    """Everything that is not the interface, which answers its unknown paths itself."""

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = scope["path"]
        if path == API or path.startswith(f"{API}/"):
            return Match.NONE, {}
        return super().matches(scope)


def pages(directory: Path, stream: ASGIApp) -> tuple[BaseRoute, ...]:
    """What is served beside the operations; `directory` holds the built terminal."""
    documents = directory / "docs"
    return (
        WebSocketRoute(f"{BASE_PATH}/ws", stream),
        Route(f"{BASE_PATH}/ws", stream, methods=["GET"]),
        _document(f"{BASE_PATH}/openapi.json", CONTRACTS / "openapi.json", "application/json"),
        _document(f"{BASE_PATH}/ws/asyncapi.json", CONTRACTS / "asyncapi.json", "application/json"),
        _document(f"{BASE_PATH}/docs", documents / "openapi.html", "text/html"),
        _document(f"{BASE_PATH}/ws/asyncapi", documents / "asyncapi.html", "text/html"),
        _terminal(directory),
    )


def _terminal(directory: Path) -> BaseRoute:
    """The built terminal, or, before it is built, a page that says how to build it."""
    if (directory / "index.html").is_file():
        return Elsewhere("/", Terminal(directory=directory, html=True))

    async def not_built(_: Request) -> Response:
        return HTMLResponse(NOT_BUILT, headers={"Cache-Control": "no-cache"})

    return Elsewhere("/", Router([Route("/{path:path}", not_built)]))


def _document(path: str, file: Path, media_type: str) -> BaseRoute:
    """One file at one path; 404 while it is not there."""

    def document(_: Request) -> Response:
        if not file.is_file():
            raise HTTPException(404)
        return FileResponse(file, media_type=media_type, headers={"Cache-Control": "no-cache"})

    return Route(path, document)
