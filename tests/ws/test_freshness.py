"""Whether prices are fresh and orders reach the broker, told to the clients of the whole server."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from handlers.feeds import freshness
from handlers.feeds.feed import Feed
from handlers.feeds.replay.feed import ReplayFeed
from handlers.feeds.simulated.feed import SimulatedFeed
from handlers.feeds.simulated.stream import Stream
from handlers.market.resolutions import HOUR
from handlers.storage import watched_ledger
from handlers.storage.ledger import LedgerUnavailable
from handlers.storage.memory_ledger import MemoryLedger
from tests.application import NOW, Application, running
from tests.ws.asgi_client import AsgiClient
from tests.ws.stage import said

STALE_AFTER = 5_000
_PING = '{"type":"ping"}'


@pytest_asyncio.fixture
async def application(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Application]:
    """Looks often, since its clock is moved faster than ours."""
    monkeypatch.setattr(freshness, "INTERVAL", 0.001)
    monkeypatch.setattr(watched_ledger, "INTERVAL", 0.001)
    async with running() as started:
        await started.ports.feeds.ready("SIMNY:SPY", "REC:IBM")
        yield started


async def _opened(application: Application) -> AsgiClient:
    client = await AsgiClient(application.asgi).__aenter__()
    assert (await client.heard())["type"] == "hello"
    return client


async def _ask(client: AsgiClient, family: str, **payload: Any) -> dict[str, Any]:
    client.send(said(f"{family}.subscribe", "1", **payload))
    while (answer := await client.heard())["type"] != f"{family}.subscribe.response":
        pass
    found: dict[str, Any] = answer["payload"]
    assert found["status"] == "ok"
    return found


async def _subscribe_prices(client: AsgiClient) -> None:
    await _ask(client, "bars", symbol="AAPL", resolution="1")
    for symbol in ("AAPL", "SIMNY:SPY", "REC:IBM"):
        await _ask(client, "quotes", symbol=symbol)


async def _account(application: Application) -> str:
    async with application.client() as client:
        return str((await client.get("/accounts")).json()["accounts"][0]["accountId"])


async def _order(application: Application, **order: str) -> int:
    order = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "10", **order}
    async with application.client() as client:
        answer = await client.post(
            f"/accounts/{await _account(application)}/orders",
            json={"timeInForce": "day", **order},
        )
        return answer.status_code


async def _pass_time(application: Application, milliseconds: int, *living: type[Feed]) -> None:
    """In steps of a second, in which the feeds that live are heard of."""
    feeds = application.ports.feeds
    for _ in range(0, milliseconds, 1_000):
        application.clock.advance(1_000)
        for feed in feeds.feeds:
            if isinstance(feed, SimulatedFeed | ReplayFeed) and isinstance(feed, living):
                feed.step(feeds)
        await asyncio.sleep(0.01)


async def _statuses(client: AsgiClient, count: int) -> dict[str, dict[str, Any]]:
    """The next so many, by topic; other frames are passed over."""
    found: dict[str, dict[str, Any]] = {}
    while len(found) < count:
        frame = await client.heard()
        if frame["type"].endswith(".status"):
            assert "seq" not in frame
            assert frame["topic"] not in found
            found[frame["topic"]] = frame["payload"]
    return found


def _silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimulatedFeed, "step", lambda self, sink: None)


async def test_subscribers_of_a_silent_feed_are_told_and_told_again_when_it_is_back(
    application: Application,
) -> None:
    client = await _opened(application)
    await _subscribe_prices(client)
    with pytest.MonkeyPatch.context() as patch:
        _silence(patch)
        await _pass_time(application, 8_000, ReplayFeed)
        stale = await _statuses(client, 3)
        assert set(stale) == {"bars:AAPL:1", "quotes:AAPL", "quotes:SIMNY:SPY"}
        for status in stale.values():
            assert status["stale"]
            assert STALE_AFTER < status["feedAge"] <= STALE_AFTER + 2_000

        late = await _opened(application)
        await _ask(late, "quotes", symbol="AAPL")
        assert (await _statuses(late, 1)).keys() == {"quotes:AAPL"}
        await late.__aexit__(None, None, None)
    fresh = await _statuses(client, 3)
    assert {topic: status["stale"] for topic, status in fresh.items()} == dict.fromkeys(
        stale, False
    )
    await client.__aexit__(None, None, None)


async def test_a_closed_market_is_not_stale(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.clock.time = NOW + 6 * HOUR  # New York has closed an hour ago.
    client = await _opened(application)
    await _subscribe_prices(client)
    _silence(monkeypatch)
    await _pass_time(application, 8_000)
    assert (await _statuses(client, 2)).keys() == {"bars:AAPL:1", "quotes:AAPL"}
    await client.__aexit__(None, None, None)


async def test_a_quiet_symbol_is_not_stale(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is traded, and the feed lives."""
    monkeypatch.setattr(Stream, "step", lambda self, time, sink: None)
    client = await _opened(application)
    await _subscribe_prices(client)
    await _pass_time(application, 8_000, SimulatedFeed, ReplayFeed)
    client.send(_PING)
    while (frame := await client.heard())["type"] != "pong":
        assert frame["topic"] == "quotes:REC:IBM"
        assert frame["type"] == "quotes.update"
    await client.__aexit__(None, None, None)


async def test_figures_without_a_position_are_never_stale(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await _account(application)
    client = await _opened(application)
    await _ask(client, "pnl", accountId=account)
    await _ask(client, "account", accountId=account)
    _silence(monkeypatch)
    await _pass_time(application, 8_000)
    client.send(_PING)
    assert (await client.heard())["type"] == "pong", "nothing is held that could be stale"
    await client.__aexit__(None, None, None)


async def test_figures_are_stale_where_the_price_of_a_position_is(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await _account(application)
    client = await _opened(application)
    assert await _order(application) == 201
    await _ask(client, "pnl", accountId=account)
    _silence(monkeypatch)
    await _pass_time(application, 8_000)
    assert (await _statuses(client, 1)).keys() == {f"pnl:{account}"}
    await client.__aexit__(None, None, None)


async def test_the_broker_is_disconnected_while_the_ledger_takes_no_writes(
    application: Application,
) -> None:
    account = await _account(application)
    client = await _opened(application)
    snapshot = (await _ask(client, "connection", accountId=account))["snapshot"]
    assert snapshot == {
        "accountId": account,
        "broker": "paper",
        "state": "connected",
        "since": NOW,
    }

    async def fail(*_: Any, **__: Any) -> None:
        raise LedgerUnavailable("disk full")

    application.clock.advance(4_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryLedger, "append", fail)
        patch.setattr(MemoryLedger, "read", fail)
        assert await _order(application) == 503
        lost = await client.heard()
        assert (lost["type"], lost["payload"]["state"]) == ("connection.update", "disconnected")
        assert lost["payload"]["since"] == application.clock.now()
        assert "orders are refused" in lost["payload"]["reason"]
        await asyncio.sleep(0.02)
    back = await client.heard()
    assert (back["type"], back["payload"]["state"]) == ("connection.update", "connected")
    assert back["seq"] == lost["seq"] + 1
    assert "reason" not in back["payload"]
    assert await _order(application) == 201
    await client.__aexit__(None, None, None)


async def test_the_connection_of_another_account_does_not_exist(application: Application) -> None:
    client = await _opened(application)
    client.send(said("connection.subscribe", "1", accountId="acc_nobody"))
    refused = (await client.heard())["payload"]
    assert (refused["status"], refused["code"]) == ("error", "account_not_found")
    await client.__aexit__(None, None, None)
