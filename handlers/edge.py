"""The composition root of `trading-pro stream`: a process that has clients and nothing else.

It serves the stream's contract on the same database and asks the server, over the backplane, for
all that it tells.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import SystemRandom

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from generated import models
from generated.rest import problems
from generated.rest.responses import problem_response
from generated.rest.version import BASE_PATH
from generated.ws.envelope import to_bytes
from generated.ws.policy import FRESHNESS, LIMITS
from handlers.clock import Clock
from handlers.operations.background import end_of_tick, running
from handlers.operations.metrics import Metrics
from handlers.operations.scraping import metrics_route
from handlers.operations.stream_metrics import StreamCollector
from handlers.realtime.backplane import Backplane
from handlers.realtime.connections import Connections
from handlers.realtime.edge import Edge, EdgeHub
from handlers.security.authentication import Authentication
from handlers.security.guard import Guard
from handlers.security.identity import Identity
from handlers.security.keys import Keys
from handlers.security.origins import Origins
from handlers.security.passwords import Passwords
from handlers.security.sessions import Sessions
from handlers.security.tokens import new_id
from handlers.settings import Settings
from handlers.storage.database import Database
from handlers.ws.endpoint import StreamEndpoint, contract_policy
from handlers.ws.forwarding import Forwarding


def create_edge(
    settings: Settings,
    *,
    clock: Clock,
    database: Database,
    backplane: Backplane,
    passwords: Passwords,
) -> Starlette:
    """The stream as an ASGI application; its lifespan starts and stops it."""
    hub = EdgeHub(
        epoch=new_id("run"),
        now=clock.now,
        schedule=end_of_tick,
        topics_per_client=LIMITS.topics_per_connection,
        keys_per_topic=0,
        resume_window=0,
    )
    edge = Edge(
        hub,
        backplane,
        new_id("edge"),
        clock.now,
        _freshness,
        stale_after=FRESHNESS.stale_after,
    )
    identity = Identity(
        database,
        Sessions(database, clock, settings.session_lifetime),
        Keys(database, clock),
        passwords,
        clock,
        _admit,
        local=settings.local,
    )
    authentication = Authentication(identity, clock.now)
    connections = Connections(contract_policy())
    stream = StreamEndpoint(
        admit=authentication.admit,
        authenticate=authentication.authenticate,
        dispatch=Forwarding(edge, hub, clock.now),
        hub=hub,
        connections=connections,
        policy=contract_policy(),
        now=clock.now,
        random=SystemRandom(),
    )

    metrics = Metrics(StreamCollector(hub, connections, backplane))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await identity.start()
        await edge.start()
        async with running(connections.watch(), edge.watch(), identity.watch(), metrics.run()):
            yield
        connections.end()
        await edge.stop()
        await hub.stop()

    application = Starlette(
        routes=[
            WebSocketRoute(f"{BASE_PATH}/ws", stream),
            Route(f"{BASE_PATH}/ws", stream, methods=["GET"]),
            metrics_route(metrics, authentication.admit),
            *_probes(edge),
        ],
        lifespan=lifespan,
    )
    application.add_middleware(
        Guard,
        origins=Origins.of(settings.host, settings.allowed_hosts, settings.allowed_origins),
    )
    return application


def _probes(edge: Edge) -> tuple[Route, Route]:
    """As of the server: 204 if it lives, and if its clients get what is new; else 503."""

    async def live(_: Request) -> Response:
        return Response(status_code=204)

    async def ready(_: Request) -> Response:
        if edge.linked:
            return Response(status_code=204)
        return problem_response(problems.NotReady("The server is out of reach."))

    return Route(f"{BASE_PATH}/health/live", live), Route(f"{BASE_PATH}/health/ready", ready)


def _freshness(stale: bool, age: int) -> bytes:
    return to_bytes(models.Freshness(stale=stale, feed_age=age))


async def _admit(user_id: str) -> None:
    """The server opens accounts, before it answers the first request of a user."""
