"""Accounts over REST: created, renamed, put away, begun anew."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from handlers.paper_accounts import MAX_ACCOUNTS
from tests.rest.desk import TradingDesk, open_desk

CONTRACT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "contracts/openapi.yaml").read_text("utf-8")
)
NEW = {"name": "Breakouts", "balance": "25000.00"}


@pytest.fixture
async def desk() -> AsyncIterator[TradingDesk]:
    async with open_desk() as desk:
        desk.house.market.time += 1_000
        desk.house.market.set("AAPL", "99.99", "100.01")
        yield desk


def commands() -> Iterator[tuple[str, str, Any]]:
    """Every operation that changes something of an account, with the example of its body."""
    for path, item in CONTRACT["paths"].items():
        for method in {"post", "put", "patch", "delete"} & item.keys():
            if path.startswith("/accounts/{accountId}") and not path.endswith("/preview"):
                content = item[method].get("requestBody", {}).get("content", {})
                media = content.get("application/json", {})
                first: dict[str, Any] = next(iter(media.get("examples", {}).values()), {})
                yield method, path, media.get("example", first.get("value"))


async def names(desk: TradingDesk, **query: Any) -> list[str]:
    answer = await desk.mine.get("/accounts", params=query)
    return [item["name"] for item in answer.json()["accounts"]]


async def test_an_account_is_created_and_trades(desk: TradingDesk) -> None:
    answer = await desk.mine.post("/accounts", json=NEW)
    account = answer.json()
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/api/v1/accounts/{account['accountId']}"
    assert account["balance"]["balance"] == account["figures"]["equity"] == "25000"
    assert (account["type"], account["clock"], account["archived"]) == ("margin", "live", False)
    assert account["asOf"]["sequence"] == 1
    assert await names(desk) == ["Paper", "Replay", "Breakouts"]

    order = {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "1"}
    placed = await desk.mine.post(f"/accounts/{account['accountId']}/orders", json=order)
    assert placed.json()["order"]["status"] == "filled"
    foreign = await desk.theirs.get(f"/accounts/{account['accountId']}")
    assert foreign.status_code == 404


async def test_a_cash_account_pays_in_full(desk: TradingDesk) -> None:
    account = (await desk.mine.post("/accounts", json={**NEW, "type": "cash"})).json()
    path = f"/accounts/{account['accountId']}"
    order = {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "100"}
    assert (await desk.mine.post(f"{path}/orders", json=order)).status_code == 201
    held = (await desk.mine.get(path)).json()
    assert (held["type"], held["balance"]["balance"]) == ("cash", "14999")
    assert held["figures"]["equity"] == "24998"
    activities = (await desk.mine.get(f"{path}/activities")).json()["activities"]
    assert [(item["kind"], item["amount"]) for item in activities] == [
        ("purchase", "-10001"),
        ("deposit", "25000"),
    ]
    refused = await desk.mine.post(f"{path}/orders", json={**order, "quantity": "1000"})
    assert refused.json()["code"] == "insufficient_margin"
    assert (await desk.mine.post(f"{path}/reset", json={})).json()["figures"]["equity"] == "25000"


async def test_a_repeated_creation_answers_the_same_and_creates_once(desk: TradingDesk) -> None:
    key = {"Idempotency-Key": "first"}
    first = await desk.mine.post("/accounts", json=NEW, headers=key)
    path = f"/accounts/{first.json()['accountId']}"
    await desk.mine.patch(path, json={"name": "Renamed"})
    desk.house.market.time += 1_000
    again = await desk.mine.post("/accounts", json={**NEW, "balance": "25000"}, headers=key)
    assert again.json() == first.json()
    assert first.headers["Idempotency-Replayed"] == "false"
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await names(desk) == ["Paper", "Replay", "Renamed"]

    other = await desk.mine.post("/accounts", json={**NEW, "name": "Other"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    theirs = await desk.theirs.post("/accounts", json=NEW, headers=key)
    assert theirs.status_code == 201, "keys are each user's own"


@pytest.mark.parametrize(
    ("change", "code", "error"),
    [
        (
            {"balance": "0.50"},
            "balance_out_of_range",
            {"field": "/balance", "rule": "range", "value": "0.5", "nearest": "1"},
        ),
        (
            {"balance": "1000000000000.01"},
            "balance_out_of_range",
            {"field": "/balance", "value": "1000000000000.01", "nearest": "1000000000000"},
        ),
        (
            {"currency": "XYZ"},
            "currency_not_supported",
            {"field": "/currency", "rule": "currency", "value": "XYZ", "nearest": "USD"},
        ),
    ],
)
async def test_what_no_account_begins_with_is_refused(
    desk: TradingDesk, change: dict[str, str], code: str, error: dict[str, str]
) -> None:
    answer = await desk.mine.post("/accounts", json={**NEW, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    [told] = answer.json()["errors"]
    assert told.items() >= error.items()
    assert await names(desk) == ["Paper", "Replay"]


@pytest.mark.parametrize("name", ["", " x", "x ", "a\nb", "x" * 65])
async def test_a_name_is_one_line(desk: TradingDesk, name: str) -> None:
    answer = await desk.mine.post("/accounts", json={**NEW, "name": name})
    assert answer.status_code == 400


async def test_there_are_so_many_accounts_at_most(desk: TradingDesk) -> None:
    for _ in range(MAX_ACCOUNTS - 2):
        assert (await desk.mine.post("/accounts", json=NEW)).status_code == 201
    refused = await desk.mine.post("/accounts", json=NEW)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_accounts")
    await desk.mine.patch(desk.path, json={"archived": True})
    assert (await desk.mine.post("/accounts", json=NEW)).status_code == 201
    restored = await desk.mine.patch(desk.path, json={"archived": False})
    assert (restored.status_code, restored.json()["code"]) == (409, "too_many_accounts")


async def test_an_archived_account_is_read_and_takes_no_command(desk: TradingDesk) -> None:
    placed = await desk.place(clientOrderId="once")
    await desk.place(side="sell")
    put_away = await desk.mine.patch(desk.path, json={"archived": True, "name": "Old"})
    assert (put_away.status_code, put_away.json()["archived"]) == (200, True)
    sequence = put_away.json()["asOf"]["sequence"]
    assert await names(desk) == ["Replay"]
    assert await names(desk, includeArchived="true") == ["Old", "Replay"]
    assert (await desk.mine.get(desk.path)).json()["name"] == "Old"

    ids = {
        "accountId": desk.account,
        "orderId": placed["order"]["orderId"],
        "positionId": placed["executions"][0]["positionId"],
        "symbol": "AAPL",
    }
    for method, path, body in commands():
        answer = await desk.mine.request(method, path.format(**ids), json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "account_archived"), path
    order = {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "10"}
    repeated = await desk.mine.post(f"{desk.path}/orders", json={**order, "clientOrderId": "once"})
    assert repeated.json() == placed, "what was done before is answered again"
    again = await desk.mine.patch(desk.path, json={"archived": True})
    assert again.json()["asOf"]["sequence"] == sequence, "nothing was left to do"

    restored = await desk.mine.patch(desk.path, json={"archived": False})
    assert restored.json()["archived"] is False
    await desk.place()


async def test_an_account_that_is_not_flat_is_not_archived(desk: TradingDesk) -> None:
    await desk.place()
    await desk.place(limitPrice="1.00")
    answer = await desk.mine.patch(desk.path, json={"archived": True, "name": "Old"})
    assert (answer.status_code, answer.json()["code"]) == (409, "account_not_flat")
    assert "1 open orders and 1 open positions" in answer.json()["detail"]
    assert await names(desk) == ["Paper", "Replay"]


async def test_a_reset_begins_a_new_epoch(desk: TradingDesk) -> None:
    await desk.place()
    working = await desk.place(limitPrice="1.00")
    before = (await desk.mine.get(desk.path)).json()
    key = {"Idempotency-Key": "anew"}
    answer = await desk.mine.post(f"{desk.path}/reset", json={"balance": "500"}, headers=key)
    account = answer.json()
    assert answer.status_code == 200, answer.text
    assert account["balance"] == {
        "currency": "USD",
        "balance": "500",
        "realizedPnl": "0",
        "commission": "0",
    }
    assert account["asOf"]["sequence"] == before["asOf"]["sequence"] + 1
    assert account["asOf"]["epoch"] != before["asOf"]["epoch"]
    for list_of in ("orders", "positions", "executions"):
        assert (await desk.mine.get(f"{desk.path}/{list_of}")).json()[list_of] == []
    [deposit] = (await desk.mine.get(f"{desk.path}/activities")).json()["activities"]
    assert (deposit["kind"], deposit["amount"]) == ("deposit", "500")
    await desk.house.quote("AAPL", "0.90", "0.91")
    gone = await desk.mine.get(f"{desk.path}/orders/{working['order']['orderId']}")
    assert gone.status_code == 404, "nothing works on of what was before"

    await desk.place(quantity="1")
    again = await desk.mine.post(f"{desk.path}/reset", json={"balance": "500.0"}, headers=key)
    assert again.json() == account
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await desk.mine.post(f"{desk.path}/reset", json={}, headers=key)
    assert other.json()["code"] == "idempotency_conflict"
    plain = await desk.mine.post(f"{desk.path}/reset", json={})
    assert plain.json()["balance"]["balance"] == "500", "as the epoch before began"
    refused = await desk.mine.post(f"{desk.path}/reset", json={"balance": "-1"})
    assert refused.json()["code"] == "balance_out_of_range"


async def test_a_reset_ends_brackets_and_what_is_grouped(desk: TradingDesk) -> None:
    legs = {"takeProfit": {"limitPrice": "120.00"}, "stopLoss": {"stopPrice": "80.00"}}
    await desk.place(**legs)
    await desk.place(limitPrice="90.00", ocoGroupId="either", **legs)
    await desk.place(limitPrice="89.00", ocoGroupId="either")
    answer = await desk.mine.post(f"{desk.path}/reset", json={})
    assert answer.status_code == 200, answer.text
    state = desk.house.oms.account("usr_1", desk.account)
    assert (state.open_orders, state.open_positions) == ({}, {})
    await desk.house.quote("AAPL", "79.00", "79.02")
    await desk.house.quote("AAPL", "130.00", "130.02")
    assert state.balance.balance == 100_000, "nothing of before trades"
    assert (await desk.mine.get(f"{desk.path}/orders")).json()["orders"] == []


async def test_a_restart_knows_what_became_of_accounts(desk: TradingDesk) -> None:
    created = (await desk.mine.post("/accounts", json={**NEW, "clock": "replay"})).json()
    await desk.mine.patch(desk.path, json={"archived": True, "name": "Old"})
    again = desk.house.again()
    await again.oms.start()
    profiles = [(item.profile.name, item.profile.archived) for item in again.oms.accounts("usr_1")]
    assert profiles == [("Old", True), ("Replay", False), ("Breakouts", False)]
    again.replay_epoch = "two"
    again.oms.on_epoch(desk.house.market)  # type: ignore[arg-type]
    await again.oms.close()
    state = again.oms.account("usr_1", created["accountId"])
    assert state.market_epoch == "two"
    assert state.first_balance == 25_000


async def test_an_archived_replay_account_waits_until_it_is_restored(desk: TradingDesk) -> None:
    path = f"/accounts/{desk.house.replay}"
    await desk.mine.patch(path, json={"archived": True})
    desk.house.replay_epoch = "two"
    desk.house.oms.on_epoch(desk.house.market)  # type: ignore[arg-type]
    await desk.house.oms.close()
    state = desk.house.oms.account("usr_1", desk.house.replay)
    assert (state.sequence, state.market_epoch) == (2, "one")
    await desk.mine.patch(path, json={"archived": False})
    assert state.market_epoch == "two"
