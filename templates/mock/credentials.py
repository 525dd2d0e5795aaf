"""Who is let in, where the mock asks: the credentials that stand in the contract's examples."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from starlette.requests import HTTPConnection


class Credentials:
    """`locked` says that somebody has to sign in; otherwise everybody is.

    `token` opens as a bearer. Sessions are those that signing in began.
    """

    def __init__(self, *, locked: bool, token: str, cookie: str) -> None:
        self.locked = locked
        self._token = token
        self._cookie = cookie
        self._sessions: set[str] = set()

    def given(self, connection: HTTPConnection) -> bool:
        return "authorization" in connection.headers or self._cookie in connection.cookies

    def admits(self, connection: HTTPConnection) -> bool:
        """Whether a request may be answered: wrong credentials never are."""
        bearer = connection.headers.get("authorization")
        if bearer is not None:
            found = re.fullmatch(r"Bearer +(\S+)", bearer, re.IGNORECASE)
            return found is not None and self.is_token(found[1])
        session = connection.cookies.get(self._cookie)
        return session in self._sessions if session and self.locked else not self.locked

    def is_token(self, token: str) -> bool:
        return secrets.compare_digest(token.encode(), self._token.encode())

    def sign_in(self, given: Mapping[str, Any], expected: Mapping[str, Any]) -> str | None:
        """The `Set-Cookie` of a session, if what is given is what the contract's example has."""
        if dict(given) != dict(expected):
            return None
        session = secrets.token_urlsafe(24)
        self._sessions.add(session)
        return f"{self._cookie}={session}; Path=/; HttpOnly; SameSite=Lax"

    def sign_out(self, connection: HTTPConnection) -> str:
        self._sessions.discard(connection.cookies.get(self._cookie, ""))
        return f"{self._cookie}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
