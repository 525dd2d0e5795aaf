"""Every change of the balance over REST, with its reason."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from tests.rest.desk import TradingDesk, open_desk


@pytest.fixture
async def desk() -> AsyncIterator[TradingDesk]:
    async with open_desk() as desk:
        yield desk


async def test_activities_add_up_to_the_balance(desk: TradingDesk) -> None:
    await desk.place(quantity="10")
    sold = await desk.place(quantity="15", side="sell")
    page = (await desk.mine.get(f"{desk.path}/activities")).json()

    realized, deposit = page["activities"]
    assert (deposit["kind"], deposit["amount"], deposit["sequence"]) == ("deposit", "100000", 1)
    assert (realized["kind"], realized["amount"]) == ("realized_pnl", "-0.2")
    assert realized["orderId"] == sold["order"]["orderId"]
    assert realized["symbol"] == "AAPL"
    assert realized["positionId"] == sold["executions"][0]["positionId"]
    account = (await desk.mine.get(desk.path)).json()
    total = sum(Decimal(item["amount"]) for item in page["activities"])
    assert account["balance"]["balance"] == str(total) == realized["balance"]
    assert page["asOf"] == account["asOf"]


async def test_they_are_filtered_and_paged_as_of_one_transaction(desk: TradingDesk) -> None:
    for _ in range(3):
        desk.house.market.time += 1_000
        desk.house.market.set("AAPL", "99.99", "100.01")
        await desk.place()
        await desk.place(side="sell")

    async def found(**query: str | int) -> list[int]:
        answer = await desk.mine.get(f"{desk.path}/activities", params=query)
        assert answer.status_code == 200, answer.text
        return [item["sequence"] for item in answer.json()["activities"]]

    assert await found() == [7, 5, 3, 1]
    assert await found(kind="deposit,dividend") == [1]
    assert await found(symbol="AAPL", afterSequence=3) == [5, 7]
    assert await found(to=desk.house.market.time) == [5, 3, 1]
    assert await found(**{"from": desk.house.market.time}) == [7]

    first = (await desk.mine.get(f"{desk.path}/activities", params={"limit": 3})).json()
    await desk.place()
    await desk.place(side="sell")
    rest = await desk.mine.get(
        f"{desk.path}/activities", params={"limit": 3, "cursor": first["nextCursor"]}
    )
    assert [item["sequence"] for item in rest.json()["activities"]] == [1]
    assert rest.json()["asOf"] == first["asOf"]


async def test_foreign_activities_are_not_there(desk: TradingDesk) -> None:
    answer = await desk.theirs.get(f"{desk.path}/activities")
    assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")
