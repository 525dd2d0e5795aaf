"""Killed at random moments under load: each acknowledged effect is there once, and no other."""

import asyncio
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from tests.process import ServerProcess, serving
from tests.resilience.customer import Customer
from tests.scale import scaled

CLIENTS = 16


@pytest.mark.fuzz
async def test_every_effect_is_there_exactly_once(tmp_path: Path) -> None:
    random = Random(29)
    customers: list[Customer] = []
    for _ in range(scaled(2, 200)):
        with serving(tmp_path) as server:
            customers = customers or await _customers(server)
            await _act_until_killed(customers, server, random)
    with serving(tmp_path) as server:
        async with _client(server) as client:
            await asyncio.gather(*(each.finish(client) for each in customers))
            for account in {each.account for each in customers}:
                theirs = [each for each in customers if each.account == account]
                await _check(client, account, theirs)
        verified = await asyncio.to_thread(_verify, tmp_path)
        assert verified.returncode == 0, verified.stdout + verified.stderr


async def _customers(server: ServerProcess) -> list[Customer]:
    """On the account that everybody has, and on one more."""
    async with _client(server) as client:
        made = await client.post("/accounts", json={"name": "Second", "balance": "100000"})
        assert made.status_code == 201, made.text
        found = (await client.get("/accounts")).json()["accounts"]
    accounts = [each["accountId"] for each in found if each["clock"] == "live"]
    assert len(accounts) == 2
    return [Customer(f"customer-{n}", accounts[n % 2], Random(n)) for n in range(CLIENTS)]


async def _act_until_killed(
    customers: Iterable[Customer], server: ServerProcess, random: Random
) -> None:
    """The server dies a moment after so many answers, in the midst of what is under way."""
    loop = asyncio.get_running_loop()
    left, moment = random.randrange(10, 80), random.random() * 0.02

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            loop.call_later(moment, server.kill)

    async with _client(server) as client:
        await asyncio.gather(*(each.act(client, count) for each in customers))


async def _check(client: httpx.AsyncClient, account: str, customers: list[Customer]) -> None:
    orders = await _all(client, account, "orders", "orderId")
    answered = {key: value for each in customers for key, value in each.orders.items()}
    assert orders.keys() == answered.keys(), "nothing is lost, and nothing came that nobody asked"
    for order_id, revision in answered.items():
        assert orders[order_id]["revision"] == revision, "each change happened once"
    for order_id, price in ((k, v) for each in customers for k, v in each.prices.items()):
        assert Decimal(orders[order_id]["limitPrice"]) == Decimal(price)
    await _check_sums(client, account, orders)


def _verify(data_dir: Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from handlers.cli import main; main()", "verify"]
    return subprocess.run(
        [*program, "--data-dir", str(data_dir)], capture_output=True, text=True, check=False
    )


async def _check_sums(client: httpx.AsyncClient, account: str, orders: dict[str, Any]) -> None:
    """Orders, executions, positions and the balance tell the same story."""
    executions = await _all(client, account, "executions", "executionId")
    filled: dict[str, Decimal] = defaultdict(Decimal)
    held: dict[str, Decimal] = defaultdict(Decimal)
    for each in executions.values():
        quantity = Decimal(each["quantity"])
        filled[each["orderId"]] += quantity
        held[each["symbol"]] += quantity if each["side"] == "buy" else -quantity
    for order_id, order in orders.items():
        assert Decimal(order["filledQuantity"]) == filled[order_id]
    positions = await _all(client, account, "positions", "positionId")
    assert {symbol: size for symbol, size in held.items() if size} == {
        each["symbol"]: Decimal(each["quantity"]) * (1 if each["side"] == "long" else -1)
        for each in positions.values()
    }
    activities = await _all(client, account, "activities", "activityId")
    balance = (await client.get(f"/accounts/{account}")).json()["balance"]
    assert Decimal(balance["balance"]) == _sum(activities.values(), "amount")
    realized = [each for each in activities.values() if each["kind"] == "realized_pnl"]
    assert _sum(realized, "amount") == _sum(executions.values(), "realizedPnl")


def _sum(items: Iterable[dict[str, Any]], name: str) -> Decimal:
    return sum((Decimal(item[name]) for item in items), Decimal(0))


async def _all(client: httpx.AsyncClient, account: str, name: str, key: str) -> dict[str, Any]:
    found: list[Any] = []
    query = {"limit": "500"}
    while True:
        answer = await client.get(f"/accounts/{account}/{name}", params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page[name]
        if "nextCursor" not in page:
            break
        query["cursor"] = page["nextCursor"]
    by_key = {item[key]: item for item in found}
    assert len(by_key) == len(found), "listed twice"
    return by_key


def _client(server: ServerProcess) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://{server.address}/api/v1", trust_env=False, timeout=30
    )
