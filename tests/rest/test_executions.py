"""Fills over REST."""

import itertools
from collections.abc import AsyncIterator

import pytest

from handlers.trading.accounts.account import AccountView
from tests.rest.desk import TradingDesk, open_desk
from tests.scale import scaled


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


@pytest.mark.fuzz
async def test_none_is_lost_or_repeated_while_fills_arrive(desk: TradingDesk) -> None:
    """Backwards from the newest, and forwards from the oldest."""
    count = scaled(100, 10_000)
    for number in range(count):
        await trade(desk, number)
    backwards, first = await paged_while_trading(desk, limit=scaled(7, 100))
    forwards, second = await paged_while_trading(desk, limit=scaled(9, 150), afterSequence=0)
    state = desk.house.oms.account("usr_1", desk.account)
    assert backwards[::-1] == ids(state.view(first))
    assert forwards == ids(state.view(second))
    assert len(set(forwards)) == len(forwards) > len(set(backwards)) == len(backwards) == count
    assert len(ids(state.view())) > len(forwards)


async def trade(desk: TradingDesk, number: int) -> None:
    await desk.place(quantity="1", side="sell" if number % 2 else "buy")


async def paged_while_trading(desk: TradingDesk, **query: str | int) -> tuple[list[str], int]:
    """The ids of all pages, and the transaction that they are as of."""
    seen: list[str] = []
    for number in itertools.count():
        page = (await desk.mine.get(f"{desk.path}/executions", params=query)).json()
        seen += [item["executionId"] for item in page["executions"]]
        await trade(desk, number)
        if "nextCursor" not in page:
            return seen, page["asOf"]["sequence"]
        query["cursor"] = page["nextCursor"]
    raise AssertionError("endless")


def ids(view: AccountView) -> list[str]:
    return [item.execution_id for item in view.executions()]


async def test_foreign_executions_are_not_there(desk: TradingDesk) -> None:
    await desk.place()
    answer = await desk.theirs.get(f"{desk.path}/executions")
    assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")
