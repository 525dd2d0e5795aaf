"""What other processes end is noticed by those who hold a socket open."""

from collections.abc import Iterator

import pytest

from handlers.security.identity import Identity
from handlers.security.keys import Keys
from handlers.security.passwords import Passwords
from handlers.security.sessions import Sessions
from handlers.security.tokens import hash_token
from handlers.storage import users
from handlers.storage.database import Database
from handlers.storage.migrations import open_database
from handlers.storage.users import User
from tests.clock import ManualClock

ALICE = User("user_a", "Alice", "a hash", 0)


@pytest.fixture
def database() -> Iterator[Database]:
    opened = open_database("sqlite://", 0)
    opened.write_now(lambda connection: users.add_user(connection, ALICE))
    yield opened
    opened.close()


async def test_a_new_password_and_a_revocation_elsewhere_are_heard_of(database: Database) -> None:
    clock, passwords = ManualClock(1_764_000_000_000), Passwords()
    sessions, keys = Sessions(database, clock, 3600), Keys(database, clock)

    async def admit(_: str) -> None: ...

    identity = Identity(database, sessions, keys, passwords, clock, admit, local=False)
    heard = list[str]()
    token, _ = await sessions.start(ALICE)
    _, lost = await keys.create(ALICE.user_id, "lost", ("read",), None)
    _, kept = await keys.create(ALICE.user_id, "kept", ("read",), None)
    identity.endings.listen(hash_token(token), lambda: heard.append("session"))
    identity.endings.listen(lost.key_id, lambda: heard.append("lost"))
    identity.endings.listen(kept.key_id, lambda: heard.append("kept"))
    await identity.check()
    assert heard == []

    await keys.revoke(ALICE.user_id, lost.key_id)
    await identity.check()
    assert heard == ["lost"]
    await database.write(lambda c: users.set_password(c, ALICE.user_id, "new", clock.now()))
    await identity.check()
    assert set(heard) == {"kept", "lost", "session"}
    passwords.close()
