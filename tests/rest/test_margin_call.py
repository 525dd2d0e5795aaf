"""A margin call and a liquidation, as a client sees them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from handlers import wire
from tests.rest.desk import TradingDesk, open_desk
from tests.trading.house import USER


@pytest.fixture
async def desk() -> AsyncIterator[TradingDesk]:
    async with open_desk() as opened:
        yield opened


def updates(desk: TradingDesk, since: int) -> list[dict[str, Any]]:
    """What the account's stream tells of the transactions after that one."""
    state = desk.house.oms.account(USER, desk.account)
    told = [item for item in desk.house.heard.transactions if item.account_id == desk.account]
    return [
        wire.account_update(state, item).model_dump(mode="json", by_alias=True)
        for item in told
        if item.sequence > since
    ]


async def account(desk: TradingDesk) -> dict[str, Any]:
    answer = await desk.mine.get(desk.path)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


async def activities(desk: TradingDesk, **query: str) -> list[dict[str, Any]]:
    answer = await desk.mine.get(f"{desk.path}/activities", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["activities"]
    return found


async def test_a_call_is_told_and_shown(desk: TradingDesk) -> None:
    placed = await desk.place(quantity="1900")
    assert "marginCall" not in await account(desk)
    await desk.house.quote("AAPL", "68.50", "68.52")
    shown = await account(desk)
    call = shown["marginCall"]
    assert call["equity"] == shown["figures"]["equity"] == "40131"
    assert call["maintenanceMargin"] == shown["figures"]["maintenanceMargin"] == "32537.5"
    assert shown["figures"]["excessLiquidity"] == "7593.5"
    assert shown["figures"]["marketValue"] == "130150"
    [update] = updates(desk, placed["asOf"]["sequence"])
    assert update["cause"] == "margin_called"
    figures = {"equity": "40131", "maintenanceMargin": "32537.5"}
    booked, told = update["events"]
    assert told == {"type": "margin_call", "active": True, **figures}
    [activity] = booked["activities"]
    assert activity == {**activity, "kind": "margin_call", "amount": "0", **figures}
    snapshot = wire.account_snapshot(desk.house.oms.account(USER, desk.account).view())
    assert snapshot.margin_call is not None

    await desk.house.quote("AAPL", "90.00", "90.02")
    assert "marginCall" not in await account(desk)
    assert updates(desk, placed["asOf"]["sequence"])[-1]["cause"] == "margin_restored"
    restored, called, deposit = await activities(desk)
    assert (restored["kind"], called, deposit["kind"]) == ("margin_restored", activity, "deposit")


async def test_a_liquidation_is_one_update_with_its_reason(desk: TradingDesk) -> None:
    placed = await desk.place(quantity="1900")
    resting = await desk.place(quantity="1", limitPrice="1.00", timeInForce="gtc")
    await desk.house.quote("AAPL", "60.00", "60.02")
    [update] = updates(desk, resting["asOf"]["sequence"])
    assert update["cause"] == "liquidation"
    kinds = [event["type"] for event in update["events"]]
    assert kinds == [
        "order",
        "order",
        "execution",
        "position",
        "balance",
        "margin_call",
        "liquidation",
    ]
    canceled, closing = (event["order"] for event in update["events"][:2])
    assert canceled["orderId"] == resting["order"]["orderId"]
    assert (canceled["status"], canceled["cancelReason"]) == ("canceled", "liquidation")
    told = update["events"][-1]
    assert (told["orderId"], told["symbol"]) == (closing["orderId"], "AAPL")
    assert (closing["type"], closing["reduceOnly"]) == ("market", True)
    assert told["quantity"] == closing["filledQuantity"]
    liquidated, *_ = await activities(desk, kind="liquidation")
    assert liquidated == {
        **liquidated,
        **{key: told[key] for key in told if key != "type"},
        "amount": "0",
    }
    positions = (await desk.mine.get(f"{desk.path}/positions")).json()["positions"]
    assert positions[0]["positionId"] == placed["executions"][0]["positionId"]
