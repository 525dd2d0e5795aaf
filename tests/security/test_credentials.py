"""Sessions and API keys, from their start to their end."""

from collections.abc import Iterator

import pytest

from handlers.security.keys import MAX_KEYS, ExpiryPassed, Keys
from handlers.security.sessions import Sessions
from handlers.storage import users
from handlers.storage.database import Database
from handlers.storage.migrations import open_database
from handlers.storage.users import NameTaken, TooManyKeys, User
from tests.clock import ManualClock

LIFETIME = 3600
ALICE = User("user_a", "Alice", "a hash", 0)
BOB = User("user_b", "bob", None, 0)


@pytest.fixture
def database() -> Iterator[Database]:
    opened = open_database("sqlite://", 0)
    opened.write_now(lambda connection: users.add_user(connection, ALICE))
    opened.write_now(lambda connection: users.add_user(connection, BOB))
    yield opened
    opened.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_764_000_000_000)


@pytest.fixture
def sessions(database: Database, clock: ManualClock) -> Sessions:
    return Sessions(database, clock, LIFETIME)


@pytest.fixture
def keys(database: Database, clock: ManualClock) -> Keys:
    return Keys(database, clock)


async def test_a_token_leads_to_its_user_until_it_expires(
    sessions: Sessions, clock: ManualClock
) -> None:
    token, session = await sessions.start(ALICE)
    assert session.expires_at == clock.now() + LIFETIME * 1000
    assert await sessions.find(token) == (session, ALICE)
    clock.advance(LIFETIME * 1000)
    assert await sessions.find(token) is None


async def test_an_ended_session_is_over_and_others_are_not(sessions: Sessions) -> None:
    first, _ = await sessions.start(ALICE)
    second, _ = await sessions.start(ALICE)
    await sessions.end(first)
    assert await sessions.find(first) is None
    assert await sessions.find(second) is not None


async def test_a_new_password_ends_the_sessions_and_revokes_the_keys(
    sessions: Sessions, keys: Keys, database: Database, clock: ManualClock
) -> None:
    token, _ = await sessions.start(ALICE)
    bobs, _ = await sessions.start(BOB)
    secret, _ = await keys.create(ALICE.user_id, "notebook", ("read",), None)
    secret_of_bob, _ = await keys.create(BOB.user_id, "notebook", ("read",), None)
    now = clock.now()
    await database.write(lambda c: users.set_password(c, ALICE.user_id, "another hash", now))
    assert await sessions.find(token) is None
    assert await keys.find(secret) is None
    assert await sessions.find(bobs) is not None
    assert await keys.find(secret_of_bob) is not None


async def test_tokens_are_not_stored(sessions: Sessions, keys: Keys, database: Database) -> None:
    token, _ = await sessions.start(ALICE)
    secret, _ = await keys.create(ALICE.user_id, "notebook", ("read",), None)
    stored = await database.read(
        lambda c: [*c.execute(users.sessions.select()), *c.execute(users.api_keys.select())]
    )
    assert token not in str(stored)
    assert secret not in str(stored)


async def test_a_secret_leads_to_its_key_until_it_is_revoked(keys: Keys) -> None:
    secret, key = await keys.create(ALICE.user_id, "notebook", ("read",), None)
    found = await keys.find(secret)
    assert found is not None
    assert found[0].permissions == ("read",)
    assert found[1] == ALICE
    assert await keys.revoke(ALICE.user_id, key.key_id)
    assert await keys.find(secret) is None
    assert await keys.list(ALICE.user_id) == ()
    assert not await keys.revoke(ALICE.user_id, key.key_id)


async def test_a_key_expires(keys: Keys, clock: ManualClock) -> None:
    secret, _ = await keys.create(ALICE.user_id, "notebook", ("read",), clock.now() + 1)
    assert await keys.find(secret) is not None
    clock.advance(1)
    assert await keys.find(secret) is None


async def test_nobody_revokes_the_key_of_another(keys: Keys) -> None:
    secret, key = await keys.create(ALICE.user_id, "notebook", ("read",), None)
    assert not await keys.revoke(BOB.user_id, key.key_id)
    assert await keys.find(secret) is not None


async def test_names_of_keys_are_unique_until_revoked(keys: Keys) -> None:
    _, key = await keys.create(ALICE.user_id, "notebook", ("read",), None)
    with pytest.raises(NameTaken):
        await keys.create(ALICE.user_id, "notebook", ("trade",), None)
    await keys.create(BOB.user_id, "notebook", ("read",), None)
    await keys.revoke(ALICE.user_id, key.key_id)
    await keys.create(ALICE.user_id, "notebook", ("trade",), None)


async def test_a_key_cannot_have_expired_when_it_is_made(keys: Keys, clock: ManualClock) -> None:
    for expires_at in (0, clock.now()):
        with pytest.raises(ExpiryPassed):
            await keys.create(ALICE.user_id, "late", ("read",), expires_at)
    assert await keys.list(ALICE.user_id) == ()


async def test_keys_of_a_user_are_bounded_until_one_is_revoked(keys: Keys) -> None:
    made = [await keys.create(ALICE.user_id, f"key {n}", ("read",), None) for n in range(MAX_KEYS)]
    with pytest.raises(TooManyKeys):
        await keys.create(ALICE.user_id, "one more", ("read",), None)
    await keys.create(BOB.user_id, "his own", ("read",), None)
    await keys.revoke(ALICE.user_id, made[0][1].key_id)
    await keys.create(ALICE.user_id, "one more", ("read",), None)


async def test_the_list_is_newest_first_and_tells_the_last_use(
    keys: Keys, clock: ManualClock
) -> None:
    secret, _ = await keys.create(ALICE.user_id, "first", ("read",), None)
    clock.advance(5)
    await keys.create(ALICE.user_id, "second", ("read",), None)
    await keys.find(secret)
    listed = await keys.list(ALICE.user_id)
    assert [(key.name, key.last_used_at) for key in listed] == [
        ("second", None),
        ("first", clock.now()),
    ]
