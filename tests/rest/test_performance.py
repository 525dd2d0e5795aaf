"""Performance and trades over REST, in the simulated market and in the recorded one."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx

from generated.models import Resolution
from tests.application import BAR_DURATION, Application

DAY = 86_400_000


async def account(client: httpx.AsyncClient, clock: str) -> str:
    accounts = (await client.get("/accounts")).json()["accounts"]
    return next(f"/accounts/{item['accountId']}" for item in accounts if item["clock"] == clock)


async def order(client: httpx.AsyncClient, path: str, **fields: str) -> None:
    body = {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "10", **fields}
    answer = await client.post(f"{path}/orders", json=body)
    assert answer.json()["order"]["status"] == "filled", answer.text


def advance(application: Application, milliseconds: int) -> None:
    """Time passes, and all feeds tell what happened meanwhile."""
    application.clock.advance(milliseconds)
    feeds = application.ports.feeds
    for feed in feeds.feeds:
        feed.step(feeds)  # type: ignore[attr-defined]


async def read(client: httpx.AsyncClient, path: str, **query: int | str) -> dict[str, Any]:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_each_day_is_valued_at_its_close_and_stays(
    application: Application, local: httpx.AsyncClient
) -> None:
    path = await account(local, "live")
    empty = await read(local, f"{path}/performance")
    assert (empty["days"], empty["firstEquity"], "exposure" in empty) == ([], "100000", False)
    assert empty["returns"]["totalPnl"] == "0"

    await order(local, path)
    bought = (await read(local, f"{path}/executions"))["executions"][0]["price"]
    advance(application, 2 * DAY)
    today = application.clock.now() // DAY * DAY
    bars = application.ports.feeds.history("AAPL", Resolution.DAY, today - 2 * DAY, today).bars
    found = await read(local, f"{path}/performance")
    *over, now = found["days"]

    assert [item["day"] for item in over] == [bar.time for bar in bars]
    for item, bar in zip(over, bars, strict=True):
        earned = 10 * (Decimal(repr(bar.close)) - Decimal(bought))
        assert Decimal(item["equity"]) == 100_000 + earned
        assert item["over"]
    assert (now["day"], now["over"]) == (today, False)
    assert found["returns"]["periodsPerYear"] == 365, "simulated stocks have no week-end"
    total = sum(Decimal(item["pnl"]) for item in found["days"])
    assert Decimal(found["returns"]["totalPnl"]) == total
    assert found["exposure"]["timeInMarket"] == "1"
    assert found["trades"]["trades"] == 0

    await order(local, path, side="sell")
    again = await read(local, f"{path}/performance")
    assert again["days"][:-1] == over
    assert again["trades"]["trades"] == 1
    assert again["symbols"][0]["netPnl"] == again["trades"]["netProfit"]
    second = await read(local, f"{path}/performance", **{"from": over[1]["day"]})
    assert second["firstEquity"] == over[0]["equity"]
    assert second["days"] == again["days"][1:]


async def test_a_trade_says_how_well_it_was_done(
    application: Application, local: httpx.AsyncClient
) -> None:
    path = await account(local, "live")
    await order(local, path)
    advance(application, 3_600_000)
    await order(local, path, side="sell", quantity="15")
    advance(application, 60_000)
    await order(local, path, quantity="5")
    page = await read(local, f"{path}/trades")
    short, long = page["trades"]

    assert (long["side"], long["quantity"], long["executions"]) == ("long", "10", 2)
    assert (short["side"], short["quantity"], short["executions"]) == ("short", "5", 2)
    exit_price, entry_price = Decimal(long["exitPrice"]), Decimal(long["entryPrice"])
    assert Decimal(long["realizedPnl"]) == 10 * (exit_price - entry_price)
    assert Decimal(long["implementationShortfall"]) > 0, "the spread was paid"
    assert Decimal(long["maxFavorableExcursion"]) >= exit_price - entry_price
    assert Decimal(long["maxAdverseExcursion"]) > 0
    first = await read(local, f"{path}/trades", limit=1)
    rest = await read(local, f"{path}/trades", limit=1, cursor=first["nextCursor"])
    assert [*first["trades"], *rest["trades"]] == page["trades"]
    assert (await read(local, f"{path}/trades", symbol="MSFT"))["trades"] == []
    assert (await read(local, f"{path}/trades", to=long["closedAt"]))["trades"] == []


async def test_recorded_days_are_those_of_the_record(
    application: Application, local: httpx.AsyncClient
) -> None:
    path = await account(local, "replay")
    symbol = next(
        item.id for item in application.ports.feeds.symbols() if item.clock.value == "replay"
    )
    body = {"type": "market", "symbol": symbol, "side": "buy", "quantity": "1"}
    placed = await local.post(f"{path}/orders", json=body)
    assert placed.status_code == 201, placed.text
    for _ in range(3):
        advance(application, BAR_DURATION)
        await settled(local, path)
    found = await read(local, f"{path}/performance")
    days = application.ports.feeds.history(symbol, Resolution.DAY, None, None, 3).bars
    assert [item["day"] for item in found["days"]] == [bar.time for bar in days]
    assert (found["clock"], found["returns"]["periodsPerYear"]) == ("replay", 252)


async def settled(client: httpx.AsyncClient, path: str) -> None:
    """Until what the market did is booked."""
    for _ in range(100):
        await asyncio.sleep(0)
        if (await read(client, f"{path}/executions"))["executions"]:
            return


async def test_the_performance_of_others_is_not_there(
    local: httpx.AsyncClient, trader: httpx.AsyncClient
) -> None:
    path = await account(local, "live")
    for part in ("performance", "trades"):
        answer = await trader.get(f"{path}/{part}")
        assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")
