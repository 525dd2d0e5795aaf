"""Clients by the hundred come, trade and go in every way: the process is as it was before."""

import asyncio
import gc
import json
from collections import Counter
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect

from handlers.realtime.client import Client
from handlers.realtime.connection import Connection
from handlers.realtime.outbox import Outbox
from handlers.realtime.topic import Topic
from handlers.realtime.uvicorn_protocol import StreamProtocol
from tests.application import ORIGIN, Application, running
from tests.scale import scaled
from tests.ws.server import serve
from tests.ws.stage import said

PARTS = (Client, Connection, Outbox, Topic, StreamProtocol)
LINGERS = 31_000
TOGETHER = 20
_GROWTH = 2_000
"""Objects that a round may leave behind: what it booked is part of the account for ever."""


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    async with running() as started:
        yield started


@pytest.mark.fuzz
async def test_clients_that_left_leave_nothing(application: Application) -> None:
    random = Random(1)
    async with (
        serve(application.asgi, lifespan="off") as (address, _),
        application.client() as browser,
    ):
        account = (await browser.get("/accounts")).json()["accounts"][0]["accountId"]
        await visit(address, browser, account, random)
        await empty(application)
        tasks, objects = len(asyncio.all_tasks()), count()
        for _ in range(scaled(2, 30)):
            await visit(address, browser, account, random)
            await empty(application)
            assert len(asyncio.all_tasks()) == tasks
        assert count() < objects + _GROWTH


async def visit(address: str, browser: httpx.AsyncClient, account: str, random: Random) -> None:
    clients = [await connect(address, ping_interval=None) for _ in range(TOGETHER)]
    for client in clients:
        await client.send(_subscriptions(account))
        for _ in range(6):
            await client.recv()
    order = {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "1"}
    assert (await browser.post(f"/accounts/{account}/orders", json=order)).status_code == 201
    await asyncio.gather(*(_until_filled(client) for client in clients))
    for client in clients:
        await _leave(client, account, random.choice(("cut", "close", "unsubscribe", "break")))


async def empty(application: Application) -> None:
    """Wait until nobody is there any more; the topics linger for a while."""
    async with application.client() as browser:
        await _until(browser, "trading_pro_stream_connections 0.0")
        application.clock.advance(LINGERS)
        await _until(browser, "trading_pro_stream_topics 0.0")
    await _nobody_is_left()


async def _nobody_is_left() -> None:
    """The last of each kind may still be in a loop; the others end with the loop's next turns."""
    for _ in range(100):
        if all(number == 1 for number in _alive().values()):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(_alive())


def _alive() -> Counter[str]:
    gc.collect()
    return Counter(type(each).__name__ for each in gc.get_objects() if isinstance(each, PARTS))


async def _until(browser: httpx.AsyncClient, line: str) -> None:
    for _ in range(200):
        if line in (await browser.get(f"{ORIGIN}/metrics")).text.splitlines():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(line)


def count() -> int:
    gc.collect()
    return len(gc.get_objects())


async def _until_filled(client: ClientConnection) -> None:
    while True:
        frames: Any = json.loads(await asyncio.wait_for(client.recv(), 10))
        if frames["type"] == "account.update":
            return


async def _leave(client: ClientConnection, account: str, how: str) -> None:
    if how == "unsubscribe":
        await client.send(said("account.unsubscribe", accountId=account))
        await client.send(said("pnl.unsubscribe", accountId=account))
    if how == "break":
        await client.send("{")
    if how == "cut":
        client.transport.abort()
    await client.close()


def _subscriptions(account: str) -> str:
    wanted: tuple[tuple[str, dict[str, str]], ...] = (
        ("bars.subscribe", {"symbol": "AAPL", "resolution": "1"}),
        ("bars.subscribe", {"symbol": "REC:IBM", "resolution": "D"}),
        ("quotes.subscribe", {"symbol": "AAPL"}),
        ("account.subscribe", {"accountId": account}),
        ("pnl.subscribe", {"accountId": account}),
        ("connection.subscribe", {"accountId": account}),
    )
    return json.dumps([{"type": message, "payload": payload} for message, payload in wanted])
