"""What the fuzz tests share: the contract, what counts as a failure, and how links are counted."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import schemathesis
from fastapi import FastAPI
from schemathesis import AuthContext, Case
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.generation.stateful.state_machine import APIStateMachine
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.schemas import OpenApiSchema
from sqlalchemy import Connection
from starlette.types import Receive, Scope, Send

from generated.rest.version import BASE_PATH
from handlers.app import create_application
from handlers.security.tokens import hash_token, new_token
from handlers.storage import users
from handlers.storage.users import StoredKey, StoredSession, User
from tests.application import NOW, memory_ports, settings
from tests.clock import ManualClock

CONTRACT = Path(__file__).parents[2] / "generated" / "contracts" / "openapi.json"
STEPS = 10
ROUNDS = 10
"""Of scenarios, at most."""
ORDERS = (
    {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "10"},
    {
        "type": "limit",
        "symbol": "AAPL",
        "side": "buy",
        "quantity": "1",
        "limitPrice": "1.00",
        "timeInForce": "gtc",
    },
)
HOST = "testserver"
TRADER = "user_trader"
SESSION_LIFETIME = 3_600_000
SHOWN = "shown"
"""The property of a test that is shown at the end, also where it passes."""

STORIES = {
    "keys": ["listApiKeys", "createApiKey", "revokeApiKey"],
    "market": ["searchSymbols", "resolveSymbol", "getBars"],
    "accounts": [
        "listAccounts",
        "getAccount",
        "listOrders",
        "listPositions",
        "listExecutions",
        "listActivities",
        "getPerformance",
        "listTrades",
    ],
    "account": [
        "createAccount",
        "getAccount",
        "updateAccount",
        "resetAccount",
        "placeOrder",
        "listActivities",
    ],
    "orders": ["listAccounts", "placeOrder", "listOrders", "listExecutions", "listPositions"],
    "order": ["listAccounts", "placeOrder", "getOrder", "cancelOrder"],
    "leverage": ["listAccounts", "getLeverage", "setLeverage", "previewLeverage"],
    "orders again": ["listAccounts", "listOrders", "getOrder"],
    "changes": ["listAccounts", "listOrders", "modifyOrder", "getOrder", "cancelOrder"],
    "scenarios": ["listAccounts", "listOrders", "playScenario", "getOrder", "cancelOrder"],
    "positions": ["listAccounts", "listPositions", "getPosition", "closePosition", "getOrder"],
    "reversal": ["listAccounts", "listPositions", "reversePosition", "getOrder"],
}
"""Operations that links join; in smaller groups a scenario gets further along them."""

# Besides what Schemathesis expects anyway: rules that no schema can state, each of them declared.
REFUSED_BY_RULE = ["2xx", "3xx", "401", "403", "404", "409", "422", "429", "503"]

CONFIG = {
    "checks": {"positive_data_acceptance": {"expected-statuses": REFUSED_BY_RULE}},
    "request-timeout": 60,
    "phases": {"stateful": {"inference": {"algorithms": []}}},
}


class Subject:
    """An application that nobody enters without a credential, and a trader's credentials.

    It starts with its first request and, after `renew`, anew, with nothing of before.
    """

    def __init__(self) -> None:
        self._secret = new_token("tp_")
        self._token = new_token()
        self._running = AsyncExitStack()
        self._application: FastAPI | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if self._application is None:
            self._application = await self._start()
        await self._application(scope, receive, send)

    def key(self) -> dict[str, str]:
        """Headers of a program."""
        return {"Authorization": f"Bearer {self._secret}"}

    def session(self) -> dict[str, str]:
        """Cookies of a browser."""
        return {"session": self._token}

    def renew(self) -> None:
        self._application = None

    async def _start(self) -> FastAPI:
        await self._running.aclose()
        ports = memory_ports(ManualClock(NOW))
        self._running.callback(ports.close)
        options = settings(
            local_mode=False, allowed_hosts=(HOST,), login_attempts=1_000_000, scenarios=True
        )
        application = create_application(options, ports)
        await self._running.enter_async_context(application.router.lifespan_context(application))
        ports.database.write_now(self._add_trader)
        await self._trade(application)
        # The server is not ready, and says so, before its feeds have given a sign of life.
        while not all(feed.heartbeat_at() for feed in ports.feeds.feeds):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return application

    def _add_trader(self, connection: Connection) -> None:
        users.add_user(connection, User(TRADER, "trader", None, NOW))
        token_hash = hash_token(self._token)
        session = StoredSession(token_hash, TRADER, NOW, NOW + SESSION_LIFETIME)
        users.add_session(connection, session)
        permissions = ("read", "trade")
        key = StoredKey("key_fuzz", TRADER, "fuzz", hash_token(self._secret), permissions, NOW)
        users.add_key(connection, key, most=1)

    async def _trade(self, application: FastAPI) -> None:
        transport = httpx.ASGITransport(app=application)
        base_url = f"http://{HOST}{BASE_PATH}"
        async with httpx.AsyncClient(
            transport=transport, base_url=base_url, headers=self.key()
        ) as client:
            await trade(client)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.renew()
        await self._running.aclose()
        await send({"type": "lifespan.shutdown.complete"})


async def trade(client: httpx.AsyncClient) -> None:
    """A position and a working order, so that lists lead somewhere."""
    paper = (await client.get("/accounts")).json()["accounts"][0]["accountId"]
    for order in ORDERS:
        answer = await client.post(f"/accounts/{paper}/orders", json=order)
        assert answer.status_code == 201, answer.text


def load(
    credentials: Callable[[], Mapping[str, str]],
    place: str = "headers",
    base_url: str | None = None,
) -> OpenApiSchema:
    """The bundled contract; every check is on, and every request carries the credentials."""
    config = SchemathesisConfig.from_dict(CONFIG)
    schema = schemathesis.openapi.from_path(CONTRACT, config=config)
    assert isinstance(schema, OpenApiSchema)

    class Provider:
        def get(self, case: Case[Any], context: AuthContext) -> Mapping[str, str]:
            return credentials()

        def set(self, case: Case[Any], data: Mapping[str, str], context: AuthContext) -> None:
            getattr(case, place).update(data)

    schema.auth(refresh_interval=None)(Provider)
    return schema


def declared_links(schema: BaseSchema) -> set[str]:
    """The links of the contract, as the state machine names them."""
    transitions = schema.as_state_machine()._transitions.operations.values()  # type: ignore[attr-defined]
    return {link.full_name for operation in transitions for link in operation.outgoing}


def follow_links(schema: BaseSchema, renew: Callable[[], None], **call: str) -> Counter[str]:
    """Run stateful scenarios; how often each link led, with its values, to an answer below 400.

    Which of a hundred links some examples take is chance: there are more until all were taken.
    """
    followed: Counter[str] = Counter()
    links = declared_links(schema)
    machine: type[APIStateMachine] = schema.as_state_machine()

    class Scenario(machine):  # type: ignore[valid-type, misc]
        def setup(self) -> None:
            renew()

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            return dict(call)

        def before_call(self, case: Case[Any]) -> None:
            if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE:
                make_sensible(case)

        def step(self, step: Any) -> Any:
            output = super().step(step)
            if step.transition and step.is_applied and output.response.status_code < 400:
                followed[step.transition.id] += 1
            return output

    settings = hypothesis.settings(
        max_examples=max(20, hypothesis.settings().max_examples // 4),
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    Scenario.run(settings=settings)
    for seed in range(1, ROUNDS):
        if links <= set(followed):
            break
        hypothesis.seed(seed)(Scenario).run(settings=settings)
    return followed


def make_sensible(case: Case[Any]) -> None:
    """What no schema can say: which symbols there are, and what an order may cost.

    Without it hardly any generated scenario gets as far as a fill.
    """
    match case.operation.definition.raw["operationId"]:
        case "placeOrder" if isinstance(case.body, dict):
            case.body |= {"symbol": "AAPL", "quantity": "1"}
            if "limitPrice" in case.body:
                case.body["limitPrice"] = "1.00"
        case "createAccount" if isinstance(case.body, dict):
            case.body |= {"balance": "1000", "currency": "USD"}
        case "modifyOrder":
            case.body = {"limitPrice": "2.00"}
        case "playScenario":
            case.body = {"action": "delay", "milliseconds": 1}
        case "closePosition":
            case.body = {}
        case "searchSymbols":
            case.query = {}
        case "getPerformance" | "listTrades" | "listActivities":
            case.query = {}
        case "getBars" | "listPositions" | "listOrders" | "listExecutions":
            wanted = {"symbol", "resolution"} if case.operation.path.endswith("bars") else set()
            case.query = {name: case.query[name] for name in wanted if name in case.query}
        case _:
            pass


def counted(followed: Counter[str]) -> str:
    """How often each link was followed, for people to read."""
    lines = [f"{followed.total()} transitions along {len(followed)} links:"]
    return "\n".join(lines + [f"{n:6}  {link}" for link, n in sorted(followed.items())])
