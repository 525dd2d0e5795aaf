"""The client that docs/streaming.md prints keeps the state of an account, whatever happens."""

import asyncio
from random import Random
from typing import Any

import httpx
import pytest

from tests.docs.clients import Websockets
from tests.docs.page import CLIENT
from tests.docs.scene import staged
from tests.resilience.proxy import Cut, proxy

ORDERS = 24


async def test_the_printed_client_follows_an_account_across_cuts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    random = Random(7)
    client = _client()
    async with staged(Websockets()) as scene, scene.rest() as rest:
        target = scene.address.removeprefix("ws://").removesuffix("/api/v1/ws")
        number = (await rest.get("/accounts")).json()["accounts"][0]["accountId"]
        account = client["Account"](number)
        async with proxy(target, lambda: Cut(received=random.randrange(400, 4_000))) as between:
            address = f"ws://127.0.0.1:{between.port}/api/v1/ws"
            following = asyncio.create_task(client["follow"](account, address))
            for _ in range(ORDERS):
                await _trade(rest, number, random)
            sequence = await _settled(rest, number, account)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            assert following.cancelled()
        assert sequence > ORDERS / 2
        assert between.cuts > 5
        await _check(rest, number, account)


async def test_the_printed_client_ends_where_it_is_not_wanted() -> None:
    client = _client()
    async with staged(Websockets()) as scene:
        with pytest.raises(LookupError):
            await client["follow"](client["Account"]("acc_of_nobody"), scene.address)
        bearer = {"Authorization": "Bearer nobody"}
        with pytest.raises(client["ConnectionClosed"], match="4100"):
            await client["follow"](client["Account"]("acc_1"), scene.address, bearer)


def _client() -> dict[str, Any]:
    (text,) = CLIENT
    client: dict[str, Any] = {}
    exec(compile(text, "docs/streaming.md", "exec"), client)
    client.update(FIRST=0.001, LONGEST=0.01)
    return client


async def _trade(rest: httpx.AsyncClient, account: str, random: Random) -> None:
    """An order that fills, or one that works and is canceled now and then."""
    order = {"symbol": "BTCUSD", "side": random.choice(("buy", "sell")), "quantity": "0.01"}
    limit = {"type": "limit", "limitPrice": "1.00", "side": "buy"}
    kind = {"type": "market"} if random.random() < 0.6 else limit
    placed = await rest.post(f"/accounts/{account}/orders", json={**order, **kind})
    assert placed.status_code == 201, placed.text
    number = placed.json()["order"]["orderId"]
    if kind is limit and random.random() < 0.5:
        await rest.delete(f"/accounts/{account}/orders/{number}")


async def _settled(rest: httpx.AsyncClient, number: str, account: Any) -> int:
    answer = await rest.get(f"/accounts/{number}")
    sequence = int(answer.json()["asOf"]["sequence"])
    async with asyncio.timeout(30):
        while account.place is None or account.place["seq"] < sequence:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
    return sequence


async def _check(rest: httpx.AsyncClient, number: str, account: Any) -> None:
    orders = (await rest.get(f"/accounts/{number}/orders?status=working&limit=200")).json()
    positions = (await rest.get(f"/accounts/{number}/positions")).json()
    own = (await rest.get(f"/accounts/{number}")).json()
    assert account.place["seq"] == own["asOf"]["sequence"] == orders["asOf"]["sequence"]
    assert {each["orderId"]: each for each in orders["orders"]} == account.orders
    assert {each["positionId"]: each for each in positions["positions"]} == account.positions
    assert own["balance"] == account.balance
