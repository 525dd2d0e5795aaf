"""Placing, reading and canceling orders over REST."""

from collections.abc import AsyncIterator

import pytest

from tests.rest.desk import TradingDesk, open_desk

ENDLESS = {"cursor": "WyJ4IixJbmZpbml0eSwieSJd"}
"""In it: ["x",Infinity,"y"]."""


@pytest.fixture
async def desk() -> AsyncIterator[TradingDesk]:
    async with open_desk() as desk:
        yield desk


async def test_a_placed_order_is_answered_with_its_fills_and_where_to_find_it(
    desk: TradingDesk,
) -> None:
    body = {"type": "market", "symbol": "SIM:AAPL", "side": "buy", "quantity": "10.0"}
    answer = await desk.mine.post(f"{desk.path}/orders", json=body)

    assert answer.status_code == 201
    result = answer.json()
    order, [execution] = result["order"], result["executions"]
    assert (order["symbol"], order["status"], order["quantity"]) == ("AAPL", "filled", "10")
    assert (order["averagePrice"], order["remainingQuantity"]) == ("100.01", "0")
    assert "limitPrice" not in order
    assert execution["basis"] == {
        "type": "quote",
        "time": order["createdMarketTime"],
        "bid": "99.99",
        "ask": "100.01",
        "last": "100.01",
    }
    assert result["asOf"]["sequence"] == execution["sequence"] == 2
    assert answer.headers["Idempotency-Replayed"] == "false"
    location = answer.headers["Location"]
    assert location == f"/api/v1{desk.path}/orders/{order['orderId']}"
    assert (await desk.mine.get(location.removeprefix("/api/v1"))).json() == result


async def test_the_same_client_order_id_gives_the_same_answer(desk: TradingDesk) -> None:
    body = {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "10"}
    first = await desk.mine.post(f"{desk.path}/orders", json={**body, "clientOrderId": "a-1"})
    await desk.place(side="sell")
    again = {**body, "quantity": "10.00", "timeInForce": "day", "clientOrderId": "a-1"}
    second = await desk.mine.post(f"{desk.path}/orders", json=again)

    assert second.status_code == 201
    assert second.json() == first.json()
    assert second.headers["Idempotency-Replayed"] == "true"

    other = await desk.mine.post(
        f"{desk.path}/orders", json={**body, "quantity": "11", "clientOrderId": "a-1"}
    )
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


