"""The two ends of a request that an edge takes and the owner of the topics answers."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
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

log = logging.getLogger(__name__)

_OURS: Final = frozenset({"ping", "auth"})
_ANSWERED: Final = (".subscribe", ".unsubscribe")


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
    """What edges forward. `admit` is called with the user id before the request is answered."""

    dispatch: Dispatch[Asking]
    admit: Callable[[str], Awaitable[None]]

    async def serve(self, asking: Asking, ask: Ask) -> None:
        request = Request(ask.type, ask.id, ask.json)
        try:
            session = models.Session.model_validate_json(ask.session)
            await self.admit(session.user_id)
        except Exception:
            log.exception("a forwarded request could not be answered")
            asking.send(_refusal(request, problems.InternalError()))
            return
        await self.dispatch.answer(asking, ForwardedCaller(session), request)


def _refusal(request: Request, problem: problems.StreamProblem) -> bytes:
    if request.type.endswith(_ANSWERED):
        return refused(f"{request.type}.response", request.id, problem)
    return error(request.id, problem)
