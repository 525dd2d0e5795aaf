"""Preview, modify, explain and cancel many; reverse and protect a position; over REST."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from generated.models import SymbolType
from handlers.trading.matching.models.fees import UnitFee
from handlers.trading.matching.models.liquidity import ShareOfSize
from handlers.trading.matching.models.profile import FillModels, FillProfile
from tests.rest.desk import TradingDesk, open_desk

LIMIT = {"type": "limit", "symbol": "AAPL", "side": "buy", "quantity": "10", "limitPrice": "90.00"}
MARKET = {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "10"}


@pytest.fixture
async def desk() -> AsyncIterator[TradingDesk]:
    async with open_desk() as desk:
        yield desk


async def placed(desk: TradingDesk, **body: Any) -> dict[str, Any]:
    answer = await desk.mine.post(f"{desk.path}/orders", json=body)
    assert answer.status_code == 201, answer.text
    order: dict[str, Any] = answer.json()["order"]
    return order


async def test_a_preview_can_be_confirmed_and_only_for_its_order(desk: TradingDesk) -> None:
    preview = (await desk.mine.post(f"{desk.path}/orders/preview", json=MARKET)).json()
    assert (preview["price"], preview["value"]) == ("100.01", "1000.1")
    assert preview["errors"] == []
    assert preview["before"]["initialMargin"] == "0"
    assert float(preview["after"]["initialMargin"]) > 0
    assert (await desk.mine.get(desk.path)).json()["balance"]["balance"] == "100000"

    confirmed = {**MARKET, "confirmId": preview["confirmId"], "clientOrderId": "c-1"}
    other = {**confirmed, "quantity": "11"}
    refused = await desk.mine.post(f"{desk.path}/orders", json=other)
    assert (refused.status_code, refused.json()["code"]) == (422, "preview_mismatch")
    assert (await placed(desk, **confirmed))["status"] == "filled"
    again = await desk.mine.post(f"{desk.path}/orders", json=confirmed)
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_an_old_preview_is_refused(desk: TradingDesk) -> None:
    preview = (await desk.mine.post(f"{desk.path}/orders/preview", json=MARKET)).json()
    desk.house.market.time += 30_001
    late = {**MARKET, "confirmId": preview["confirmId"]}
    refused = await desk.mine.post(f"{desk.path}/orders", json=late)
    assert (refused.status_code, refused.json()["code"]) == (422, "preview_expired")


async def test_a_preview_says_what_would_refuse_the_order(desk: TradingDesk) -> None:
    huge = {**MARKET, "quantity": "100000"}
    preview = (await desk.mine.post(f"{desk.path}/orders/preview", json=huge)).json()
    [error] = preview["errors"]
    assert error["code"] == "insufficient_margin"
    assert error["errors"][0]["nearest"]
    assert "confirmId" not in preview
    unknown = await desk.mine.post(f"{desk.path}/orders/preview", json={**MARKET, "symbol": "NOPE"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "symbol_not_found")


async def test_commission_and_liquidity_are_told_by_the_models() -> None:
    profile = FillProfile(fee=UnitFee(Decimal("0.1")), liquidity=ShareOfSize(Decimal("0.5")))
    async with open_desk(fills=FillModels({SymbolType.STOCK: profile})) as desk:
        preview = (await desk.mine.post(f"{desk.path}/orders/preview", json=LIMIT)).json()
        assert preview["commission"] == "1"
        desk.house.market.set("AAPL", "99.99", "100.01", "8")
        order = await placed(desk, **MARKET)
        path = f"{desk.path}/orders/{order['orderId']}/explain"
        [condition] = (await desk.mine.get(path)).json()["waitsFor"]
    assert condition.pop("description")
    assert condition == {
        "condition": "liquidity",
        "marketPrice": "100.01",
        "model": "0.5 of the size",
        "offered": "4",
        "taken": "4",
    }


async def test_an_order_is_modified_and_explained(desk: TradingDesk) -> None:
    order = await placed(desk, **LIMIT, takeProfit={"limitPrice": "120.00"})
    path = f"{desk.path}/orders/{order['orderId']}"
    change = {"limitPrice": "91.00", "takeProfit": None, "expectedRevision": order["revision"]}
    changed = (await desk.mine.patch(path, json=change)).json()
    assert changed["order"]["limitPrice"] == "91"
    conflict = await desk.mine.patch(path, json={**change, "quantity": "9"})
    assert (conflict.status_code, conflict.json()["code"]) == (409, "revision_mismatch")

    explained = (await desk.mine.get(f"{path}/explain")).json()
    assert [item["limitPrice"] for item in explained["history"]] == ["90", "91"]
    [condition] = explained["waitsFor"]
    assert condition["condition"] == "limit"
    assert (condition["price"], condition["marketPrice"]) == ("91", "100.01")
    legs = (await desk.mine.get(f"{desk.path}/orders?status=canceled")).json()["orders"]
    assert [leg["cancelReason"] for leg in legs] == ["requested"]
    assert legs[0]["parentId"] == order["orderId"]

    unchanged = await desk.mine.patch(path, json={})
    assert unchanged.json()["asOf"] == explained["asOf"]
    missing = await desk.mine.get(f"{desk.path}/orders/ord_none/explain")
    assert (missing.status_code, missing.json()["code"]) == (404, "order_not_found")
    theirs = await desk.theirs.patch(path, json={"quantity": "1"})
    assert (theirs.status_code, theirs.json()["code"]) == (404, "account_not_found")


async def test_many_orders_are_canceled_in_one_transaction_and_once(desk: TradingDesk) -> None:
    for _ in range(3):
        await placed(desk, **LIMIT)
    path, key = f"{desk.path}/orders/cancel", {"Idempotency-Key": "k-1"}
    first = await desk.mine.post(path, json={"side": "buy"}, headers=key)
    assert [order["status"] for order in first.json()["orders"]] == ["canceled"] * 3
    await placed(desk, **LIMIT)
    again = await desk.mine.post(path, json={"side": "buy"}, headers=key)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    none = await desk.mine.post(path, json={"side": "sell"})
    assert none.json()["orders"] == []


async def test_canceling_nothing_uses_the_key_up(desk: TradingDesk) -> None:
    path, key = f"{desk.path}/orders/cancel", {"Idempotency-Key": "k-1"}
    first = await desk.mine.post(path, json={}, headers=key)
    assert (first.status_code, first.json()["orders"]) == (200, [])
    order = await placed(desk, **LIMIT)
    again = await desk.mine.post(path, json={}, headers=key)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    found = (await desk.mine.get(f"{desk.path}/orders?status=working")).json()["orders"]
    assert [each["orderId"] for each in found] == [order["orderId"]]


async def test_a_position_is_protected_and_reversed(desk: TradingDesk) -> None:
    await placed(desk, **MARKET)
    [position] = (await desk.mine.get(f"{desk.path}/positions")).json()["positions"]
    path = f"{desk.path}/positions/{position['positionId']}"
    legs = {"takeProfit": {"limitPrice": "120.00"}, "stopLoss": {"stopPrice": "90.00"}}
    protected = (await desk.mine.put(f"{path}/brackets", json=legs)).json()
    assert [leg["bracketLeg"] for leg in protected["legs"]] == ["take_profit", "stop_loss"]
    wrong = {"stopLoss": {"stopPrice": "130.00"}}
    refused = await desk.mine.put(f"{path}/brackets", json=wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "bracket_wrong_side")
    assert refused.json()["errors"][0]["field"] == "/stopLoss/stopPrice"

    key = {"Idempotency-Key": "r-1"}
    turned = await desk.mine.post(f"{path}/reverse", headers=key)
    effects = [item["positionEffect"] for item in turned.json()["executions"]]
    assert effects == ["close", "open"]
    again = await desk.mine.post(f"{path}/reverse", headers=key)
    assert again.json() == turned.json()
    stale = await desk.mine.post(f"{path}/reverse")
    assert (stale.status_code, stale.json()["code"]) == (409, "position_closed")
    assert (await desk.mine.get(f"{desk.path}/orders?status=working,held")).json()["orders"] == []
