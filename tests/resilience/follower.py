"""A stream client written from the contract alone; it shares no code with the generated one."""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

_SILENCE = 35.0
_BROKEN_OFF = (OSError, EOFError, TimeoutError, ConnectionClosed, InvalidHandshake, InvalidMessage)


class Place(NamedTuple):
    """Where a subscription stands."""

    epoch: str
    seq: int


class Entry(NamedTuple):
    """What a topic brought, in order: a snapshot as "snapshot", else the type of its message."""

    kind: str
    place: Place
    payload: Any


@dataclass
class Subscription:
    """`lossless`: each update must follow the one before; else they only rise."""

    family: str
    payload: dict[str, Any]
    lossless: bool = False
    topic: str = ""
    place: Place | None = None
    resumes: int = 0
    snapshots: int = 0
    log: list[Entry] = field(default_factory=list)

    def request(self, number: str) -> dict[str, Any]:
        resume = {"resume": self.place._asdict()} if self.place else {}
        payload = {**self.payload, **resume}
        return {"type": f"{self.family}.subscribe", "id": number, "payload": payload}

    def answered(self, answer: dict[str, Any]) -> None:
        assert answer["status"] == "ok", answer
        asked, place = self.place, Place(answer["epoch"], answer["seq"])
        assert ("resumed" in answer) == (asked is not None), answer
        self.topic = answer["topic"]
        if answer.get("resumed"):
            assert place == asked, answer
            assert "snapshot" not in answer, answer
            self.resumes += 1
            return
        self.snapshots += 1
        self.place = place
        self.log.append(Entry("snapshot", place, answer.get("snapshot")))

    def took(self, frame: dict[str, Any]) -> None:
        assert self.place is not None, frame
        name = frame["type"].partition(".")[2]
        if "seq" not in frame:
            self.log.append(Entry(name, self.place, frame["payload"]))
            return
        expected = self.place.seq + 1
        seq = frame["seq"]
        assert seq == expected if self.lossless else seq >= expected, (self.place, frame)
        self.place = Place(_epoch_after(frame["payload"]) or self.place.epoch, seq)
        self.log.append(Entry(name, self.place, frame["payload"]))


def _epoch_after(payload: dict[str, Any]) -> str | None:
    """The account's new epoch, where the update is its reset."""
    events = payload.get("events", [])
    return next((event["epoch"] for event in events if event["type"] == "reset"), None)


class Follower:
    """Subscribes, and subscribes again from where it stood after each break."""

    def __init__(self, address: Callable[[], str], subscriptions: Iterable[Subscription]) -> None:
        """`address` is the `host:port` of the next connection."""
        self.subscriptions = tuple(subscriptions)
        self.connections = 0
        self.answered = 0
        """Connections on which every subscription was answered."""
        self._address = address
        self._changed = asyncio.Event()

    async def connection(self) -> int | None:
        """One connection from its start to its end; the code it was closed with, if any."""
        self.connections += 1
        code: int | None = None
        try:
            async with connect(
                f"ws://{self._address()}/api/v1/ws",
                proxy=None,
                ping_interval=None,
                compression=None,
                open_timeout=5,
                close_timeout=5,
                max_size=None,
            ) as socket:
                try:
                    await self._follow(socket)
                finally:
                    code = socket.close_code
        except _BROKEN_OFF:
            pass
        return code

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait, while `connection` runs elsewhere, until what it brought satisfies `reached`."""
        while not reached():
            self._changed.clear()
            # Not wait_for: in Python 3.11 it can swallow a cancellation.
            async with asyncio.timeout(_SILENCE):
                await self._changed.wait()

    async def _follow(self, socket: ClientConnection) -> None:
        hello = await _frame(socket)
        assert hello["type"] == "hello", hello
        requests = [each.request(str(n)) for n, each in enumerate(self.subscriptions)]
        await socket.send(json.dumps(requests))
        unanswered = len(requests)
        while True:
            frame = await _frame(socket)
            if frame["type"].endswith(".subscribe.response"):
                self.subscriptions[int(frame["id"])].answered(frame["payload"])
                unanswered -= 1
                self.answered += unanswered == 0
            elif "topic" in frame:
                self._of(frame["topic"]).took(frame)
            else:
                assert frame["type"] == "goaway", frame
            self._changed.set()

    def _of(self, topic: str) -> Subscription:
        [found] = [each for each in self.subscriptions if each.topic == topic]
        return found


async def _frame(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(_SILENCE):
        frame: dict[str, Any] = json.loads(await socket.recv())
    return frame
