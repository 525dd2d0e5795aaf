"""All connections of this process: how many may be open, and one clock for their checks."""

import asyncio
import logging
from collections import Counter
from typing import Final

from handlers.realtime.connection import Connection
from handlers.realtime.policy import Close, Policy

log = logging.getLogger(__name__)

_TURN: Final = 100
"""Connections that are checked before others get their turn."""


class Connections:
    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._open: dict[Connection, str | None] = {}
        self._users: Counter[str] = Counter()
        self._addresses: Counter[str] = Counter()
        self.refused = 0
        self.ended: Counter[Close | None] = Counter()
        """How many have ended how; None: by the other side."""

    def __len__(self) -> int:
        return len(self._open)

    @property
    def unauthenticated(self) -> int:
        return sum(user is None for user in self._open.values())

    def waiting(self) -> list[int]:
        """Bytes that wait to be sent, of each connection."""
        return [connection.waiting for connection in self._open]

    def admits(self, user: str | None, address: str) -> bool:
        """Whether this user, None: not known yet, and this network address may open one more."""
        return self._admits(user) and (
            self._addresses[address] < self._policy.connections_per_address
        )

    async def serve(self, connection: Connection, user: str | None, address: str) -> None:
        """Run a connection to its end, counted while it lasts."""
        self._open[connection] = None
        self._addresses[address] += 1
        if user is not None:
            self._count(connection, user)
        try:
            await connection.run()
        finally:
            counted = self._open.pop(connection)
            if counted is not None:
                _less(self._users, counted)
            _less(self._addresses, address)
            self.ended[connection.closed] += 1

    def sign_in(self, connection: Connection, user: str) -> bool:
        """Count an open connection as the user's; False, and nothing, if that is one too many."""
        if connection in self._open and self._admits(user):
            self._count(connection, user)
            return True
        return False

    def _admits(self, user: str | None) -> bool:
        return user is None or self._users[user] < self._policy.connections_per_user

    def _count(self, connection: Connection, user: str) -> None:
        self._open[connection] = user
        self._users[user] += 1

    def check(self) -> None:
        for connection in tuple(self._open):
            connection.check()

    async def watch(self, interval: float = 1.0) -> None:
        """Check every connection, every `interval` seconds, until canceled.

        Some at a time: ten thousand in one go would hold up every delivery meanwhile.
        """
        while True:
            await asyncio.sleep(interval)
            for number, connection in enumerate(tuple(self._open), 1):
                if connection in self._open:
                    _check(connection)
                if number % _TURN == 0:
                    await asyncio.sleep(0)

    def end(self) -> None:
        """Tell all of them that the server is shutting down, and close them."""
        for connection in tuple(self._open):
            connection.end()


def _check(connection: Connection) -> None:
    try:
        connection.check()
    except Exception:
        log.exception("a connection could not be checked")


def _less(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]
