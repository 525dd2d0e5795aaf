"""Who may open the stream of a process with streams alone, and until when."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from handlers.app import create_application
from handlers.edge import create_edge
from handlers.realtime.memory_backplane import Exchange, MemoryBackplane
from handlers.security import identity
from tests.application import NOW, ORIGIN, PASSWORD, Application, memory_ports, settings
from tests.clock import ManualClock
from tests.edge.stage import rest
from tests.ws.asgi_client import AsgiClient, Closed, Denied
from tests.ws.stage import said

ELSEWHERE = "10.0.0.2"


class Both:
    """A server, and a process with streams alone on its database."""

    def __init__(self, server: Application, edge: Starlette, exchange: Exchange) -> None:
        self.server = server
        self.edge = edge
        self.exchange = exchange

    async def key(self) -> tuple[str, str]:
        """The id and the secret of a key of ada's."""
        async with self.ada() as client:
            body = {"name": "a program", "permissions": ["read"]}
            made = (await client.post("/auth/keys", json=body)).json()
        return made["keyId"], made["secret"]

    @asynccontextmanager
    async def ada(self) -> AsyncIterator[httpx.AsyncClient]:
        async with self.server.client(peer=ELSEWHERE) as client:
            login = {"userName": "ada", "password": PASSWORD}
            (await client.post("/auth/login", json=login)).raise_for_status()
            yield client

    async def ready(self) -> int:
        transport = httpx.ASGITransport(app=self.edge)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            return (await client.get("/api/v1/health/ready")).status_code


@pytest_asyncio.fixture
async def both(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Both]:
    monkeypatch.setattr(identity, "LOOK_EVERY", 0.01)
    clock, exchange = ManualClock(NOW), Exchange()
    ports = memory_ports(clock, MemoryBackplane(exchange))
    server = create_application(settings(frontend_dir=Path("none")), ports)
    edge = create_edge(
        settings(),
        clock=clock,
        database=ports.database,
        backplane=MemoryBackplane(exchange),
        passwords=ports.passwords,
    )
    async with server.router.lifespan_context(server), edge.router.lifespan_context(edge):
        application = Application(server, ports, clock)
        application.add_user("ada")
        await rest()
        yield Both(application, edge, exchange)
    ports.close()


async def test_a_key_opens_it_and_its_owner_has_accounts(both: Both) -> None:
    _, secret = await both.key()
    async with both.ada() as client:
        account = (await client.get("/accounts")).json()["accounts"][0]["accountId"]
    headers = {"authorization": f"Bearer {secret}"}
    async with AsgiClient(both.edge, headers=headers, peer=ELSEWHERE) as client:
        assert (await client.heard())["payload"]["authenticated"] is True
        client.send(said("account.subscribe", "1", accountId=account))
        assert (await client.heard())["payload"]["snapshot"]["accountId"] == account


async def test_a_revoked_key_closes_its_sockets_here_too(both: Both) -> None:
    number, secret = await both.key()
    headers = {"authorization": f"Bearer {secret}"}
    async with AsgiClient(both.edge, headers=headers, peer=ELSEWHERE) as client:
        await client.heard()
        async with both.ada() as owner:
            (await owner.delete(f"/auth/keys/{number}")).raise_for_status()
        with pytest.raises(Closed) as end:
            await client.heard()
    assert end.value.code == 4101


async def test_nobody_is_let_to_the_server_before_signing_in(both: Both) -> None:
    _, secret = await both.key()
    async with AsgiClient(both.edge, peer=ELSEWHERE) as client:
        assert (await client.heard())["payload"]["authenticated"] is False
        client.send(said("quotes.subscribe", "1", symbol="AAPL"))
        assert (await client.heard())["payload"]["code"] == "unauthenticated"
        client.send(said("auth", "2", token=secret))
        assert (await client.heard())["payload"]["status"] == "ok"
        client.send(said("quotes.subscribe", "3", symbol="AAPL"))
        assert (await client.heard())["payload"]["topic"] == "quotes:AAPL"


async def test_another_users_account_is_not_found(both: Both) -> None:
    async with both.ada() as client:
        account = (await client.get("/accounts")).json()["accounts"][0]["accountId"]
    async with AsgiClient(both.edge) as client:
        assert (await client.heard())["payload"]["authenticated"] is True, "the local user"
        client.send(said("account.subscribe", "1", accountId=account))
        assert (await client.heard())["payload"]["code"] == "account_not_found"


async def test_foreign_origins_are_refused(both: Both) -> None:
    with pytest.raises(Denied):
        async with AsgiClient(both.edge, headers={"origin": "https://evil.example"}):
            pass


async def test_prices_are_passed_on(both: Both) -> None:
    async with AsgiClient(both.edge) as client:
        await client.heard()
        client.send(said("quotes.subscribe", "1", symbol="BTCUSD"))
        answer = (await client.heard())["payload"]
        both.server.clock.advance(5_000)
        update = await client.heard()
        assert update["topic"] == "quotes:BTCUSD"
        assert update["seq"] > answer["seq"]


async def test_it_is_ready_while_the_server_is_in_reach(both: Both) -> None:
    assert await both.ready() == 204
    both.exchange.cut()
    assert await both.ready() == 503
    both.exchange.heal()
    await rest()
    assert await both.ready() == 204
