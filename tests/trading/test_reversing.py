"""Reversals that wait: bound to their position, they open no more than they close."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import OrderStatus, OrderType, Side, TimeInForce
from handlers.trading import money
from handlers.trading.decisions import amending, decide, protecting
from handlers.trading.orders.commands import (
    ClosePosition,
    ModifyOrder,
    PlaceOrder,
    ReversePosition,
    StopLoss,
)
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import FieldNotApplicable, InsufficientMargin
from tests.trading.world import Desk, HandMarket

STOP = PlaceOrder(
    "AAPL",
    Side.SELL,
    OrderType.STOP,
    Decimal(100),
    time_in_force=TimeInForce.GTC,
    stop_price=Decimal(95),
    reduce_only=True,
)


@pytest.fixture
def desk() -> Desk:
    desk = Desk(HandMarket())
    desk.market.set("AAPL", "99.99", "100.00")
    desk.buy("AAPL", "100")
    return desk


def reverse(desk: Desk) -> Order:
    position = desk.state.open_positions["AAPL"]
    command, market = ReversePosition(position.position_id), desk.market
    draft = protecting.reverse(desk.state, command, market, desk.broker, market.time)
    order = desk.state.order(desk.carry_out(draft).cause.order_id or "")
    assert order is not None
    return order


def waiting(desk: Desk) -> Order:
    """A reversal that the market's close holds up."""
    desk.market.closed.add("AAPL")
    return reverse(desk)


def reopen(desk: Desk, bid: str, ask: str) -> None:
    desk.market.closed.clear()
    desk.quote("AAPL", bid, ask)


def ends_as(desk: Desk, order: Order) -> tuple[OrderStatus, str | None]:
    now = desk.now(order)
    return now.status, now.reason


def held(desk: Desk) -> str:
    """The net position, negative when short."""
    position = desk.state.open_positions.get("AAPL")
    return money.text(position.sign * position.quantity) if position else "0"


def test_it_is_canceled_where_a_stop_closes_the_position_first(desk: Desk) -> None:
    desk.ask(STOP)
    order = waiting(desk)
    reopen(desk, "90", "90.1")
    assert held(desk) == "0"
    assert ends_as(desk, order) == (OrderStatus.CANCELED, "position_closed")


def test_it_loses_twice_what_others_close(desk: Desk) -> None:
    desk.ask(replace(STOP, quantity=Decimal(40)))
    order = waiting(desk)
    reopen(desk, "90", "90.1")
    assert held(desk) == "-60"
    assert ends_as(desk, order) == (OrderStatus.FILLED, None)


def test_it_does_not_grow_with_the_position(desk: Desk) -> None:
    order = waiting(desk)
    desk.partly(desk.state.open_orders[desk.buy("AAPL", "50").cause.order_id or ""], "50", "100")
    assert desk.now(order).quantity == 200
    reopen(desk, "99.99", "100")
    assert held(desk) == "-50"


def test_of_a_close_and_a_reversal_that_wait_the_older_comes_first(desk: Desk) -> None:
    desk.market.closed.add("AAPL")
    position = desk.state.open_positions["AAPL"]
    command, market = ClosePosition(position.position_id), desk.market
    desk.carry_out(decide.close(desk.state, command, market, desk.broker, market.time))
    order = reverse(desk)
    reopen(desk, "99.99", "100")
    assert held(desk) == "0"
    assert ends_as(desk, order) == (OrderStatus.CANCELED, "position_closed")


def test_what_it_has_closed_itself_counts(desk: Desk) -> None:
    order = waiting(desk)
    desk.partly(order, "30", "99.99")
    assert desk.now(order).quantity == 200
    desk.partly(order, "120", "99.99")
    assert held(desk) == "-50"
    assert desk.now(order).remaining == 50
    desk.partly(order, "50", "99.99")
    assert (held(desk), desk.now(order).status) == ("-100", OrderStatus.FILLED)


def test_what_is_left_of_a_part_goes_no_further_than_the_part(desk: Desk) -> None:
    stop = desk.ask(STOP)
    order = waiting(desk)
    desk.partly(order, "30", "99.99")
    desk.market.closed.clear()
    desk.broker.withdraw(desk.now(order))
    desk.quote("AAPL", "94", "94.1")
    assert desk.now(stop).filled_quantity == 70
    assert desk.now(order).remaining == 30


def test_legs_of_the_position_come_before_it(desk: Desk) -> None:
    bought = PlaceOrder(
        "AAPL", Side.BUY, OrderType.MARKET, Decimal(20), stop_loss=StopLoss(STOP.stop_price)
    )
    desk.ask(bought)
    waiting(desk)
    reopen(desk, "90", "90.1")
    assert held(desk) == "-100"
    assert not desk.state.open_orders


def test_a_refusal_names_the_position_which_is_all_that_the_request_has(desk: Desk) -> None:
    desk.buy("AAPL", "1400")
    desk.quote("AAPL", "60.00", "60.10")
    with pytest.raises(InsufficientMargin) as refused:
        reverse(desk)
    [fault] = refused.value.faults
    position = desk.state.open_positions["AAPL"]
    assert (fault.field, fault.rule, fault.value) == ("positionId", "margin", position.position_id)
    assert fault.message.endswith("is missing. Twice its quantity is 3000.")
    assert fault.nearest is None


def test_its_quantity_follows_from_its_position(desk: Desk) -> None:
    order = waiting(desk)
    command, market = ModifyOrder(order.order_id, quantity=Decimal(300)), desk.market
    with pytest.raises(FieldNotApplicable):
        amending.modify(desk.state, command, market, desk.broker, market.time)
