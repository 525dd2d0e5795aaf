"""One stream that clients join: its numbering and who is on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from handlers.realtime.backplane import Update

if TYPE_CHECKING:
    from handlers.realtime.client import Client


@dataclass(frozen=True, slots=True)
class Snapshot:
    """State of a topic, as JSON. A ledger numbers its own; else `epoch` and `seq` are None."""

    payload: bytes | None
    epoch: str | None = None
    seq: int | None = None


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

    def snapshot(self) -> Snapshot: ...


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
        state = self.source.snapshot()
        epoch = self.epoch if state.epoch is None else state.epoch
        seq = self.seq if state.seq is None else state.seq
        joined = Joined(epoch, seq, state.payload)
        self._members[client] = joined
        self._highest = max(self._highest, seq)
        return joined

    def leave(self, client: Client) -> None:
        del self._members[client]

    def next(self, type: str, key: str, payload: bytes) -> Update:
        """Number a conflated update."""
        self.seq += 1
        return Update(self.address, type, self.epoch, self.seq, key, payload)

    def due(self, update: Update) -> Iterable[Client]:
        """The members whose snapshot does not hold this update yet."""
        if update.seq > self._highest:
            return self._members
        return [client for client, at in self._members.items() if _is_news(update, at)]


def _is_news(update: Update, at: Joined) -> bool:
    return update.seq > at.seq or update.epoch != at.epoch
