"""REST answers are the contract's examples, made to fit what was asked for."""

import json
from itertools import pairwise
from typing import Any

import pytest

from tests.application import NOW
from tests.mock.stage import CONTRACTS, TOKEN, Stage

DOCUMENT: dict[str, Any] = json.loads((CONTRACTS / "openapi.json").read_text())
MARKET = {"type": "market", "symbol": "MSFT", "side": "sell", "quantity": "3"}


async def asked(path: str, query: dict[str, str], stage: Stage | None = None) -> Any:
    async with (stage or Stage()).rest() as client:
        answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_what_was_asked_for_is_in_the_answer() -> None:
    async with Stage().rest() as client:
        answer = await client.post("/accounts/acc_2/orders", json=MARKET)
    assert answer.status_code == 201
    order = answer.json()["order"]
    assert {name: order[name] for name in MARKET} == MARKET
    assert order["accountId"] == "acc_2"
    assert order["updatedAt"] == NOW


@pytest.mark.parametrize(
    ("type_", "side", "status"),
    [
        ("market", "buy", "filled"),
        ("market", "sell", "filled"),
        ("limit", "buy", "working"),
        ("limit", "sell", "working"),
    ],
)
async def test_the_example_is_the_one_that_is_nearest(type_: str, side: str, status: str) -> None:
    order = {"type": type_, "symbol": "EURUSD", "side": side, "quantity": "7", "timeInForce": "day"}
    if type_ == "limit":
        order["limitPrice"] = "1.05"
    async with Stage().rest() as client:
        answer = await client.post("/accounts/acc_1/orders", json=order)
    placed = answer.json()["order"]
    assert {name: placed[name] for name in order} == order
    assert placed["status"] == status


async def test_each_symbol_has_a_quote_of_its_own() -> None:
    quotes = (await asked("/datafeed/quotes", {"symbols": "AAPL,BTCUSD"}))["quotes"]
    assert [each["symbol"] for each in quotes] == ["AAPL", "BTCUSD"]
    assert quotes[0]["last"] != quotes[1]["last"]


async def test_bars_have_no_hole_and_go_on_in_the_stream() -> None:
    stage = Stage()
    query = {"symbol": "AAPL", "resolution": "5", "countBack": "30"}
    bars = (await asked("/datafeed/bars", query, stage))["bars"]
    times = [each["time"] for each in bars]
    assert times == list(range(times[0], times[0] + 30 * 300_000, 300_000))
    assert all(a["close"] == b["open"] for a, b in pairwise(bars))
    assert all(each["low"] <= each["open"] <= each["high"] for each in bars)
    async with stage.client() as client:
        answer = await client.ask("bars.subscribe", symbol="AAPL", resolution="5")
    assert answer["snapshot"] == {**bars[-1], "closed": False}


@pytest.mark.parametrize("resolution", ["1", "240", "D", "W", "M", "1M"])
async def test_history_begins_somewhere(resolution: str) -> None:
    query = {"symbol": "AAPL", "resolution": resolution}
    bars = (await asked("/datafeed/bars", {**query, "countBack": "5000"}))["bars"]
    oldest = bars[0]["time"]
    assert bars[-1]["time"] <= NOW
    older = await asked("/datafeed/bars", {**query, "countBack": "1", "to": str(oldest)})
    assert (older["bars"], older["noData"]) == ([], True)
    newer = await asked("/datafeed/bars", {**query, "from": str(oldest), "to": str(oldest + 1)})
    assert [each["time"] for each in newer["bars"]] == [oldest]


async def test_an_answer_that_is_known_is_not_sent_again() -> None:
    async with Stage().rest() as client:
        query = {"symbol": "AAPL", "resolution": "D"}
        tag = (await client.get("/datafeed/bars", params=query)).headers["ETag"]
        again = await client.get("/datafeed/bars", params=query, headers={"If-None-Match": tag})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("prefer", "status", "code"),
    [
        ("code=422", 422, "price_off_tick"),
        ("code=insufficient_margin", 422, "insufficient_margin"),
        ('code="503"', 503, "ledger_unavailable"),
        ("code=429", 400, "invalid_request"),
        ("example=unknown", 400, "invalid_request"),
        ("example=orderResult", 201, None),
        ("code=201", 201, None),
        ("respond-async", 201, None),
    ],
)
async def test_an_answer_can_be_chosen(prefer: str, status: int, code: str | None) -> None:
    async with Stage().rest(Prefer=prefer) as client:
        answer = await client.post("/accounts/acc_live/orders", json=MARKET)
    assert (answer.status_code, answer.json().get("code")) == (status, code)


async def test_an_operation_is_refused_as_asked_for() -> None:
    stage = Stage()
    await stage.turn("refuse/placeOrder?code=market_closed&times=2")
    async with stage.rest() as client:
        codes = [
            (await client.post("/accounts/acc_live/orders", json=MARKET)).json().get("code")
            for _ in range(3)
        ]
    assert codes == ["market_closed", "market_closed", None]


async def test_all_that_is_wrong_is_told_at_once() -> None:
    async with Stage().rest() as client:
        answer = await client.get("/datafeed/bars?resolution=7&countBack=x&zzz=1")
        wrong = await client.post("/accounts/a!b/orders", json={**MARKET, "side": "up", "z": 1})
    assert {each["field"] for each in answer.json()["errors"]} == {
        "symbol",
        "resolution",
        "countBack",
        "zzz",
    }
    assert {each["field"] for each in wrong.json()["errors"]} == {"accountId", "/", "/side"}


async def test_what_is_no_operation_is_told() -> None:
    async with Stage().rest() as client:
        assert (await client.get("/nowhere")).status_code == 404
        answer = await client.delete("/accounts")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST, HEAD, OPTIONS")
        assert answer.headers["API-Version"] == DOCUMENT["info"]["version"]


async def test_the_credentials_of_the_examples_sign_in() -> None:
    login = {"userName": "trader", "password": "correct horse battery staple"}
    async with Stage(locked=True).rest() as client:
        assert (await client.get("/accounts")).status_code == 401
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert (await client.get("/accounts", headers=bearer)).status_code == 200
        wrong = await client.post("/auth/login", json={**login, "password": "wrong"})
        assert wrong.json()["code"] == "invalid_credentials"
        assert (await client.post("/auth/login", json=login)).status_code == 200
        assert (await client.get("/accounts")).status_code == 200
        assert (await client.post("/auth/logout")).status_code == 204
        assert (await client.get("/accounts")).status_code == 401
