"""Fills over REST."""

from collections.abc import AsyncIterator

import pytest

from tests.rest.desk import TradingDesk, open_desk


@pytest.fixture
async def desk() -> AsyncIterator[TradingDesk]:
    async with open_desk() as desk:
        yield desk


async def test_executions_are_listed_and_filtered(desk: TradingDesk) -> None:
    times = []
    for quantity in ("1", "2", "3"):
        desk.house.market.time += 1_000
        desk.house.market.set("AAPL", "99.99", "100.01")
        placed = await desk.place(quantity=quantity)
        times.append(placed["executions"][0]["time"])

    async def quantities(**query: str | int) -> list[str]:
        answer = await desk.mine.get(f"{desk.path}/executions", params=query)
        assert answer.status_code == 200, answer.text
        return [item["quantity"] for item in answer.json()["executions"]]

    assert await quantities() == ["3", "2", "1"]
    assert await quantities(afterSequence=2) == ["2", "3"]
    assert await quantities(**{"from": times[1]}) == ["3", "2"]
    assert await quantities(to=times[1]) == ["1"]
    assert await quantities(symbol="SIM:AAPL", limit=1) == ["3"]
    assert await quantities(symbol="EURUSD") == []


async def test_none_is_lost_or_repeated_while_fills_arrive(desk: TradingDesk) -> None:
    for number in range(1, 31):
        await desk.place(quantity=str(number), side="buy" if number % 2 else "sell")
    query: dict[str, str] = {"limit": "4"}
    seen: list[str] = []
    while True:
        page = (await desk.mine.get(f"{desk.path}/executions", params=query)).json()
        seen += [item["executionId"] for item in page["executions"]]
        await desk.place(quantity="1")
        if "nextCursor" not in page:
            break
        query["cursor"] = page["nextCursor"]
    state = desk.house.oms.account("usr_1", desk.account)
    sequence = page["asOf"]["sequence"]
    expected = [item.execution_id for item in reversed(state.view(sequence).executions())]
    assert seen == expected
    assert len(set(seen)) == len(seen) > 30


async def test_foreign_executions_are_not_there(desk: TradingDesk) -> None:
    await desk.place()
    answer = await desk.theirs.get(f"{desk.path}/executions")
    assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")
