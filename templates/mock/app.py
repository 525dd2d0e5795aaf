"""Puts the mock together: both contracts, the knobs, and the terminal where it is built."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from typing_extensions import override

from templates.mock.board import Board
from templates.mock.credentials import Credentials
from templates.mock.document import Document
from templates.mock.families import Contract
from templates.mock.knobs import Knobs
from templates.mock.rest import Rest
from templates.mock.stream import DEFAULT_INTERVAL, Stream

OPENAPI = "openapi.json"
ASYNCAPI = "asyncapi.json"
NOT_BUILT = "The terminal has not been built; `make mock` builds and serves it.\n"


class Mock:
    """The application, and its parts for those who drive it. `now` is in milliseconds.

    `locked` says that clients have to sign in, `interval` how often topics change (ms; 0: never).
    """

    def __init__(
        self,
        contracts: Path,
        now: Callable[[], int],
        *,
        locked: bool = False,
        interval: int = DEFAULT_INTERVAL,
        terminal: Path | None = None,
        random: Random | None = None,
    ) -> None:
        contract = Contract(Document.read(contracts / ASYNCAPI))
        document = Document.read(contracts / OPENAPI)
        credentials = _credentials(document, contract, locked)
        board = Board(contract, random or Random())  # noqa: S311 - names epochs, keeps no secret
        self.stream = Stream(board, credentials, now, interval)
        rest = Rest(document, board.motion.of(document), credentials, board.refusals, now)
        self.application = Starlette(
            routes=[
                WebSocketRoute(contract.path, self.stream),
                *_documents(contracts, rest.base_path, contract.path),
                *rest.routes(),
                *Knobs(self.stream, rest, now).routes(),
                _pages(terminal),
            ],
            lifespan=self._lifespan,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        living = asyncio.create_task(self.stream.live())
        yield
        self.stream.end()
        living.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await living


class Terminal(StaticFiles):
    """What is no file is a place inside the terminal: the browser gets the page that knows it."""

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            return await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith("assets/"):
                raise
            return await super().get_response("index.html", scope)


def _credentials(document: Document, contract: Contract, locked: bool) -> Credentials:
    """The token of the `auth` example opens, and the cookie has the name that the contract says."""
    schemes = document.root["components"]["securitySchemes"].values()
    cookies = [each["name"] for each in schemes if each.get("in") == "cookie"]
    auth = contract.requests.get("auth")
    examples = auth.message.examples.values() if auth else ()
    token = next((each["payload"]["token"] for each in examples), "mock")
    return Credentials(locked=locked, token=token, cookie=next(iter(cookies), "session"))


def _documents(contracts: Path, base_path: str, stream_path: str) -> list[BaseRoute]:
    """The contracts themselves, where the server has them."""
    places = {f"{base_path}/{OPENAPI}": OPENAPI, f"{stream_path}/{ASYNCAPI}": ASYNCAPI}
    return [_document(path, contracts / name) for path, name in places.items()]


def _document(path: str, file: Path) -> BaseRoute:
    def document(_: Request) -> Response:
        return FileResponse(file, media_type="application/json")

    return Route(path, document)


def _pages(terminal: Path | None) -> BaseRoute:
    if terminal is not None and (terminal / "index.html").is_file():
        return Mount("/", Terminal(directory=terminal, html=True))

    def not_built(_: Request) -> Response:
        return PlainTextResponse(NOT_BUILT)

    return Route("/", not_built)
