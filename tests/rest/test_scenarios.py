"""Scenarios over the wire: who may play them, what they answer, what they refuse."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.rest.desk import TradingDesk, open_desk


@pytest.fixture
async def desk() -> AsyncIterator[TradingDesk]:
    async with open_desk() as opened:
        yield opened


async def play(desk: TradingDesk, order_id: str, key: str | None = None, **body: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    path = f"{desk.path}/orders/{order_id}/scenario"
    return await desk.mine.post(path, json=body, headers=headers)


async def resting(desk: TradingDesk) -> str:
    placed = await desk.place(limitPrice="95.00")
    return str(placed["order"]["orderId"])


async def test_every_action_answers_with_the_order(desk: TradingDesk) -> None:
    order_id = await resting(desk)
    answer = await play(desk, order_id, action="delay", milliseconds=1)
    assert answer.json()["order"]["status"] == "working"
    answer = await play(desk, order_id, action="disconnect")
    assert answer.json()["order"]["disconnected"] is True
    sequence = answer.json()["asOf"]["sequence"]
    again = await play(desk, order_id, action="disconnect")
    assert again.json()["asOf"]["sequence"] == sequence, "nothing was left to do"
    canceled = await desk.mine.post(f"{desk.path}/orders/{order_id}/cancel")
    assert (canceled.status_code, canceled.json()["code"]) == (409, "order_disconnected")

    answer = await play(desk, order_id, action="connect")
    assert "disconnected" not in answer.json()["order"]
    answer = await play(desk, order_id, action="fill", quantity="4", price="94.00")
    assert answer.json()["order"]["filledQuantity"] == "4"
    [execution] = answer.json()["executions"]
    assert (execution["model"], execution["rule"]) == ("scenario", "forced by a scenario")
    answer = await play(desk, order_id, action="reject", reason="insufficient_margin")
    assert answer.json()["order"]["status"] == "rejected"
    assert answer.json()["order"]["rejectReason"] == "insufficient_margin"


async def test_a_key_plays_once(desk: TradingDesk) -> None:
    order_id = await resting(desk)
    first = await play(desk, order_id, "k1", action="fill", quantity="4")
    again = await play(desk, order_id, "k1", action="fill", quantity="4")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    other = await play(desk, order_id, "k1", action="reject")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


async def test_a_key_is_used_up_where_nothing_was_left_to_do(desk: TradingDesk) -> None:
    order_id = await resting(desk)
    first = await play(desk, order_id, "k1", action="connect")
    await play(desk, order_id, action="disconnect")
    again = await play(desk, order_id, "k1", action="connect")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"action": "explode"}, 400, "invalid_request"),
        ({"action": "delay"}, 400, "invalid_request"),
        ({"action": "delay", "milliseconds": 0}, 400, "invalid_request"),
        ({"action": "connect", "price": "1"}, 400, "invalid_request"),
        ({"action": "reject", "reason": "Because!"}, 400, "invalid_request"),
        ({"action": "fill", "quantity": "11"}, 422, "quantity_out_of_range"),
        ({"action": "fill", "price": "94.001"}, 422, "price_off_tick"),
        ({"action": "fill", "price": "95.01"}, 422, "price_out_of_range"),
    ],
)
async def test_refuses_what_is_not_a_scenario(
    desk: TradingDesk, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await play(desk, await resting(desk), **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_nobody_plays_with_another_users_order(desk: TradingDesk) -> None:
    order_id = await resting(desk)
    answer = await desk.theirs.post(
        f"{desk.path}/orders/{order_id}/scenario", json={"action": "fill"}
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")
    answer = await play(desk, "ord_none", action="fill")
    assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")


async def test_off_unless_the_operator_says_so() -> None:
    async with open_desk(scenarios=False) as desk:
        answer = await play(desk, await resting(desk), action="fill")
    assert (answer.status_code, answer.json()["code"]) == (403, "scenarios_off")
