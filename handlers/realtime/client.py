"""What the hub knows of one connection: its topics and what it has yet to be sent."""

import asyncio
from collections.abc import Callable
from typing import Final

from handlers.realtime.frame import Frame
from handlers.realtime.outbox import Outbox
from handlers.realtime.socket import Socket

_WRITE_SIZE: Final = 65_536


class Client:
    """`fresh` is what this tick brought; `outbox` holds what a peer that is behind did not take.

    `unread_size` bounds the outbox, in bytes; `overflowed` is called when it is passed. A write
    is at most 64 KiB or one frame, and follows only when the peer took the one before, so the
    memory of a client is bounded by the outbox and one write above what the socket buffers.
    """

    __slots__ = (
        "_behind",
        "_left",
        "_socket",
        "_unread_size",
        "behind_since",
        "closed",
        "failed",
        "fresh",
        "outbox",
        "overflowed",
        "topics",
    )

    def __init__(self, socket: Socket, unread_size: int) -> None:
        self.topics: set[str] = set()
        self.fresh: list[Frame] = []
        self.outbox = Outbox()
        self.behind_since: int | None = None
        self._behind = False
        self.closed = False
        self.overflowed: Callable[[], None] | None = None
        self.failed: Callable[[], None] | None = None
        self._left: asyncio.Event | None = None
        self._socket = socket
        self._unread_size = unread_size

    def flush(self, now: int) -> int:
        """Write what waits, or note since when (ms) the peer does not take it.

        How many values were replaced by newer ones because it is behind.
        """
        fresh = self.fresh
        if self._behind or not self._socket.writable or (len(fresh) > 1 and _is_large(fresh)):
            return self._wait(now)
        if fresh:
            self._socket.write(fresh)
            fresh.clear()
        if self._left is not None:
            self._all_left()
        return 0

    def drain(self) -> list[Frame]:
        """Take all that waits, instead of the peer."""
        frames = [*self.outbox.take_all(), *self.fresh]
        self.fresh.clear()
        return frames

    def end(self) -> None:
        """Nothing more is written."""
        self.closed = self._behind = True
        self.fresh.clear()
        self.outbox.clear()
        self._all_left()

    def fail(self) -> None:
        """It is not known what of the last write has left: the connection cannot go on."""
        self.fresh.clear()
        self.outbox.clear()
        if self.failed is not None:
            self.failed()

    def discard(self, topic: str) -> None:
        """Forget the values of a topic that the client has left."""
        self.fresh[:] = [frame for frame in self.fresh if not frame.belongs_to(topic)]
        self.outbox.discard(topic)

    def unread_for(self, now: int) -> int:
        """Milliseconds since the peer stopped reading."""
        return 0 if self.behind_since is None else now - self.behind_since

    async def room(self) -> None:
        """Wait until all that was put in has left, or the connection is over."""
        while (self.fresh or self.outbox) and not self.closed:
            self._left = self._left or asyncio.Event()
            await self._left.wait()

    def _wait(self, now: int) -> int:
        if self.closed:
            self.fresh.clear()
            return 0
        self._behind = True
        replaced = self.outbox.put(self.fresh)
        self.fresh.clear()
        while self.outbox and self._socket.writable:
            self.behind_since = None
            self._socket.write(self.outbox.take(_WRITE_SIZE))
        if not self.outbox:
            self._all_left()
        elif self.behind_since is None:
            self.behind_since = now
        if self.outbox.size > self._unread_size and self.overflowed is not None:
            self.overflowed()
        return replaced

    def _all_left(self) -> None:
        self.behind_since = None
        self._behind = self.closed
        if self._left is not None:
            self._left.set()
            self._left = None


def _is_large(frames: list[Frame]) -> bool:
    return sum([len(frame.wire) for frame in frames]) > _WRITE_SIZE
