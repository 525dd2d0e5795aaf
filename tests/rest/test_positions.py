"""Open and closed positions over REST."""

from collections.abc import AsyncIterator

import pytest

from tests.rest.desk import TradingDesk, open_desk


@pytest.fixture
async def desk() -> AsyncIterator[TradingDesk]:
    async with open_desk() as desk:
        yield desk


async def test_a_position_from_opening_to_close(desk: TradingDesk) -> None:
    await desk.place()
    [position] = (await desk.mine.get(f"{desk.path}/positions")).json()["positions"]
    assert (position["side"], position["quantity"], position["averagePrice"]) == (
        "long",
        "10",
        "100.01",
    )
    path = f"{desk.path}/positions/{position['positionId']}"

    part = await desk.mine.post(f"{path}/close", json={"quantity": "4"})
    assert part.status_code == 200
    assert part.json()["order"]["reduceOnly"]
    assert part.json()["order"]["positionId"] == position["positionId"]
    assert (await desk.mine.get(path)).json()["position"]["quantity"] == "6"

    key = {"Idempotency-Key": "k-1"}
    rest = await desk.mine.post(f"{path}/close", json={}, headers=key)
    assert rest.json()["executions"][0]["realizedPnl"] == "-0.12"
    again = await desk.mine.post(f"{path}/close", json={}, headers=key)
    assert again.json() == rest.json()
    assert again.headers["Idempotency-Replayed"] == "true"

    closed = (await desk.mine.get(path)).json()["position"]
    assert (closed["status"], closed["quantity"], closed["costBasis"]) == ("closed", "0", "0")
    assert (closed["averagePrice"], closed["realizedPnl"]) == ("100.01", "-0.2")
    second = await desk.mine.post(f"{path}/close", json={})
    assert (second.status_code, second.json()["code"]) == (409, "position_closed")

    listed = await desk.mine.get(f"{desk.path}/positions", params={"status": "closed"})
    assert listed.json()["positions"] == [closed]
    assert (await desk.mine.get(f"{desk.path}/positions")).json()["positions"] == []


async def test_refused_closes(desk: TradingDesk) -> None:
    await desk.place()
    [position] = (await desk.mine.get(f"{desk.path}/positions")).json()["positions"]
    path = f"{desk.path}/positions/{position['positionId']}/close"
    more = await desk.mine.post(path, json={"quantity": "11"})
    assert (more.status_code, more.json()["code"]) == (422, "position_quantity_exceeded")
    assert more.json()["errors"][0]["nearest"] == "10"
    step = await desk.mine.post(path, json={"quantity": "0.5"})
    assert (step.status_code, step.json()["code"]) == (422, "quantity_out_of_range")
    null = await desk.mine.post(path, json={"quantity": None})
    assert null.status_code == 400
    none = await desk.mine.post(f"{desk.path}/positions/pos_none/close", json={})
    assert (none.status_code, none.json()["code"]) == (404, "position_not_found")
    theirs = await desk.theirs.post(path, json={})
    assert (theirs.status_code, theirs.json()["code"]) == (404, "account_not_found")


async def test_positions_are_filtered_by_symbol(desk: TradingDesk) -> None:
    await desk.place()
    await desk.place(symbol="EURUSD", quantity="1000", side="sell")
    answer = await desk.mine.get(f"{desk.path}/positions", params={"symbol": "SIM:EURUSD"})
    [position] = answer.json()["positions"]
    assert (position["symbol"], position["side"]) == ("EURUSD", "short")
    missing = await desk.mine.get(f"{desk.path}/positions/pos_none")
    assert missing.status_code == 404
