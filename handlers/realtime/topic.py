"""One stream that clients join: its numbering, what is kept of it, and who is on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from handlers.realtime.update import Update

if TYPE_CHECKING:
    from handlers.realtime.client import Client
    from handlers.realtime.frame import Frame


Place = tuple[str, int]
"""An epoch, and a sequence number in it."""
State = tuple[bytes | None, Place | None]
"""JSON, and its place where the source counts by itself."""
Page = Sequence[tuple[int, bytes]]
"""Updates in order, each with its sequence number."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Where a subscriber stands: updates above `seq` follow, none is missing between.

    `resumed` is None unless the subscriber asked to go on from a place of its own.
    """

    epoch: str
    seq: int
    snapshot: bytes | None = None
    resumed: bool | None = None


class Source(Protocol):
    """Who knows the state of a topic, and works only while somebody listens.

    A lossless source counts by itself, and gives what was missed page by page.
    """

    @property
    def family(self) -> str: ...

    @property
    def lossless(self) -> bool: ...

    def opened(self) -> None: ...

    def closed(self) -> None: ...

    def snapshot(self) -> State: ...

    async def after(self, epoch: str, seq: int) -> Page | None: ...


class Topic:
    """`keys` bounds how many of the newest values are kept for those who resume."""

    def __init__(self, address: str, epoch: str, source: Source, keys: int) -> None:
        self.address = address
        self.source = source
        self.epoch = epoch
        self.seq = 0
        self.held = False
        self.notices: dict[str, Update] = {}
        self.pending: dict[object, Frame] = {}
        self._keys = keys
        self._kept: dict[str, Update] = {}
        self._forgotten = 0
        self._members: dict[Client, Joined] = {}
        self._highest = 0

    def __bool__(self) -> bool:
        return self.held or bool(self._members)

    @property
    def members(self) -> Collection[Client]:
        return self._members.keys()

    def state(self, resumed: bool | None = None) -> Joined:
        """The snapshot and its place, now."""
        payload, place = self.source.snapshot()
        epoch, seq = (self.epoch, self.seq) if place is None else place
        return Joined(epoch, seq, payload, resumed)

    def missed(self, place: Place) -> Sequence[Update] | None:
        """What came after a place, the newest of each key; None where that is not known."""
        epoch, seq = place
        if epoch != self.epoch or not self._forgotten <= seq <= self.seq:
            return None
        return [update for update in self._kept.values() if update.seq > seq]

    def join(self, client: Client, joined: Joined) -> None:
        self._members[client] = joined
        self._highest = max(self._highest, joined.seq)

    def leave(self, client: Client) -> None:
        del self._members[client]

    def next(self, message: str, key: str, payload: bytes) -> Update:
        """Number a conflated update, and keep it in place of the older one of its key."""
        self.seq += 1
        update = Update(self.address, message, self.epoch, self.seq, key, payload)
        self._kept.pop(key, None)
        self._kept[key] = update
        if len(self._kept) > self._keys:
            self._forgotten = self._kept.pop(next(iter(self._kept))).seq
        return update

    def note(self, notice: Update) -> None:
        """Keep a notice for those who come later, or let go of it."""
        if notice.retained:
            self.notices[notice.message] = notice
        else:
            self.notices.pop(notice.message, None)

    def move(self, place: Joined) -> Sequence[tuple[Client, int]]:
        """Everybody stands at a new place; with the last number each had before."""
        before = [(client, max(at.seq, self._highest)) for client, at in self._members.items()]
        self.epoch, self.seq, self._highest = place.epoch, place.seq, place.seq
        self._members = dict.fromkeys(self._members, place)
        self._kept.clear()
        self._forgotten = place.seq
        return before

    def advance(self, update: Update) -> bool:
        """Whether it is news to every member: no snapshot holds it yet."""
        if update.seq <= self._highest:
            return False
        self._highest = update.seq
        return True

    def due(self, update: Update) -> Collection[Client]:
        """The members whose snapshot does not hold this update yet."""
        return [client for client, at in self._members.items() if _is_news(update, at)]


def _is_news(update: Update, at: Joined) -> bool:
    return update.seq > at.seq or update.epoch != at.epoch
