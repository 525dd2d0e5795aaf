"""Sessions of browsers: an opaque token in a cookie, its hash in the database."""

from handlers.clock import Clock
from handlers.security.tokens import hash_token, new_token
from handlers.storage import users
from handlers.storage.database import Database
from handlers.storage.users import StoredSession, User


class Sessions:
    def __init__(self, database: Database, clock: Clock, lifetime: int) -> None:
        """`lifetime` in seconds."""
        self._database = database
        self._clock = clock
        self._lifetime = lifetime

    async def start(self, user: User) -> tuple[str, StoredSession]:
        """A new session and its token, which is not kept anywhere."""
        token, now = new_token(), self._clock.now()
        session = StoredSession(
            token_hash=hash_token(token),
            user_id=user.user_id,
            created_at=now,
            expires_at=now + self._lifetime * 1000,
        )
        await self._database.write(lambda connection: users.add_session(connection, session))
        return token, session

    async def find(self, token: str) -> tuple[StoredSession, User] | None:
        """The session of the token and its user, unless it has ended."""
        token_hash = hash_token(token)
        found = await self._database.look_up(
            lambda connection: users.find_session(connection, token_hash)
        )
        if found is None or found[0].expires_at <= self._clock.now():
            return None
        return found

    async def end(self, token: str) -> None:
        token_hash = hash_token(token)
        await self._database.write(lambda connection: users.remove_session(connection, token_hash))
