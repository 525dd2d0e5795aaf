"""Who is at the other end of a socket: nobody yet, or somebody until their session ends."""

from collections.abc import Awaitable, Callable
from typing import Protocol, final

from generated import models
from generated.rest.problems import PermissionMissing, Unauthenticated
from generated.ws import problems
from handlers.realtime import policy as rules
from handlers.realtime.connection import Connection
from handlers.realtime.connections import Connections
from handlers.realtime.policy import Close


class Admission(Protocol):
    """A session, and how to be told that it has ended."""

    @property
    def session(self) -> models.Session: ...

    def when_ended(self, ended: Callable[[], None]) -> Callable[[], None]:
        """Returns how to stop listening."""


Authenticate = Callable[[str], Awaitable[Admission]]
"""From the secret of a key. Raises Unauthenticated or PermissionMissing."""


@final
class Visitor:
    """`connection` is set before the visitor is let in."""

    connection: Connection

    def __init__(self, authenticate: Authenticate, connections: Connections) -> None:
        self._authenticate = authenticate
        self._connections = connections
        self._forget: Callable[[], None] | None = None
        self._turned_away: Close | None = None
        self.session: models.Session | None = None

    async def authenticate(self, payload: models.Auth) -> models.Authenticated:
        """Sign in by the secret of a key, once."""
        if self.session is not None:
            raise problems.AlreadyAuthenticated
        try:
            admission = await self._authenticate(payload.token.get_secret_value())
        except Unauthenticated as error:
            self._turned_away = rules.UNAUTHENTICATED
            raise problems.InvalidCredentials from error
        except PermissionMissing as error:
            self._turned_away = rules.FORBIDDEN
            raise problems.PermissionMissing from error
        if not self._connections.sign_in(self.connection, admission.session.user_id):
            raise problems.TooManyConnections
        self.enter(admission)
        return models.Authenticated(status="ok", user_name=admission.session.user_name)

    def enter(self, admission: Admission) -> None:
        """Let somebody in; the end of their session ends the connection."""
        self.session = admission.session
        connection = self.connection
        self._forget = admission.when_ended(lambda: connection.close(rules.FORBIDDEN))

    def answered(self) -> None:
        """Who was turned away has been told why, and goes."""
        if self._turned_away is not None:
            self.connection.close(self._turned_away)

    def leave(self) -> None:
        if self._forget is not None:
            self._forget()
