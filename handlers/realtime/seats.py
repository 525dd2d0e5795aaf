"""Where the topics of an edge stand, and what its clients wait for."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, final

import orjson

from handlers.realtime.client import Client
from handlers.realtime.topic import Page, Place, State
from handlers.realtime.update import Update


@final
class RemoteSource:
    """A topic that another process works for."""

    lossless = False

    def __init__(self, address: str) -> None:
        self.family = family_of(address)

    def opened(self) -> None:
        """The owner does."""

    def closed(self) -> None:
        """The owner does."""

    def snapshot(self) -> State:
        raise NotImplementedError

    async def after(self, epoch: str, seq: int) -> Page | None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Wish:
    """A request in the words of the contract; `session`, whose it is, and `json` are JSON."""

    type: str
    id: str | None
    session: bytes
    json: bytes

    def resuming(self, place: Place) -> "Wish":
        """The same, as of one who goes on from a place."""
        epoch, seq = place
        payload = {**orjson.loads(self.json)["payload"], "resume": {"epoch": epoch, "seq": seq}}
        json = orjson.dumps({"type": self.type, "payload": payload})
        return Wish(self.type, None, self.session, json)


@dataclass(eq=False)
class Pending:
    """A request on its way. `place` is where the client stands once a part of the answer came;
    while it is `reading` that part, the owner waits for it.
    """

    number: int
    client: Client
    wish: Wish
    moved_at: int
    done: asyncio.Future[None]
    address: str | None = None
    place: Place | None = None
    resent: bool = False
    reading: bool = False

    def request(self) -> Wish:
        """What the owner is asked: to go on, if it has answered in part."""
        self.resent = self.place is not None
        return self.wish if self.place is None else self.wish.resuming(self.place)

    def settle(self) -> None:
        """Whoever waits for the answer goes on."""
        if not self.done.done():
            self.done.set_result(None)

    def advance(self, frame: "Told") -> None:
        self.address, self.place = frame.topic, frame.place(self.place)


@dataclass(eq=False)
class Seat:
    """A topic with clients of this edge, and the request that opens it."""

    address: str
    place: Place
    wish: Wish
    clients: set[Client] = field(default_factory=set)
    stale: bool = False

    @property
    def family(self) -> str:
        return family_of(self.address)


@final
class Told:
    """A frame of the owner, read."""

    def __init__(self, frame: bytes) -> None:
        envelope: dict[str, Any] = orjson.loads(frame)
        self._frame = frame
        self.type: str = envelope["type"]
        self._payload: dict[str, Any] = envelope["payload"]
        self._seq: int | None = envelope.get("seq")
        self.topic: str | None = envelope.get("topic", self._payload.get("topic"))

    @property
    def answers(self) -> bool:
        return self.type.endswith(".response")

    @property
    def accepts(self) -> bool:
        """Whether it says that the client is on the topic."""
        return self.answers and "epoch" in self._payload

    @property
    def resumed(self) -> bool:
        return self._payload.get("resumed") is True

    @property
    def breaks(self) -> bool:
        return self.type.endswith(".gap")

    def place(self, before: Place | None) -> Place | None:
        """Where who has read this stands."""
        if self.accepts:
            return self._payload["epoch"], self._payload["seq"]
        if self._seq is None or before is None:
            return before
        return (self._payload["epoch"] if self.breaks else before[0]), self._seq

    def update(self, place: Place, *, lossless: bool) -> Update:
        """As it was published. Which key it had is not known; so it replaces nothing."""
        topic = self.topic or ""
        start = self._frame.index(b'"payload":') + len(b'"payload":')
        payload = self._frame[start:-1]
        if self._seq is None:
            return Update(topic, self.type, *place, self.type, payload, True, retained=True)
        key = None if lossless else f"missed {self._seq}"
        return Update(topic, self.type, place[0], self._seq, key, payload)


def family_of(address: str) -> str:
    return address.partition(":")[0]
