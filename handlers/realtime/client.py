"""What the hub knows of one connection: its topics and what it has yet to be sent."""

import asyncio
from collections.abc import Callable

from handlers.realtime.outbox import Outbox
from handlers.realtime.socket import Socket


class Client:
    """`unread_size` bounds, in bytes, what waits for a peer that does not read.

    `overflowed` is called when it is passed.
    """

    def __init__(self, socket: Socket, unread_size: int) -> None:
        self.topics: set[str] = set()
        self.outbox = Outbox()
        self.behind_since: int | None = None
        self.closed = False
        self.overflowed: Callable[[], None] | None = None
        self._left = asyncio.Event()
        self._socket = socket
        self._unread_size = unread_size

    def flush(self, now: int) -> None:
        """Write all that waits at once, or note since when (ms) the peer does not take it."""
        if self.closed:
            return
        if self._socket.writable:
            self.behind_since = None
            if self.outbox:
                self._socket.write(self.outbox.drain())
                self._left.set()
        elif self.outbox:
            self._wait(now)

    def end(self) -> None:
        """Nothing more is written."""
        self.closed = True
        self._left.set()

    def unread_for(self, now: int) -> int:
        """Milliseconds since the peer stopped reading."""
        return 0 if self.behind_since is None else now - self.behind_since

    async def room(self) -> None:
        """Wait until all that was put in has left, or the connection is over."""
        while self.outbox and not self.closed:
            self._left.clear()
            await self._left.wait()

    def _wait(self, now: int) -> None:
        if self.behind_since is None:
            self.behind_since = now
        if self.outbox.size > self._unread_size and self.overflowed is not None:
            self.overflowed()
