"""Orders that meet their first price later than they were sent."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import OrderStatus, OrderType, Side, SymbolType, TimeInForce
from handlers.trading import amending
from handlers.trading.commands import ModifyOrder, PlaceOrder
from handlers.trading.models.latency import FixedLatency
from handlers.trading.models.profile import FillModels, FillProfile
from handlers.trading.order import Order
from tests.trading.world import DAY, START, Desk, HandMarket

END = START + 200
"""Of the session, while what is sent is on its way."""
LATENCY = 400
BUY = PlaceOrder("AAPL", Side.BUY, OrderType.LIMIT, Decimal(100), Decimal(95), TimeInForce.GTC)


@pytest.fixture
def desk() -> Desk:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.00")
    profile = FillProfile(latency=FixedLatency(LATENCY))
    return Desk(market, models=FillModels({SymbolType.STOCK: profile}))


def modify(desk: Desk, order: Order, **changes: object) -> Order:
    command, market = ModifyOrder(order.order_id, **changes), desk.market  # type: ignore[arg-type]
    draft = amending.modify(desk.state, command, market, desk.broker, market.time)
    assert draft is not None
    desk.carry_out(draft)
    return desk.now(order)


@pytest.mark.parametrize("kind", [TimeInForce.IOC, TimeInForce.FOK])
@pytest.mark.parametrize("limit", [None, Decimal(130)])
def test_what_acts_at_once_does_not_act_in_the_next_session(
    desk: Desk, kind: TimeInForce, limit: Decimal | None
) -> None:
    desk.market.session_ends["AAPL"] = END
    order_type = OrderType.MARKET if limit is None else OrderType.LIMIT
    order = desk.ask(replace(BUY, type=order_type, limit_price=limit, time_in_force=kind))
    assert modify(desk, order, quantity=Decimal(90), expires_at=None).change is not None
    desk.market.time += 3 * DAY
    desk.quote("AAPL", "119.00", "120.00")
    now = desk.now(order)
    assert (now.status, now.filled_quantity) == (OrderStatus.EXPIRED, Decimal(0))


def test_a_stop_that_acts_at_once_waits_for_its_price_over_sessions(desk: Desk) -> None:
    desk.market.session_ends["AAPL"] = END
    stop = replace(BUY, type=OrderType.STOP, limit_price=None, stop_price=Decimal(110))
    order = desk.ask(replace(stop, time_in_force=TimeInForce.IOC))
    desk.market.time += 3 * DAY
    desk.quote("AAPL", "119.00", "120.00")
    assert desk.now(order).average_price == 120
