"""The two ends of a request that an edge takes and the owner of the topics answers."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, final

from typing_extensions import override

from generated import models
from generated.ws import problems, unimplemented
from generated.ws.dispatch import Caller, Dispatch
from generated.ws.envelope import Request, error, refused, to_bytes
from handlers.realtime.asking import Asking
from handlers.realtime.client import Client
from handlers.realtime.edge import Edge, EdgeHub, Unreachable
from handlers.realtime.link import Ask
from handlers.realtime.seats import Wish
from handlers.storage.ledger import LedgerUnavailable

log = logging.getLogger(__name__)

_OURS: Final = frozenset({"ping", "auth"})
_ANSWERED: Final = frozenset(
    f"{family}.{verb}"
    for family in ("bars", "quotes", "account", "pnl", "connection")
    for verb in ("subscribe", "unsubscribe")
)


@final
class Forwarding(Dispatch[Client]):
    """The families are implemented by the owner; only who is signed in gets so far."""

    def __init__(self, edge: Edge, hub: EdgeHub, now: Callable[[], int]) -> None:
        super().__init__(
            hub,
            now,
            bars=unimplemented.UnimplementedBars(),
            quotes=unimplemented.UnimplementedQuotes(),
            account=unimplemented.UnimplementedAccount(),
            pnl=unimplemented.UnimplementedPnl(),
            connection=unimplemented.UnimplementedConnection(),
        )
        self._edge = edge
        self._hub = hub

    @override
    async def answer(self, client: Client, caller: Caller, request: Request) -> None:
        if request.refusal is not None or request.type in _OURS or caller.session is None:
            await super().answer(client, caller, request)
            return
        if request.type not in _ANSWERED:
            self._hub.send(client, error(request.id, problems.UnknownType()))
            return
        try:
            session = to_bytes(caller.session)
            await self._edge.ask(client, Wish(request.type, request.id, session, request.json))
        except Unreachable:
            self._hub.send(client, _refusal(request, problems.Unavailable()))


@final
@dataclass(frozen=True, slots=True)
class ForwardedCaller:
    """Whom the edge has let in."""

    session: models.Session

    async def authenticate(self, payload: models.Auth) -> models.Authenticated:
        raise problems.AlreadyAuthenticated


@final
@dataclass(frozen=True, slots=True)
class Forwarded:
    """What edges forward. `admit` is called with a user id before that user's first request."""

    dispatch: Dispatch[Asking]
    admit: Callable[[str], Awaitable[None]]
    admitted: set[str] = field(default_factory=set)

    async def serve(self, asking: Asking, ask: Ask) -> None:
        request = Request(ask.type, ask.id, ask.json)
        try:
            session = models.Session.model_validate_json(ask.session)
            await self._ensure_admitted(session.user_id)
        except LedgerUnavailable:
            asking.send(_refusal(request, problems.Unavailable()))
            return
        except Exception:
            log.exception("a forwarded request could not be answered")
            asking.send(_refusal(request, problems.InternalError()))
            return
        await self.dispatch.answer(asking, ForwardedCaller(session), request)

    async def _ensure_admitted(self, user_id: str) -> None:
        if user_id not in self.admitted:
            await self.admit(user_id)
            self.admitted.add(user_id)


def _refusal(request: Request, problem: problems.StreamProblem) -> bytes:
    if request.type in _ANSWERED:
        return refused(f"{request.type}.response", request.id, problem)
    return error(request.id, problem)
