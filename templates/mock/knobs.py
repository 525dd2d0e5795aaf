"""The knobs at /mock, by which a developer or a test provokes what a server seldom does."""

from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from templates.mock.board import Impossible, descriptions
from templates.mock.document import Object
from templates.mock.families import Message
from templates.mock.rest import Rest
from templates.mock.stream import Stream
from templates.mock.topic import encoded

PATH = "/mock"
GAP = 10
"""So many updates a gap loses by default."""
CLOSE_CODES = range(3_000, 5_000)
STANDARD_CODES = (1000, 1001, 1008, 1011, 1012, 1013)


class Knobs:
    """`now` is in milliseconds."""

    def __init__(self, stream: Stream, rest: Rest, now: Callable[[], int]) -> None:
        self._stream = stream
        self._board = stream.board
        self._rest = rest
        self._now = now

    def routes(self) -> list[Route]:
        return [
            Route(PATH, self._state, methods=["GET"]),
            *(
                Route(f"{PATH}/{path}", self._turned(knob), methods=["POST"])
                for path, knob in {
                    "send/{type}": self._send,
                    "refuse/{name}": self._refuse,
                    "close": self._close,
                    "restart": self._restart,
                    "pace": self._pace,
                }.items()
            ),
        ]

    def _turned(self, knob: Callable[[Request, Any], None]) -> Callable[[Request], Any]:
        """204, or 400 with what is wrong."""

        async def turn(request: Request) -> Response:
            try:
                content = await request.body()
                knob(request, orjson.loads(content) if content else {})
            except (Impossible, ValueError) as error:
                return JSONResponse({"message": str(error)}, 400)
            return Response(status_code=204)

        return turn

    async def _state(self, _: Request) -> Response:
        contract = self._board.contract
        state: Object = {
            "interval": self._stream.interval,
            "connections": sorted(each.name for each in self._stream.connections),
            "topics": list(descriptions(self._board.topics.values())),
            "messages": sorted(contract.events),
            "closeCodes": {str(code): name for code, name in contract.closes.items()},
        }
        return JSONResponse(state)

    def _send(self, request: Request, changes: Any) -> None:
        """Any message that a server sends, with changes to its example's payload."""
        message = self._board.contract.events.get(request.path_params["type"])
        if message is None or not isinstance(changes, dict):
            raise Impossible("Servers send no such message, or the body is no object.")
        family = self._board.contract.family_of(message)
        if family is None:
            self._send_to_connections(request, message, changes)
            return
        now, number = self._now(), _number(request, "lost", 0)
        for topic in self._board.chosen(family, request.query_params.get("topic")):
            if message.verb == "update":
                self._board.update(topic, changes, now, lost=bool(number))
            else:
                self._board.send(topic, message, changes, now, number or GAP)

    def _send_to_connections(self, request: Request, message: Message, changes: Object) -> None:
        example = next(iter(message.examples.values()))
        payload = {**example.get("payload", {}), **changes}
        envelope = {"type": message.name, "payload": payload}
        wrong = self._board.contract.wrong(message, envelope)
        if wrong is not None:
            raise Impossible(f"{message.name} {wrong}")
        for connection in self._connections(request):
            connection.send(encoded(envelope))

    def _refuse(self, request: Request, _: Any) -> None:
        """The next request of an operationId or a message type, with an error declared for it."""
        name, code = request.path_params["name"], request.query_params.get("code", "")
        in_stream = name in self._board.contract.requests and code in self._board.contract.errors
        if not in_stream and not self._rest.declares(name, code):
            raise Impossible(f"{name} is not declared to be refused with {code or 'no code'}.")
        self._board.refusals.add(name, code, _number(request, "times", 1))

    def _close(self, request: Request, _: Any) -> None:
        code = _number(request, "code", 1011)
        if code not in CLOSE_CODES and code not in STANDARD_CODES:
            raise Impossible(f"{code} cannot be sent; choose one of 3000 to 4999, or 1011.")
        for connection in self._connections(request):
            connection.close(code)

    def _restart(self, request: Request, _: Any) -> None:
        """As if the owner of the topics had been started again: a new epoch, and a cut."""
        for topic in self._board.topics.values():
            topic.begin(self._board.new_epoch(), 1)
        for connection in self._connections(request):
            connection.close(1012)

    def _pace(self, request: Request, _: Any) -> None:
        self._stream.interval = max(0, _number(request, "interval", 0))

    def _connections(self, request: Request) -> list[Any]:
        wanted = request.query_params.get("connection")
        found = [each for each in self._stream.connections if wanted in (None, each.name)]
        if not found:
            raise Impossible("There is no such connection.")
        return found


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    try:
        return int(text)
    except ValueError:
        raise Impossible(f"{name} is a whole number.") from None
