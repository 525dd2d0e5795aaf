"""What it costs to find out whose a request is, in calls of Python functions."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from handlers.security.keys import Keys
from handlers.security.sessions import Sessions
from handlers.storage import users
from handlers.storage.migrations import open_database
from handlers.storage.users import User
from tests.application import NOW
from tests.clock import ManualClock

TIMES = 20
MOST = 160
"""Composing the query anew for each request takes three times as many."""


@dataclass
class Calls:
    count: int = 0

    def note(self, frame: FrameType, event: str, argument: Any) -> None:
        self.count += event == "call"


@contextmanager
def counted() -> Iterator[Calls]:
    """The calls in this thread, and in those that begin inside."""
    calls = Calls()
    threading.setprofile(calls.note)
    sys.setprofile(calls.note)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


async def test_whose_a_credential_is_costs_few_calls() -> None:
    clock, user = ManualClock(NOW), User("user_a", "a", None, NOW)
    with counted() as calls:
        database = open_database("sqlite://", NOW)
        await database.write(lambda connection: users.add_user(connection, user))
        keys, sessions = Keys(database, clock), Sessions(database, clock, lifetime=60)
        secret, _ = await keys.create(user.user_id, "robot", ("read", "trade"), None)
        token, _ = await sessions.start(user)
        assert await keys.find(secret)  # notes when it was used
        calls.count = 0
        for _ in range(TIMES):
            assert await keys.find(secret)
            assert await sessions.find(token)
        spent = calls.count
        database.close()
    assert spent / (2 * TIMES) <= MOST
