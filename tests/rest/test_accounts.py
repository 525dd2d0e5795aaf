"""Accounts and their figures over REST."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from tests.rest.desk import TradingDesk, open_desk


@pytest.fixture
async def desk() -> AsyncIterator[TradingDesk]:
    async with open_desk() as desk:
        yield desk


async def test_a_user_has_a_live_and_a_replay_account(desk: TradingDesk) -> None:
    accounts = (await desk.mine.get("/accounts")).json()["accounts"]
    assert [(item["name"], item["clock"], item["paper"]) for item in accounts] == [
        ("Paper", "live", True),
        ("Replay", "replay", True),
    ]
    assert accounts[0]["figures"]["equity"] == "100000"
    assert accounts[0]["figures"]["buyingPower"] == "2000000"
    assert "marginLevel" not in accounts[0]["figures"]
    theirs = (await desk.theirs.get("/accounts")).json()["accounts"]
    assert not {item["accountId"] for item in accounts} & {item["accountId"] for item in theirs}


async def test_the_figures_follow_the_price_and_the_balance_does_not(desk: TradingDesk) -> None:
    await desk.place(quantity="100")
    await desk.place(quantity="100", limitPrice="98.00")
    await desk.house.quote("AAPL", "109.99", "110.01")
    account = (await desk.mine.get(desk.path)).json()

    assert account["balance"] == {
        "currency": "USD",
        "balance": "100000",
        "realizedPnl": "0",
        "commission": "0",
    }
    figures = {
        key: Decimal(value) for key, value in account["figures"].items() if key != "positions"
    }
    assert figures["unrealizedPnl"] == Decimal(998)
    assert figures["equity"] == Decimal(100998)
    assert figures["initialMargin"] == Decimal("5499.5")
    assert figures["maintenanceMargin"] == Decimal("2749.75")
    assert figures["orderMargin"] == Decimal(4900)
    assert figures["availableFunds"] == Decimal("90598.5")
    assert figures["marginLevel"] == round(Decimal(100998) / Decimal("5499.5"), 12)
    [position] = account["figures"]["positions"]
    assert (position["marketPrice"], position["marketValue"]) == ("109.99", "10999")
    assert account["asOf"]["sequence"] == 3


async def test_foreign_and_missing_accounts_look_the_same(desk: TradingDesk) -> None:
    theirs = await desk.theirs.get(desk.path)
    none = await desk.theirs.get("/accounts/acc_none")
    assert (theirs.status_code, theirs.text) == (404, none.text)
