"""The credentials of requests and of sockets."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from starlette.requests import HTTPConnection, Request
from typing_extensions import override

from generated import models
from generated.base import given
from generated.rest import problems
from generated.rest.security import SecurityHandler
from handlers.security.caller import COOKIE
from handlers.security.endings import Endings
from handlers.security.identity import Identity


@final
@dataclass(frozen=True, slots=True)
class Admission:
    """The session of a socket, and how to be told that it has ended."""

    session: models.Session
    credential: str | None
    endings: Endings
    now: Callable[[], int]

    def when_ended(self, ended: Callable[[], None]) -> Callable[[], None]:
        """Call `ended` when the session expires or is ended; the result stops listening."""
        expires_at = given(self.session.expires_at)
        stops = [self.endings.listen(self.credential, ended)] if self.credential else []
        if expires_at is not None:
            seconds = max(0, expires_at - self.now()) / 1000
            stops.append(asyncio.get_running_loop().call_later(seconds, ended).cancel)

        def forget() -> None:
            for stop in stops:
                stop()

        return forget


@final
class Authentication(SecurityHandler):
    def __init__(self, identity: Identity, now: Callable[[], int]) -> None:
        self._identity = identity
        self._now = now

    @override
    async def session(self, request: Request, token: str) -> models.Session:
        """On this machine an ended session leads back to the local user."""
        found = await self._identity.by_cookie(token)
        return await self.absent(request) if found is None else found[1]

    @override
    async def bearer(self, request: Request, token: str) -> models.Session:
        found = await self._identity.by_key(token)
        if found is None:
            raise problems.Unauthenticated("This API key is unknown, revoked or expired.")
        return found[1]

    @override
    async def absent(self, request: HTTPConnection) -> models.Session:
        session = await self._local(request)
        if session is None:
            raise problems.Unauthenticated("Sign in, or send an API key.")
        return session

    @override
    async def permit(self, caller: models.Session, permissions: tuple[str, ...]) -> None:
        missing = [
            word for word in permissions if models.Permission(word) not in caller.permissions
        ]
        if missing:
            raise problems.PermissionMissing(f"It needs the permission {' and '.join(missing)}.")

    async def admit(self, handshake: HTTPConnection) -> Admission | None:
        """Who opens a socket; None where there is no credential, so that it may come later.

        Raises Unauthenticated or PermissionMissing: reading is the least that sockets are for.
        """
        token, secret = handshake.cookies.get(COOKIE), _bearer(handshake)
        found = await self._identity.by_cookie(token) if token else None
        if found is None and secret:
            found = await self._identity.by_key(secret)
        if found is not None:
            return await self._admission(*found)
        local = await self._local(handshake)
        if local is not None:
            return await self._admission(None, local)
        if token or "authorization" in handshake.headers:
            raise problems.Unauthenticated("The session has ended, or the API key is not valid.")
        return None

    async def _local(self, connection: HTTPConnection) -> models.Session | None:
        """Who names somebody in a way that does not count here is not the local user instead."""
        if "authorization" in connection.headers:
            return None
        return await self._identity.by_machine(connection)

    async def authenticate(self, secret: str) -> Admission:
        """Who has the key of this secret. Raises Unauthenticated or PermissionMissing."""
        found = await self._identity.by_key(secret)
        if found is None:
            raise problems.Unauthenticated("This API key is unknown, revoked or expired.")
        return await self._admission(*found)

    async def _admission(self, credential: str | None, session: models.Session) -> Admission:
        await self.permit(session, (models.Permission.READ.value,))
        return Admission(session, credential, self._identity.endings, self._now)


def _bearer(handshake: HTTPConnection) -> str | None:
    """The secret of an API key, in the order and the way that requests are read."""
    scheme, _, secret = handshake.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None
