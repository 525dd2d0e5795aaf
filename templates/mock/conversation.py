"""What is said on one connection: its requests, validated by the contract, and their answers."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from templates.mock.board import Board
from templates.mock.credentials import Credentials
from templates.mock.document import Object
from templates.mock.families import Message, Request
from templates.mock.topic import Member, Standing, Topic, encoded

ID_LENGTH = 64


class Refused(Exception):
    """`code` is one of the contract's `x-errors`."""

    def __init__(self, code: str, message: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class Conversation:
    """`now` is in milliseconds; `close` ends the connection with a code of the contract."""

    def __init__(
        self,
        board: Board,
        credentials: Credentials,
        member: Member,
        close: Callable[[int], None],
        now: Callable[[], int],
    ) -> None:
        self.authenticated = not credentials.locked
        self._board = board
        self._contract = board.contract
        self._credentials = credentials
        self._member = member
        self._close = close
        self._now = now

    def hello(self, connection_id: str) -> None:
        """The example, with the rules that hold, as far as it names them."""
        message = self._contract.events["hello"]
        payload = self._at_present(message, next(iter(message.examples.values()))["payload"])
        payload |= {
            name: _ruled(each, self._contract.policy.get(name)) for name, each in payload.items()
        }
        payload["connectionId"] = connection_id
        if "authenticated" in payload:
            payload["authenticated"] = self.authenticated
        self._send({"type": message.name, "payload": payload})

    def goaway(self, reason: str, closes_in: int) -> None:
        payload = {"reason": reason, "reconnectAfter": 0, "closesIn": closes_in}
        self._send({"type": "goaway", "payload": payload})

    def read(self, frame: str) -> Iterator[Object | Refused]:
        """The envelopes of a frame."""
        try:
            content = orjson.loads(frame)
        except orjson.JSONDecodeError:
            content = None
        batch = content if isinstance(content, list) else [content]
        if len(batch) > self._contract.policy["limits"]["batchSize"]:
            yield Refused("batch_too_large")
            return
        for each in batch or [None]:
            yield each if isinstance(each, dict) else Refused("malformed_frame")

    def answer(self, envelope: Object | Refused) -> None:
        if isinstance(envelope, Refused):
            self.refuse(envelope)
            return
        request: Request | None = None
        try:
            request = self._understood(envelope)
            self._answer(request, envelope)
        except Refused as refused:
            self.refuse(refused, envelope, request)

    def refuse(
        self, refused: Refused, envelope: Object | None = None, request: Request | None = None
    ) -> None:
        """By the request's own answer where that can say it, else by `error`."""
        message = refused.message or self._contract.errors[refused.code]
        payload = {"code": refused.code, "message": message}
        echo = _echo(envelope or {})
        if request is not None:
            own = {"type": request.answer.name, **echo, "payload": {"status": "error", **payload}}
            if self._contract.wrong(request.answer, own) is None:
                self._send(own)
                return
        self._send({"type": "error", **echo, "payload": payload})

    def _understood(self, envelope: Object) -> Request:
        kind = envelope.get("type")
        if not isinstance(kind, str):
            raise Refused("malformed_frame")
        request = self._contract.requests.get(kind)
        if request is None:
            raise Refused("unknown_type")
        return request

    def _answer(self, request: Request, envelope: Object) -> None:
        wrong = self._contract.wrong(request.message, envelope)
        if wrong is not None:
            raise Refused("invalid_message", wrong)
        refusal = self._board.refusals.take(request.message.name)
        if refusal is not None:
            raise Refused(refusal)
        payload = envelope.get("payload", {})
        match request.message:
            case Message(verb="subscribe"):
                self._subscribe(request, envelope, payload)
            case Message(verb="unsubscribe"):
                self._unsubscribe(request, envelope, payload)
            case Message(name="auth"):
                self._authenticate(request, envelope, payload)
            case _:
                self._settle(request, envelope, self._example(request))

    def _subscribe(self, request: Request, envelope: Object, payload: Object) -> None:
        if not self.authenticated:
            raise Refused("unauthenticated")
        if request.family is None:
            raise Refused("unknown_type")
        address = request.family.topic(payload)
        if address not in self._watched() and len(self._watched()) >= self._most_topics():
            raise Refused("too_many_topics")
        topic = self._board.topic(request.family, payload, self._now())
        standing = topic.join(self._member, payload.get("resume"))
        self._settle(request, envelope, self._place(topic, standing))
        for frame in standing.missed:
            self._member.send(frame)

    def _place(self, topic: Topic, standing: Standing) -> Object:
        place = {"topic": topic.address, "epoch": standing.epoch, "seq": standing.seq}
        resumed = {} if standing.resumed is None else {"resumed": standing.resumed}
        snapshot = None if standing.resumed else self._board.snapshot(topic, self._now())
        return {"status": "ok", **place, **resumed} | ({"snapshot": snapshot} if snapshot else {})

    def _unsubscribe(self, request: Request, envelope: Object, payload: Object) -> None:
        if not self.authenticated:
            raise Refused("unauthenticated")
        address = request.family.topic(payload) if request.family else ""
        topic = self._watched().get(address)
        if topic is None:
            raise Refused("not_subscribed")
        self._board.leave(topic, self._member)
        self._settle(request, envelope, {"status": "ok", "topic": address})

    def _authenticate(self, request: Request, envelope: Object, payload: Object) -> None:
        if self.authenticated:
            raise Refused("already_authenticated")
        if not self._credentials.is_token(payload["token"]):
            self.refuse(Refused("invalid_credentials"), envelope, request)
            self._close(self._contract.codes["unauthenticated"])
            return
        self.authenticated = True
        self._settle(request, envelope, self._example(request))

    def _settle(self, request: Request, envelope: Object, payload: Any) -> None:
        self._send({"type": request.answer.name, **_echo(envelope), "payload": payload})

    def _example(self, request: Request) -> Any:
        payload = next(iter(request.answer.examples.values()))["payload"]
        return self._at_present(request.answer, payload)

    def _at_present(self, message: Message, payload: Any) -> Any:
        schema = self._contract.payload_schema(message)
        return self._board.motion.moved(payload, schema, "", self._now())

    def _watched(self) -> dict[str, Topic]:
        topics = self._board.topics.items()
        return {name: each for name, each in topics if self._member in each.members}

    def _most_topics(self) -> int:
        return int(self._contract.policy["limits"]["topicsPerConnection"])

    def _send(self, envelope: Object) -> None:
        self._member.send(encoded(envelope))


def _echo(envelope: Object) -> Object:
    given = envelope.get("id")
    return {"id": given} if isinstance(given, str) and 1 <= len(given) <= ID_LENGTH else {}


def _ruled(example: Any, rules: Any) -> Any:
    """The example, with the values that the contract's policy has for the same names."""
    if isinstance(example, dict) and isinstance(rules, dict):
        return {name: rules.get(name, each) for name, each in example.items()}
    return example
