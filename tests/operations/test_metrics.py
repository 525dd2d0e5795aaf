"""What the application says of itself in numbers, and to whom."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from handlers.edge import create_edge
from handlers.operations.metrics import Metrics
from tests.application import (
    NOW,
    ORIGIN,
    PASSWORD,
    Application,
    memory_ports,
    running,
    settings,
)
from tests.clock import ManualClock
from tests.ws.asgi_client import AsgiClient
from tests.ws.stage import said

DOCUMENT = Path(__file__).parents[2] / "docs" / "operating.md"
ELSEWHERE = "10.0.0.2"


@pytest_asyncio.fixture
async def application(tmp_path: Path) -> AsyncIterator[Application]:
    (tmp_path / "index.html").write_text("the terminal")
    async with running(frontend_dir=tmp_path) as started:
        yield started


async def test_an_operation_is_measured_by_its_name(application: Application) -> None:
    async with application.client() as client:
        await client.get("/datafeed/symbols/AAPL")
        await client.get("/datafeed/symbols/MSFT")
        await client.get("/datafeed/symbols/NOWHERE")
        await client.get("/nowhere")
        name = "trading_pro_request_duration_seconds_count"
        assert await _value(client, name, operation="resolveSymbol", status="200") == 2
        assert await _value(client, name, operation="resolveSymbol", status="404") == 1
        assert await _value(client, name, operation="none", status="404") == 1


async def test_the_stream_is_counted(application: Application) -> None:
    async with application.client() as client:
        async with AsgiClient(application.asgi) as socket:
            await socket.heard()
            assert await _value(client, "trading_pro_stream_connections") == 1
            assert await _value(client, "trading_pro_stream_unauthenticated_connections") == 0
            account = (await client.get("/accounts")).json()["accounts"][0]["accountId"]
            socket.send(said("account.subscribe", accountId=account))
            await socket.heard()
            assert await _value(client, "trading_pro_stream_topics") == 1
            order = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "1"}
            await client.post(f"/accounts/{account}/orders", json=order)
            await socket.heard()
            assert await _value(client, "trading_pro_stream_deliveries_total") == 1
            assert await _value(client, "trading_pro_stream_queue_bytes") == 0
        assert await _value(client, "trading_pro_stream_connections") == 0
        ended = "trading_pro_stream_closed_total"
        assert await _value(client, ended, code="", reason="client") == 1
        invalid = {"cookie": "session=ended"}
        async with AsgiClient(application.asgi, headers=invalid, peer=ELSEWHERE):
            pass
        assert await _value(client, ended, code="4100", reason="not signed in") == 1


async def test_feeds_and_the_process_are_told_of(application: Application) -> None:
    application.clock.advance(2_000)
    async with application.client() as client:
        age = await _value(client, "trading_pro_feed_heartbeat_age_seconds", feed="simulated")
        assert 0 <= age <= 2
        assert await _value(client, "process_resident_memory_bytes") > 0


async def test_only_who_may_read_sees_them(application: Application) -> None:
    application.add_user("trader")
    async with application.client(peer=ELSEWHERE) as client:
        assert (await _read(client)).status_code == 401
        login = {"userName": "trader", "password": PASSWORD}
        assert (await client.post("/auth/login", json=login)).status_code == 200
        assert (await _read(client)).status_code == 200
        secrets = [await _secret(client, permission) for permission in ("read", "trade")]
    reading, trading = ({"authorization": f"Bearer {secret}"} for secret in secrets)
    async with application.client(peer=ELSEWHERE, **reading) as client:
        assert (await _read(client)).status_code == 200
    async with application.client(peer=ELSEWHERE, **trading) as client:
        assert (await _read(client)).status_code == 403


async def test_every_number_is_documented_and_no_other(application: Application) -> None:
    documented = set(re.findall(r"^\| `(trading_pro_\w+)`", DOCUMENT.read_text(), re.MULTILINE))
    async with application.client() as client:
        families = text_string_to_metric_families((await _read(client)).text)
        told = {
            f"{family.name}_total" if family.type == "counter" else family.name
            for family in families
            if family.name.startswith("trading_pro_") and not family.name.endswith("_created")
        }
    assert documented == told


async def test_a_process_for_streams_tells_of_itself_too() -> None:
    clock = ManualClock(NOW)
    ports = memory_ports(clock)
    edge = create_edge(
        settings(),
        clock=clock,
        database=ports.database,
        backplane=ports.backplane,
        passwords=ports.passwords,
    )
    transport = httpx.ASGITransport(app=edge, client=("127.0.0.1", 50_000))
    async with (
        edge.router.lifespan_context(edge),
        httpx.AsyncClient(transport=transport, base_url=ORIGIN, trust_env=False) as client,
        AsgiClient(edge) as socket,
    ):
        await socket.heard()
        assert await _value(client, "trading_pro_stream_connections") == 1
    ports.close()


async def test_two_applications_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.answered("getHealth", 200, 0.01)
    assert b"getHealth" in first.text()
    assert b"getHealth" not in second.text()


async def test_the_loop_tells_how_late_it_is() -> None:
    metrics = Metrics()
    running = asyncio.ensure_future(metrics.run(interval=0.001))
    while b"trading_pro_loop_lag_seconds_count 0" in metrics.text():  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def _secret(client: httpx.AsyncClient, permission: str) -> str:
    key = {"name": permission, "permissions": [permission]}
    return str((await client.post("/auth/keys", json=key)).json()["secret"])


async def _read(client: httpx.AsyncClient) -> httpx.Response:
    return await client.get(f"{ORIGIN}/metrics")


async def _value(client: httpx.AsyncClient, name: str, **labels: str) -> float:
    answer = await _read(client)
    assert answer.headers["content-type"].startswith("text/plain; version=")
    samples = [
        sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if (sample.name, sample.labels) == (name, labels)
    ]
    assert len(samples) == 1, (name, labels)
    return samples[0]
