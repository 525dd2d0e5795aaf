"""Who sent a request: the user behind a session, a key, or this machine."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, final

from starlette.requests import HTTPConnection

from generated import models
from generated.base import optional
from handlers.clock import Clock
from handlers.security.endings import Endings
from handlers.security.keys import Keys
from handlers.security.origins import LOOPBACK, host_name
from handlers.security.passwords import Passwords
from handlers.security.sessions import Sessions
from handlers.security.tokens import hash_token
from handlers.settings import is_loopback
from handlers.storage import users
from handlers.storage.database import Database
from handlers.storage.users import StoredSession, User

log = logging.getLogger(__name__)

LOOK_EVERY: Final = 5.0
"""Seconds between two looks at the sessions and keys that hold sockets open."""
LOCAL_ID = "local"
ALL = (models.Permission.READ, models.Permission.TRADE)
FORWARDED = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})

Admit = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token is the client's to keep; nobody else does. Times are Unix ms."""

    token: str
    created_at: int
    expires_at: int
    session: models.Session


@final
class Identity:
    """`admit` is called with a user id before that user's first request is answered."""

    def __init__(
        self,
        database: Database,
        sessions: Sessions,
        keys: Keys,
        passwords: Passwords,
        clock: Clock,
        admit: Admit,
        *,
        local: bool,
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._keys = keys
        self._passwords = passwords
        self._clock = clock
        self._admit = admit
        self._local = local
        self._local_session: models.Session | None = None
        self._admitted: set[str] = set()
        self.endings = Endings()

    async def start(self) -> None:
        """Make the local user, if this machine's user is signed in by itself."""
        if self._local:
            now = self._clock.now()
            user = await self._database.write(
                lambda connection: users.ensure_user(connection, User(LOCAL_ID, "local", None, now))
            )
            self._local_session = models.Session(
                user_id=user.user_id,
                user_name=user.name,
                authentication=models.Authentication.LOCAL,
                permissions=list(ALL),
            )

    async def watch(self) -> None:
        """Notice, until canceled, what other processes end: `users passwd` ends sessions."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.check()
            except Exception:
                log.exception("whether sessions have ended could not be read")

    async def check(self) -> None:
        """Tell those whose session or key is no more."""
        open_now = self.endings.listened_to
        if open_now:
            living = await self._database.read(lambda c: users.living(c, open_now))
            for credential in set(open_now) - living:
                self.endings.end(credential)

    async def sign_in(self, name: str, password: str) -> SignedIn | None:
        """None for a wrong name or password; which of the two is not said."""
        user = await self._database.read(lambda connection: users.find_user(connection, name))
        matches = await self._passwords.verify(user.password_hash if user else None, password)
        if user is None or not matches:
            return None
        token, stored = await self._sessions.start(user)
        session = await self._session(user, stored)
        return SignedIn(token, stored.created_at, stored.expires_at, session)

    async def sign_out(self, token: str) -> None:
        await self._sessions.end(token)
        self.endings.end(hash_token(token))

    async def revoke_key(self, user_id: str, key_id: str) -> bool:
        """Whether there was such a key of this user."""
        revoked = await self._keys.revoke(user_id, key_id)
        if revoked:
            self.endings.end(key_id)
        return revoked

    async def by_cookie(self, token: str) -> tuple[str, models.Session] | None:
        """The name of the credential and its session, unless it has ended."""
        found = await self._sessions.find(token)
        if found is None:
            return None
        stored, user = found
        return stored.token_hash, await self._session(user, stored)

    async def by_key(self, secret: str) -> tuple[str, models.Session] | None:
        """The name of the credential and its session, unless the key is revoked or expired."""
        found = await self._keys.find(secret)
        if found is None:
            return None
        key, user = found
        await self._ensure_admitted(user.user_id)
        return key.key_id, models.Session(
            user_id=user.user_id,
            user_name=user.name,
            authentication=models.Authentication.API_KEY,
            permissions=[models.Permission(word) for word in key.permissions],
            expires_at=optional(key.expires_at),
        )

    async def by_machine(self, connection: HTTPConnection) -> models.Session | None:
        """The local user, if the request comes from this machine and through no proxy."""
        session = self._local_session
        if session is None or not _from_this_machine(connection):
            return None
        await self._ensure_admitted(session.user_id)
        return session

    async def _session(self, user: User, stored: StoredSession) -> models.Session:
        await self._ensure_admitted(user.user_id)
        return models.Session(
            user_id=user.user_id,
            user_name=user.name,
            authentication=models.Authentication.SESSION,
            permissions=list(ALL),
            expires_at=stored.expires_at,
        )

    async def _ensure_admitted(self, user_id: str) -> None:
        if user_id not in self._admitted:
            await self._admit(user_id)
            self._admitted.add(user_id)


def _from_this_machine(connection: HTTPConnection) -> bool:
    """A proxy in front of us also connects from this machine, so its headers tell it apart."""
    peer = connection.client.host if connection.client else ""
    return (
        is_loopback(peer)
        and host_name(connection.headers.get("host", "")) in LOOPBACK
        and FORWARDED.isdisjoint(connection.headers.keys())
    )
