"""One stream that clients join: its numbering and who is on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from handlers.realtime.backplane import Update

if TYPE_CHECKING:
    from handlers.realtime.client import Client


State = tuple[bytes | None, tuple[str, int] | None]
"""JSON, and the epoch and sequence number where the source counts by itself."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Where a subscriber stands: updates above `seq` follow, none is missing between."""

    epoch: str
    seq: int
    snapshot: bytes | None


class Source(Protocol):
    """Who knows the state of a topic, and works only while somebody listens."""

    def opened(self) -> None: ...

    def closed(self) -> None: ...

    def snapshot(self) -> State: ...


class Topic:
    def __init__(self, address: str, epoch: str, source: Source) -> None:
        self.address = address
        self.source = source
        self.epoch = epoch
        self.seq = 0
        self._members: dict[Client, Joined] = {}
        self._highest = 0

    def __bool__(self) -> bool:
        return bool(self._members)

    def join(self, client: Client) -> Joined:
        """Take the snapshot and join in one step: nothing is published in between."""
        payload, position = self.source.snapshot()
        epoch, seq = (self.epoch, self.seq) if position is None else position
        joined = Joined(epoch, seq, payload)
        self._members[client] = joined
        self._highest = max(self._highest, seq)
        return joined

    def leave(self, client: Client) -> None:
        del self._members[client]

    def next(self, message: str, key: str, payload: bytes) -> Update:
        """Number a conflated update."""
        self.seq += 1
        return Update(self.address, message, self.epoch, self.seq, key, payload)

    def due(self, update: Update) -> Iterable[Client]:
        """The members whose snapshot does not hold this update yet."""
        if update.seq > self._highest:
            return self._members
        return [client for client, at in self._members.items() if _is_news(update, at)]


def _is_news(update: Update, at: Joined) -> bool:
    return update.seq > at.seq or update.epoch != at.epoch
