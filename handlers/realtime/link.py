"""What the owner of the topics and an edge, which only has clients, say to each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, get_args

import orjson

from handlers.realtime.backplane import Backplane
from handlers.realtime.topic import Place
from handlers.realtime.update import Update

OWNER: Final = "owner"
EDGES: Final = "edges"


def edge_channel(edge: str) -> str:
    return f"edge:{edge}"


@dataclass(frozen=True, slots=True)
class Hello:
    """An edge begins anew: the owner forgets what it knew of it. `token` comes back."""

    token: int


@dataclass(frozen=True, slots=True)
class Ask:
    """A request of these clients of the edge; `json` is its envelope, `session` is JSON."""

    number: int
    clients: Sequence[int]
    type: str
    id: str | None
    session: bytes
    json: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """The clients of a request have taken the frames: there is room for more."""

    number: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Nobody waits for the answer to a request any more."""

    number: int


@dataclass(frozen=True, slots=True)
class Gone:
    """A client of the edge is no more."""

    client: int


@dataclass(frozen=True, slots=True)
class Bye:
    """The edge is no more."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life, either way. Its number shows what was lost before it."""


@dataclass(frozen=True, slots=True)
class Up:
    """The owner is there, to all edges."""


@dataclass(frozen=True, slots=True)
class Down:
    """The owner ends, to all edges."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """From here on the owner counts what it sends to the edge."""

    token: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The owner does not know the edge, or has missed something of it: begin anew."""


@dataclass(frozen=True, slots=True)
class Part:
    """The beginning of an answer; more follows once it is taken."""

    number: int
    frames: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of an answer. From here on the clients are on `joined`, and not on `left`."""

    number: int
    joined: str | None
    left: str | None
    frames: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Moved:
    """What came before this place of a topic cannot be had."""

    topic: str
    epoch: str
    seq: int

    @property
    def place(self) -> Place:
        return self.epoch, self.seq


Message = (
    Hello
    | Ask
    | Taken
    | Stop
    | Gone
    | Bye
    | Beat
    | Up
    | Down
    | Welcome
    | Lost
    | Part
    | Answer
    | Update
    | Moved
)
"""An update is told as it is to every edge that has clients on its topic."""

_JSON: Final = {"session", "json", "payload"}
_LISTS: Final = {"frames"}


class _Layout:
    """How the fields of a kind lie in a message: what is JSON already follows the rest."""

    def __init__(self, kind: type[Any]) -> None:
        names = [field.name for field in fields(kind)]
        self.kind = kind
        self.plain = [name for name in names if name not in _JSON | _LISTS]
        self.raw = [name for name in names if name in _JSON]
        self.has_list = names[-1:] == ["frames"]

    def parts(self, message: Message) -> list[bytes]:
        raw: list[bytes] = [getattr(message, name) for name in self.raw]
        return raw + list(message.frames) if isinstance(message, Part | Answer) else raw

    def message(self, plain: Sequence[object], parts: list[bytes]) -> Message:
        values: dict[str, object] = dict(zip(self.plain, plain, strict=True))
        if self.has_list:
            values["frames"] = parts
        else:
            values |= zip(self.raw, parts, strict=True)
        message: Message = self.kind(**values)
        return message


_LAYOUTS: Final = {kind.__name__: _Layout(kind) for kind in get_args(Message)}


def encode(message: Message) -> bytes:
    """A line of JSON, and after it the parts that are JSON already."""
    name = type(message).__name__
    layout = _LAYOUTS[name]
    parts = layout.parts(message)
    plain = [getattr(message, each) for each in layout.plain]
    head = orjson.dumps([name, [len(part) for part in parts], plain])
    return b"".join((head, b"\n", *parts))


def decode(data: bytes) -> Message:
    """Raises ValueError for what is no message."""
    head, _, body = data.partition(b"\n")
    try:
        name, sizes, plain = orjson.loads(head)
        return _LAYOUTS[name].message(plain, _split(body, sizes))
    except (KeyError, TypeError) as error:
        raise ValueError("this is no message of an edge or its owner") from error


def _split(body: bytes, sizes: Sequence[int]) -> list[bytes]:
    parts, start = [], 0
    for size in sizes:
        parts.append(body[start : start + size])
        start += size
    return parts


class Outgoing:
    """Counts what is sent on a channel, so that the other side notices what is missing."""

    def __init__(self, backplane: Backplane, channel: str, sender: str) -> None:
        self._backplane = backplane
        self._channel = channel
        self._sender = sender.encode()
        self._number = 0
        self.closed = False

    def send(self, message: Message) -> None:
        self.send_encoded(encode(message))

    def send_encoded(self, message: bytes) -> None:
        if not self.closed:
            header = b"%b %d\n" % (self._sender, self._number)
            self._number += 1
            self._backplane.publish(self._channel, header + message)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message, who sent it, and the how manyth it was."""

    sender: str
    number: int
    message: Message

    @classmethod
    def of(cls, data: bytes) -> Arrival:
        """Raises ValueError for what is no message."""
        header, _, message = data.partition(b"\n")
        sender, _, number = header.partition(b" ")
        return cls(sender.decode(), int(number), decode(message))


Now = Callable[[], int]
"""Milliseconds."""
