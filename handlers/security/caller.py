"""What a handler may need to know of the connection a request came by."""

from contextvars import ContextVar
from dataclasses import dataclass

from starlette.requests import HTTPConnection

COOKIE = "session"


@dataclass(frozen=True, slots=True)
class Caller:
    """`address` is the peer's network address; `secure` says that TLS protects the connection."""

    address: str = ""
    secure: bool = False
    session_token: str | None = None

    @classmethod
    def of(cls, connection: HTTPConnection) -> "Caller":
        return cls(
            address=connection.client.host if connection.client else "",
            secure=connection.scope["scheme"] in ("https", "wss"),
            session_token=connection.cookies.get(COOKIE),
        )


current_caller: ContextVar[Caller] = ContextVar("current_caller")
