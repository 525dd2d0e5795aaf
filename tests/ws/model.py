"""The stream as the contract promises it, in a few dictionaries: what a test compares with."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

KEPT = 64
WINDOW = 30_000


class Place(NamedTuple):
    epoch: str
    seq: int


class Seen(NamedTuple):
    """A frame without its content."""

    type: str
    topic: str
    seq: int | None


@dataclass
class Board:
    """A conflated topic while it is open. The server chooses the epoch."""

    epoch: str | None = None
    seq: int = 0
    floor: int = 0
    stale: bool = False
    kept: dict[str, int] = field(default_factory=dict)

    def publish(self, key: str) -> int:
        self.seq += 1
        self.kept.pop(key, None)
        self.kept[key] = self.seq
        if len(self.kept) > KEPT:
            self.floor = self.kept.pop(next(iter(self.kept)))
        return self.seq

    def missed(self, place: Place) -> list[int] | None:
        if place.epoch != self.epoch or not self.floor <= place.seq <= self.seq:
            return None
        return [seq for seq in self.kept.values() if seq > place.seq]

    def move(self, place: Place) -> None:
        self.epoch, self.seq, self.floor = place.epoch, place.seq, place.seq
        self.kept.clear()


class Boards:
    """Which topics are open: a conflated one stays open for a while after its last client."""

    def __init__(self) -> None:
        self.open: dict[str, Board] = {}
        self.epochs: set[str] = set()
        self._ends: dict[str, int] = {}

    def join(self, topic: str) -> Board:
        self._ends.pop(topic, None)
        return self.open.setdefault(topic, Board())

    def leave(self, topic: str, members: int) -> None:
        """By its own will: the last one closes the door."""
        if not members:
            self._close(topic)

    def lose(self, topic: str, members: int, now: int) -> None:
        """A connection broke off."""
        if not members and topic.startswith("account"):
            self._close(topic)
        elif not members:
            self._ends[topic] = now + WINDOW

    def pass_time(self, now: int) -> None:
        for topic in [topic for topic, ends in self._ends.items() if ends <= now]:
            self._close(topic)

    def learn(self, topic: str, epoch: str) -> None:
        """The epoch in an answer: new where the topic was opened anew."""
        board = self.open[topic]
        if board.epoch is None:
            assert epoch not in self.epochs, "an epoch names one run of numbers"
            self.epochs.add(epoch)
            board.epoch = epoch
        assert board.epoch == epoch

    def _close(self, topic: str) -> None:
        del self.open[topic]
        self._ends.pop(topic, None)


def seen(frame: Any) -> Seen:
    return Seen(frame["type"], frame["topic"], frame.get("seq"))
