"""Leverage over REST: read, previewed, set, and used."""

from collections.abc import AsyncIterator

import pytest

from tests.rest.desk import TradingDesk, open_desk


@pytest.fixture
async def desk() -> AsyncIterator[TradingDesk]:
    async with open_desk() as opened:
        yield opened


async def test_it_is_the_highest_until_it_is_set(desk: TradingDesk) -> None:
    answer = await desk.mine.get(f"{desk.path}/leverage/SIM:AAPL")
    assert answer.status_code == 200, answer.text
    assert answer.json()["leverage"] == {
        "symbol": "AAPL",
        "leverage": "2",
        "minLeverage": "1",
        "maxLeverage": "2",
        "leverageStep": "0.1",
        "initialMarginRate": "0.5",
        "maintenanceMarginRate": "0.25",
    }
    assert answer.json()["asOf"]["sequence"] == 1


async def test_it_is_previewed_set_and_used(desk: TradingDesk) -> None:
    await desk.place(quantity="100")
    path = f"{desk.path}/leverage/AAPL"
    preview = (await desk.mine.post(f"{path}/preview", json={"leverage": "1.0"})).json()
    assert preview["before"]["leverage"] == "2"
    assert preview["after"]["initialMarginRate"] == "1"
    assert preview["marginBefore"]["initialMargin"] == "4999.5"
    assert preview["marginAfter"]["initialMargin"] == "9999"
    assert "missing" not in preview

    answer = await desk.mine.put(path, json={"leverage": "1"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["leverage"] == preview["after"]
    assert answer.json()["asOf"]["sequence"] == preview["asOf"]["sequence"] + 1
    account = (await desk.mine.get(desk.path)).json()
    assert account["figures"]["initialMargin"] == "9999"

    again = await desk.mine.put(path, json={"leverage": "1.0"})
    assert again.json() == answer.json()


async def test_what_is_missing_is_said(desk: TradingDesk) -> None:
    await desk.place(quantity="1500")
    path = f"{desk.path}/leverage/AAPL"
    preview = (await desk.mine.post(f"{path}/preview", json={"leverage": "1"})).json()
    refused = await desk.mine.put(path, json={"leverage": "1"})
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["code"] == "insufficient_margin"
    assert problem["detail"] == f"{preview['missing']} USD of margin is missing."
    nearest = problem["errors"][0]["nearest"]
    assert (await desk.mine.put(path, json={"leverage": nearest})).status_code == 200


@pytest.mark.parametrize(
    ("symbol", "leverage", "status", "code"),
    [
        ("AAPL", "2.5", 422, "leverage_out_of_range"),
        ("AAPL", "1.25", 422, "leverage_off_step"),
        ("REC:IBM", "1", 422, "wrong_clock"),
        ("NONE", "1", 404, "symbol_not_found"),
        ("AAPL", "one", 400, "invalid_request"),
    ],
)
async def test_refusals_are_problems(
    desk: TradingDesk, symbol: str, leverage: str, status: int, code: str
) -> None:
    path = f"{desk.path}/leverage/{symbol}"
    for method, at in (("PUT", path), ("POST", f"{path}/preview")):
        answer = await desk.mine.request(method, at, json={"leverage": leverage})
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_another_users_account_is_not_there(desk: TradingDesk) -> None:
    path = f"{desk.path}/leverage/AAPL"
    assert (await desk.theirs.get(path)).json()["code"] == "account_not_found"
    answer = await desk.theirs.put(path, json={"leverage": "1"})
    assert answer.json()["code"] == "account_not_found"
