"""An edge as the owner sees it, and a request of its clients while it is answered."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import override

from handlers.realtime.client import Client
from handlers.realtime.frame import Frame
from handlers.realtime.link import Answer, Ask, Now, Outgoing, Part
from handlers.realtime.socket import Disconnected, Socket


class AskingSocket(Socket):
    """Carries the parts of an answer to the edge, one at a time, as fast as they are taken."""

    def __init__(self, number: int, out: Outgoing) -> None:
        super().__init__()
        self._number = number
        self._out = out

    @override
    def heard(self) -> bool | None:
        return None

    @override
    async def receive(self) -> str | bytes:
        raise Disconnected

    @override
    def write(self, frames: Sequence[Frame]) -> None:
        self.writable = False
        self._out.send(Part(self._number, [frame.text for frame in frames]))

    @override
    def ping(self) -> None:
        """The edge does."""

    @override
    def close(self, code: int, reason: str) -> None:
        """The edge does."""

    def taken(self) -> None:
        self.writable = True
        if self.when_writable is not None:
            self.when_writable()


class Follower:
    """What the owner knows of an edge: its clients' topics, and who of them is on a topic."""

    def __init__(self, out: Outgoing, now: int) -> None:
        self.out = out
        self.heard_at = now
        self.expected = 1
        self.clients: dict[int, set[str]] = {}
        self.topics: dict[str, set[int]] = {}
        self.asking: dict[int, Asking] = {}


class Asking:
    """`clients` are those of the edge; who is gone meanwhile is no longer among them."""

    def __init__(self, edge: Follower, ask: Ask) -> None:
        self.edge = edge
        self.number = ask.number
        self.clients = set(ask.clients)
        self.joined: str | None = None
        self.left: str | None = None
        self.answered = False
        self._frames: list[bytes] = []
        self._out = edge.out
        self._socket: AskingSocket | None = None
        self._client: Client | None = None

    def client(self, unread_size: int, now: Now) -> Client:
        """The one in whose place the hub joins."""
        socket = self._socket = AskingSocket(self.number, self._out)
        client = self._client = Client(socket, unread_size)
        socket.when_writable = lambda: client.flush(now())
        return client

    def send(self, frame: bytes) -> None:
        self._frames.append(frame)

    def send_rest(self, client: Client) -> None:
        """What the hub put in and has not left yet."""
        self._frames += [frame.text for frame in client.drain()]

    def taken(self) -> None:
        if self._socket is not None:
            self._socket.taken()

    def answer(self) -> None:
        """All of it, once."""
        if not self.answered:
            self.answered = True
            self._out.send(Answer(self.number, self.joined, self.left, self._frames))

    def forget(self, client: int) -> None:
        """Nobody is left to be answered: stop reading what was missed."""
        self.clients.discard(client)
        if not self.clients and self._client is not None:
            self._client.end()

    def stop(self) -> None:
        for client in tuple(self.clients):
            self.forget(client)
