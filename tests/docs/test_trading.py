"""Plays the tables of docs/trading.md."""

import re
from itertools import product
from pathlib import Path

import pytest

from generated.models import OrderType, TimeInForce
from handlers.trading.orders.order import OPEN, TRANSITIONS
from tests.docs.page import table
from tests.docs.ticket import live, recorded

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/trading.md").read_text("utf-8")
LIVE = {row[-1]: row[:-1] for row in table("Orders in live markets", PAGE)}
RECORDED = {row[-1]: row[:-1] for row in table("Orders in recorded markets", PAGE)}
MARKETS = ("open", "closed", "stale")


@pytest.mark.parametrize("name", LIVE)
def test_an_order_in_a_live_market(name: str) -> None:
    kind, time_in_force, market, *outcomes = LIVE[name]
    assert name == f"{kind}-{time_in_force}-{market}"
    assert live(kind, time_in_force, market) == outcomes


@pytest.mark.parametrize("name", RECORDED)
def test_an_order_in_a_recorded_market(name: str) -> None:
    kind, time_in_force, *outcomes = RECORDED[name]
    assert name == f"{kind}-{time_in_force}"
    assert recorded(kind, time_in_force) == outcomes


def test_no_order_is_left_out() -> None:
    orders = ["-".join(each) for each in product(OrderType, TimeInForce)]
    assert list(RECORDED) == orders
    assert list(LIVE) == [f"{order}-{market}" for order in orders for market in MARKETS]


def test_each_code_and_operation_is_in_the_contract() -> None:
    contract = (ROOT / "contracts/openapi.yaml").read_text("utf-8")
    for code in re.findall(r"4\d\d `([a-z_]+)`", PAGE):
        assert f"    {code}: {{status: 4" in contract
    for operation in re.findall(r"`([a-z]+(?:Order|Position|Brackets))`", PAGE):
        assert f"operationId: {operation}\n" in contract


def test_each_time_in_force_is_said() -> None:
    assert [row[0] for row in table("Time in force", PAGE)] == [*TimeInForce]


def test_what_can_be_changed_is_what_is_open() -> None:
    states = [cell.replace("`", "").split(", ") for cell, *_ in table("Changing an order", PAGE)]
    assert states[0] == [*OPEN]
    assert set(states[-1]) == {end for end in TRANSITIONS.values() if end not in OPEN}
