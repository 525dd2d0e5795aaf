"""API keys: bearer secrets of programs, shown once."""

from typing import Final

from handlers.clock import Clock
from handlers.security.tokens import hash_token, new_id, new_token
from handlers.storage import users
from handlers.storage.database import Database
from handlers.storage.users import StoredKey, User

PREFIX: Final = "tp_"
USE_RECORDED_EVERY: Final = 60_000
MAX_KEYS: Final = 100
"""Of a user, those that are not revoked."""


class ExpiryPassed(Exception):
    """The key would have expired before it was made; `now` is in Unix ms."""

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self.now = now


class Keys:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def create(
        self, user_id: str, name: str, permissions: tuple[str, ...], expires_at: int | None
    ) -> tuple[str, StoredKey]:
        """The secret and the key. Raises NameTaken, TooManyKeys and ExpiryPassed."""
        secret, now = new_token(PREFIX), self._clock.now()
        if expires_at is not None and expires_at <= now:
            raise ExpiryPassed(now)
        key = StoredKey(
            key_id=new_id("key"),
            user_id=user_id,
            name=name,
            token_hash=hash_token(secret),
            permissions=permissions,
            created_at=now,
            expires_at=expires_at,
        )
        await self._database.write(lambda connection: users.add_key(connection, key, MAX_KEYS))
        return secret, key

    async def list(self, user_id: str) -> tuple[StoredKey, ...]:
        return await self._database.read(lambda connection: users.list_keys(connection, user_id))

    async def find(self, secret: str) -> tuple[StoredKey, User] | None:
        """The key of the secret and its user, unless it is revoked or expired."""
        token_hash = hash_token(secret)
        found = await self._database.look_up(
            lambda connection: users.find_key(connection, token_hash)
        )
        if found is None or self._expired(found[0]):
            return None
        await self._record_use(found[0])
        return found

    async def revoke(self, user_id: str, key_id: str) -> bool:
        """Whether there was such a key of this user."""
        now = self._clock.now()
        return await self._database.write(
            lambda connection: users.revoke_key(connection, user_id, key_id, now)
        )

    def _expired(self, key: StoredKey) -> bool:
        return key.expires_at is not None and key.expires_at <= self._clock.now()

    async def _record_use(self, key: StoredKey) -> None:
        """Once a minute is enough: a request must not cost a write to the disk."""
        now = self._clock.now()
        if key.last_used_at is None or now - key.last_used_at >= USE_RECORDED_EVERY:
            await self._database.write(
                lambda connection: users.touch_key(connection, key.key_id, now)
            )