@pytest.mark.parametrize(
    ("change", "status", "code", "error"),
    [
        ({"limitPrice": "99.994"}, 422, "price_off_tick", ("/limitPrice", "99.99")),
        ({"limitPrice": "0"}, 422, "price_out_of_range", ("/limitPrice", "0.01")),
        ({"quantity": "1.5"}, 422, "quantity_off_step", ("/quantity", "2")),
        ({"quantity": "0"}, 422, "quantity_out_of_range", ("/quantity", "1")),
        ({"quantity": "5000"}, 422, "insufficient_margin", ("/quantity", "1999")),
        ({"symbol": "MSFT"}, 422, "no_price", ("/symbol", None)),
        ({"symbol": "REC:IBM"}, 422, "wrong_clock", ("/symbol", None)),
        ({"symbol": "NONE"}, 404, "symbol_not_found", None),
        ({"quantity": "-1"}, 400, "invalid_request", None),
        ({"quantity": 1}, 400, "invalid_request", None),
        ({"quantity": None}, 400, "invalid_request", None),
        ({"quantity": "1.0000000000001"}, 400, "invalid_request", None),
        ({"quantity": "1e3"}, 400, "invalid_request", None),
        ({"clientOrderId": None}, 400, "invalid_request", None),
        ({"side": "hold"}, 400, "invalid_request", None),
        ({"surprise": 1}, 400, "invalid_request", None),
    ],
)
async def test_a_refused_order_names_rule_and_nearest_value(
    desk: TradingDesk,
    change: dict[str, object],
    status: int,
    code: str,
    error: tuple[str, str | None] | None,
) -> None:
    kind = "limit" if "limitPrice" in change else "market"
    body = {"type": kind, "symbol": "AAPL", "side": "buy", "quantity": "10", **change}
    answer = await desk.mine.post(f"{desk.path}/orders", json=body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    if error:
        [fault] = answer.json()["errors"]
        assert (fault["field"], fault.get("nearest")) == error
    assert (await desk.mine.get(f"{desk.path}/orders")).json()["orders"] == []


async def test_cancel_and_its_conflicts(desk: TradingDesk) -> None:
    placed = await desk.place(limitPrice="99.00")
    path = f"{desk.path}/orders/{placed['order']['orderId']}/cancel"
    key = {"Idempotency-Key": "k-1"}
    first = await desk.mine.post(path, headers=key)
    second = await desk.mine.post(path, headers=key)
    third = await desk.mine.post(path)

    assert first.status_code == 200
    assert first.json()["order"]["status"] == "canceled"
    assert second.json() == first.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert (third.status_code, third.json()["code"]) == (409, "order_not_working")

    other = await desk.place(limitPrice="99.00")
    path = f"{desk.path}/orders/{other['order']['orderId']}/cancel"
    conflict = await desk.mine.post(path, headers=key)
    assert (conflict.status_code, conflict.json()["code"]) == (409, "idempotency_conflict")


async def test_orders_are_listed_newest_first_and_filtered(desk: TradingDesk) -> None:
    first = await desk.place(clientOrderId="a")
    second = await desk.place(limitPrice="99.00")
    third = await desk.place(symbol="EURUSD", quantity="1000")

    async def ids(**query: str) -> list[str]:
        answer = await desk.mine.get(f"{desk.path}/orders", params=query)
        assert answer.status_code == 200, answer.text
        return [order["orderId"] for order in answer.json()["orders"]]

    one, two, three = (item["order"]["orderId"] for item in (first, second, third))
    assert await ids() == [three, two, one]
    assert await ids(status="working") == [two]
    assert await ids(status="filled,canceled") == [three, one]
    assert await ids(symbol="SIM:AAPL") == [two, one]
    assert await ids(clientOrderId="a") == [one]
    assert await ids(symbol="NONE") == []


async def test_pages_do_not_move_while_orders_fill(desk: TradingDesk) -> None:
    placed = [await desk.place(limitPrice="99.00") for _ in range(5)]
    expected = [item["order"]["orderId"] for item in reversed(placed)]
    query = {"limit": "2", "status": "working"}
    page = (await desk.mine.get(f"{desk.path}/orders", params=query)).json()
    seen = [order["orderId"] for order in page["orders"]]
    await desk.house.quote("AAPL", "98.00", "98.02")
    await desk.place(limitPrice="90.00")

    while "nextCursor" in page:
        query["cursor"] = page["nextCursor"]
        after = (await desk.mine.get(f"{desk.path}/orders", params=query)).json()
        assert after["asOf"] == page["asOf"]
        page = after
        seen += [order["orderId"] for order in page["orders"]]
    assert seen == expected

    for change in ({"status": "filled"}, {"cursor": "AAAA"}, {"cursor": "W10"}, ENDLESS):
        wrong = await desk.mine.get(f"{desk.path}/orders", params={**query, **change})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_cursor")


async def test_what_belongs_to_others_is_not_there(desk: TradingDesk) -> None:
    placed = await desk.place(limitPrice="99.00")
    order_id = placed["order"]["orderId"]
    their_account = desk.house.oms.accounts("usr_2")[0].account_id
    body = {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "1"}

    foreign = [
        await desk.theirs.get(f"{desk.path}/orders"),
        await desk.theirs.get(f"{desk.path}/orders/{order_id}"),
        await desk.theirs.post(f"{desk.path}/orders", json=body),
        await desk.theirs.post(f"{desk.path}/orders/{order_id}/cancel"),
        await desk.theirs.get("/accounts/acc_none/orders"),
    ]
    assert {(answer.status_code, answer.text) for answer in foreign} == {(404, foreign[-1].text)}, (
        "nobody can tell a foreign account from none"
    )
    own = await desk.theirs.get(f"/accounts/{their_account}/orders/{order_id}")
    assert (own.status_code, own.json()["code"]) == (404, "order_not_found")


async def test_a_ledger_that_fails_is_503_and_the_order_can_be_sent_again(
    desk: TradingDesk,
) -> None:
    desk.house.ledger.failures = ["before"]
    body = {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "1"}
    answer = await desk.mine.post(f"{desk.path}/orders", json={**body, "clientOrderId": "a"})
    assert (answer.status_code, answer.json()["code"]) == (503, "ledger_unavailable")
    again = await desk.place(quantity="1", clientOrderId="a")
    assert again["order"]["status"] == "filled"
