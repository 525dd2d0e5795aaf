"""What a handler may need to know of the connection a request came by."""

from contextvars import ContextVar
from dataclasses import dataclass

from starlette.requests import HTTPConnection

COOKIE = "session"


@dataclass(frozen=True, slots=True)
class Caller:
    """Reads it where it is asked, which few requests do."""

    connection: HTTPConnection

    @property
    def address(self) -> str:
        """The peer's network address."""
        return self.connection.client.host if self.connection.client else ""

    @property
    def secure(self) -> bool:
        """TLS protects the connection."""
        return self.connection.scope["scheme"] in ("https", "wss")

    @property
    def session_token(self) -> str | None:
        return self.connection.cookies.get(COOKIE)


current_caller: ContextVar[Caller] = ContextVar("current_caller")
