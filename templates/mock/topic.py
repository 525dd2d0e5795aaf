"""One topic: its sequence, what it keeps for those who come back, and who watches it."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from templates.mock.document import Object
from templates.mock.families import Family, pointed

KEPT = 1_000
"""So many updates of a lossless topic can be had again."""


class Member(Protocol):
    def send(self, frame: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a subscriber stands. `missed` are the frames that it gets after the answer."""

    epoch: str
    seq: int
    resumed: bool | None
    missed: tuple[str, ...]


class Topic:
    """`values` are the parameters of its address; a conflated one keeps `keys` keys."""

    def __init__(
        self,
        family: Family,
        address: str,
        values: Mapping[str, Any],
        epoch: str,
        keys: int,
        now: int,
    ) -> None:
        self.family = family
        self.address = address
        self.values = values
        self.epoch = epoch
        self.seq = 1
        self.members: set[Member] = set()
        self.abandoned_at: int | None = None
        """Since when (ms) a disconnect has left it without members."""
        self.updated_at = now
        self.stale = False
        self._notice: str | None = None
        self._floor = self.seq
        self._kept: deque[tuple[object, int, str]] = deque()
        self._most = KEPT if family.lossless else keys

    def join(self, member: Member, resume: Object | None) -> Standing:
        """The caller sends the answer, then what was missed, in the same step."""
        self.members.add(member)
        self.abandoned_at = None
        notices = (self._notice,) if self._notice else ()
        if resume is None:
            return Standing(self.epoch, self.seq, None, notices)
        if resume["epoch"] != self.epoch or not self._floor <= resume["seq"] <= self.seq:
            return Standing(self.epoch, self.seq, False, notices)
        missed = (frame for _, seq, frame in self._kept if seq > resume["seq"])
        return Standing(self.epoch, resume["seq"], True, (*missed, *notices))

    def update(self, payload: Object, *, lost: bool = False) -> None:
        """Number an update and send it; a lost one can only be had by resuming."""
        self.seq += 1
        frame = self._frame("update", payload, seq=self.seq)
        self._keep(payload, frame)
        if not lost:
            self._send(frame)

    def event(self, verb: str, payload: Object, *, numbered: bool) -> None:
        """Send another message than an update; a status is kept as long as it says stale."""
        frame = self._frame(verb, payload, **({"seq": self.seq} if numbered else {}))
        if "stale" in payload:
            self.stale = payload["stale"]
            self._notice = frame if self.stale else None
        self._send(frame)

    def lose(self, count: int) -> int:
        """Lose so many updates for good; the last number that was sent before."""
        last = self.seq
        self.seq += count
        self._kept.clear()
        self._floor = self.seq
        return last

    def begin(self, epoch: str, seq: int) -> None:
        """Begin a new run of numbers; nobody can resume from before."""
        self.epoch, self.seq = epoch, seq
        self.lose(0)

    def _keep(self, payload: Object, frame: str) -> None:
        if not self.family.lossless:
            key = pointed(payload, self.family.key) if self.family.key else ""
            self._kept = deque(each for each in self._kept if each[0] != key)
        else:
            key = None
        self._kept.append((key, self.seq, frame))
        while len(self._kept) > self._most:
            self._floor = self._kept.popleft()[1]

    def _frame(self, verb: str, payload: Object, **place: int) -> str:
        head = {"type": f"{self.family.name}.{verb}", "topic": self.address, **place}
        return encoded({**head, "payload": payload})

    def _send(self, frame: str) -> None:
        for member in tuple(self.members):
            member.send(frame)


def encoded(envelope: Object) -> str:
    return orjson.dumps(envelope).decode()
