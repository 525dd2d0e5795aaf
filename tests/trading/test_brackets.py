"""Bracket legs and OCO groups: what follows from what other orders fill."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import (
    AccountClock,
    BracketLeg,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
    TriggerBy,
)
from handlers.market.bars import Bar
from handlers.trading.orders.commands import PlaceOrder, StopLoss, TakeProfit
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import (
    BracketsNotAllowed,
    BracketWrongSide,
    OcoGroupMismatch,
    Rejection,
    StopLossIncomplete,
)
from tests.trading.world import DAY, START, Desk, HandMarket

ENTRY = PlaceOrder(
    "BTCUSD",
    Side.BUY,
    OrderType.LIMIT,
    Decimal(10),
    Decimal(99),
    TimeInForce.GTC,
    take_profit=TakeProfit(Decimal(110)),
    stop_loss=StopLoss(Decimal(90)),
)
AT_ENTRY = TakeProfit(Decimal(99))
MARKET = replace(ENTRY, type=OrderType.MARKET, limit_price=None)


@pytest.fixture
def desk() -> Desk:
    desk = Desk(HandMarket())
    desk.market.set("BTCUSD", "100", "100.10")
    return desk


def legs(desk: Desk, entry: Order) -> tuple[Order, Order]:
    profit, loss = desk.state.legs(entry.order_id)
    assert (profit.bracket_leg, loss.bracket_leg) == tuple(BracketLeg)
    return profit, loss


def test_legs_are_held_until_the_entry_fills(desk: Desk) -> None:
    entry = desk.ask(ENTRY)
    for leg in legs(desk, entry):
        assert (leg.status, leg.quantity, leg.reduce_only) == (OrderStatus.HELD, Decimal(10), True)
    desk.quote("BTCUSD", "111", "112")
    assert all(leg.status is OrderStatus.HELD for leg in legs(desk, entry))
    desk.quote("BTCUSD", "98.90", "99.00")
    assert all(leg.status is OrderStatus.WORKING for leg in legs(desk, entry))


def test_one_leg_fills_and_the_other_is_canceled(desk: Desk) -> None:
    entry = desk.ask(MARKET)
    desk.quote("BTCUSD", "110", "110.10")
    profit, loss = legs(desk, entry)
    assert (profit.status, loss.status) == (OrderStatus.FILLED, OrderStatus.CANCELED)
    assert loss.reason == "nothing_to_protect"
    assert not desk.state.open_positions


def test_legs_are_as_large_as_what_the_entry_has_filled(desk: Desk) -> None:
    entry = desk.ask(ENTRY)
    desk.partly(entry, "4", "99")
    assert [leg.quantity for leg in legs(desk, entry)] == [4, 4]
    desk.partly(entry, "3", "99")
    assert [leg.quantity for leg in legs(desk, entry)] == [7, 7]
    desk.cancel(entry)
    assert [leg.quantity for leg in legs(desk, entry)] == [7, 7], "they stay for what was filled"


def test_a_partial_exit_shrinks_both(desk: Desk) -> None:
    entry = desk.ask(MARKET)
    profit, _ = legs(desk, entry)
    desk.partly(profit, "4", "110")
    assert [leg.remaining for leg in legs(desk, entry)] == [6, 6]
    desk.partly(profit, "5", "110")
    assert [leg.remaining for leg in legs(desk, entry)] == [1, 1]


def test_an_entry_that_still_works_keeps_both_legs_through_an_exit(desk: Desk) -> None:
    entry = desk.ask(ENTRY)
    desk.partly(entry, "4", "99")
    profit, _ = legs(desk, entry)
    desk.partly(profit, "4", "110")
    assert not desk.state.open_positions
    assert [(leg.status, leg.remaining) for leg in legs(desk, entry)] == [
        (OrderStatus.HELD, Decimal(6))
    ] * 2
    desk.partly(entry, "6", "99")
    assert [leg.remaining for leg in legs(desk, entry)] == [6, 6]
    assert all(leg.working for leg in legs(desk, entry))


def test_legs_never_exceed_the_net_position(desk: Desk) -> None:
    first, second = desk.ask(MARKET), desk.ask(replace(MARKET, quantity=Decimal(5)))
    desk.sell("BTCUSD", "8")
    assert [leg.remaining for leg in legs(desk, first)] == [7, 7]
    assert [leg.remaining for leg in legs(desk, second)] == [5, 5]
    desk.sell("BTCUSD", "7")
    assert not desk.state.open_orders, "flat: there is nothing left to protect"


def test_canceling_an_unfilled_entry_cancels_its_legs(desk: Desk) -> None:
    entry = desk.ask(ENTRY)
    desk.cancel(entry)
    assert [leg.status for leg in legs(desk, entry)] == [OrderStatus.CANCELED] * 2


def test_when_one_bar_reaches_both_legs_the_stop_wins() -> None:
    desk = Desk(HandMarket(), AccountClock.REPLAY)
    desk.market.set("REC:IBM", "100", "100")
    entry = desk.ask(replace(MARKET, symbol="REC:IBM"))
    desk.bar("REC:IBM", Bar(START + DAY, 100.0, 101.0, 99.0, 100.0, 1.0))
    desk.bar("REC:IBM", Bar(START + 2 * DAY, 100.0, 115.0, 85.0, 100.0, 1.0))
    profit, loss = legs(desk, entry)
    assert (profit.status, loss.status) == (OrderStatus.CANCELED, OrderStatus.FILLED)
    assert loss.average_price == 90


def test_a_trailing_leg_follows_from_the_first_quote_after_the_entry(desk: Desk) -> None:
    trailing = StopLoss(trailing_offset=Decimal(5))
    by_bid = replace(MARKET, trigger_by=TriggerBy.BID_ASK)
    entry = desk.ask(replace(by_bid, take_profit=None, stop_loss=trailing))
    desk.quote("BTCUSD", "104", "104.10")
    [leg] = desk.state.legs(entry.order_id)
    assert leg.stop_price == 99
    desk.quote("BTCUSD", "98", "98.10")
    assert not desk.state.open_positions


def test_of_a_group_one_fill_is_taken_from_the_others(desk: Desk) -> None:
    low = replace(ENTRY, take_profit=None, stop_loss=None, oco_group_id="g1")
    one, other = desk.ask(low), desk.ask(replace(low, limit_price=Decimal(98)))
    desk.partly(one, "4", "99")
    assert desk.now(other).remaining == 6
    desk.quote("BTCUSD", "98.90", "99")
    ended = desk.now(other)
    assert (ended.status, ended.reason) == (OrderStatus.CANCELED, "oco")


def test_a_group_reserves_margin_once(desk: Desk) -> None:
    low = replace(ENTRY, take_profit=None, stop_loss=None)
    desk.ask(replace(low, oco_group_id="g1"))
    before = desk.figures().order_margin
    desk.ask(replace(low, oco_group_id="g1", limit_price=Decimal(98)))
    assert desk.figures().order_margin == before


@pytest.mark.parametrize(
    ("change", "refusal", "field", "nearest"),
    [
        ({"take_profit": AT_ENTRY}, BracketWrongSide, "/takeProfit/limitPrice", "99.01"),
        ({"stop_loss": StopLoss(Decimal(99))}, BracketWrongSide, "/stopLoss/stopPrice", "98.99"),
        ({"stop_loss": StopLoss()}, StopLossIncomplete, "/stopLoss", None),
        (
            {"stop_loss": StopLoss(Decimal(90), trailing_offset=Decimal(1))},
            StopLossIncomplete,
            "/stopLoss",
            None,
        ),
        (
            {"stop_loss": StopLoss(limit_price=Decimal(90), trailing_offset=Decimal(1))},
            StopLossIncomplete,
            "/stopLoss/limitPrice",
            None,
        ),
        ({"reduce_only": True}, BracketsNotAllowed, "/reduceOnly", None),
    ],
)  # fmt: skip
def test_a_refused_bracket_names_field_and_nearest_value(
    desk: Desk,
    change: dict[str, object],
    refusal: type[Rejection],
    field: str,
    nearest: str | None,
) -> None:
    with pytest.raises(refusal) as refused:
        desk.ask(replace(ENTRY, **change))  # type: ignore[arg-type]
    [fault] = refused.value.faults
    assert (fault.field, fault.nearest) == (field, nearest)


def test_a_group_has_one_symbol(desk: Desk) -> None:
    desk.market.set("MSFT", "50", "50.10")
    plain = replace(ENTRY, take_profit=None, stop_loss=None, oco_group_id="g1")
    desk.ask(plain)
    with pytest.raises(OcoGroupMismatch):
        desk.ask(replace(plain, symbol="MSFT", limit_price=Decimal(40)))
