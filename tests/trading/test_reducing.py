"""Orders that only reduce, where there is less to reduce than they ask for."""

from decimal import Decimal

import pytest

from generated.models import AccountType, OrderStatus, OrderType, Side, TimeInForce
from handlers.trading.orders.commands import PlaceOrder
from tests.trading.world import Desk, HandMarket


def selling(quantity: str, time_in_force: TimeInForce, stop: str | None = None) -> PlaceOrder:
    return PlaceOrder(
        "AAPL",
        Side.SELL,
        OrderType.MARKET if stop is None else OrderType.STOP,
        Decimal(quantity),
        time_in_force=time_in_force,
        stop_price=None if stop is None else Decimal(stop),
        reduce_only=True,
    )


def holding(quantity: str, kind: AccountType = AccountType.MARGIN) -> Desk:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.00")
    desk = Desk(market, kind=kind)
    desk.buy("AAPL", quantity)
    return desk


def left(desk: Desk) -> int:
    position = desk.state.open_positions.get("AAPL")
    return int(position.quantity) if position else 0


def test_fill_or_kill_is_killed_where_the_position_is_smaller() -> None:
    desk = holding("60")
    order = desk.ask(selling("100", TimeInForce.FOK))
    assert (order.status, order.reason) == (OrderStatus.CANCELED, "position_closed")
    assert (int(order.filled_quantity), left(desk)) == (0, 60)


@pytest.mark.parametrize("kind", AccountType)
def test_a_stop_that_is_fill_or_kill_is_killed_where_the_position_has_shrunk(
    kind: AccountType,
) -> None:
    desk = holding("100", kind)
    order = desk.ask(selling("100", TimeInForce.FOK, "95"))
    desk.sell("AAPL", "40")
    desk.quote("AAPL", "94", "94.10")
    assert (desk.now(order).status, left(desk)) == (OrderStatus.CANCELED, 60)


def test_fill_or_kill_closes_what_it_asks_for() -> None:
    desk = holding("60")
    order = desk.ask(selling("60", TimeInForce.FOK))
    assert (order.status, left(desk)) == (OrderStatus.FILLED, 0)


def test_immediate_or_cancel_stops_at_flat() -> None:
    desk = holding("60")
    order = desk.ask(selling("100", TimeInForce.IOC))
    assert (order.status, order.reason) == (OrderStatus.CANCELED, "position_closed")
    assert (int(order.filled_quantity), left(desk)) == (60, 0)
