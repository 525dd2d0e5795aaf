"""What orders are when the server comes back after a while."""

from decimal import Decimal

import pytest

from generated.models import OrderStatus, OrderType, Side, TimeInForce
from handlers.trading.orders.commands import PlaceOrder
from tests.trading.house import USER, FlakyLedger, House, buy
from tests.trading.world import CLOSE, DAY, HandMarket


@pytest.fixture
async def house() -> House:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01", size="100")
    house = House(FlakyLedger(), market)
    await house.start()
    await house.oms.submit(USER, house.paper, buy())
    return house


async def test_a_trailing_stop_keeps_its_mark_while_the_server_is_down(house: House) -> None:
    placed = await house.oms.submit(USER, house.paper, _trailing("1.00"))
    await house.quote("AAPL", "110.00", "110.02")
    before = house.oms.account(USER, house.paper).order(placed.order.order_id)
    assert before is not None
    assert (before.trail_mark, before.stop_price) == (Decimal("110.02"), Decimal("109.02"))

    again = house.again()
    await again.start()
    state = again.oms.account(USER, again.paper)
    assert state.order(placed.order.order_id) == before
    await again.quote("AAPL", "109.50", "109.52")
    assert state.order(placed.order.order_id) == before, "it follows upwards alone"
    await again.quote("AAPL", "108.50", "108.52")
    after = state.order(placed.order.order_id)
    assert after is not None
    assert (after.status, after.average_price) == (OrderStatus.FILLED, Decimal("108.50"))


@pytest.mark.parametrize("bid", ["90.00", "120.00"])
async def test_a_stop_that_expired_meanwhile_is_neither_triggered_nor_moved(
    house: House, bid: str
) -> None:
    day = TimeInForce.DAY
    placed = [
        await house.oms.submit(USER, house.paper, command)
        for command in (
            _trailing("1.00", day),
            PlaceOrder(
                "AAPL",
                Side.SELL,
                OrderType.STOP,
                Decimal(5),
                stop_price=Decimal("95.00"),
                time_in_force=day,
            ),
        )
    ]
    market = house.market
    market.time = CLOSE + DAY
    again = house.again()
    await again.start()
    await again.quote("AAPL", bid, str(Decimal(bid) + Decimal("0.02")))
    state = again.oms.account(USER, again.paper)
    for outcome in placed:
        order = state.order(outcome.order.order_id)
        assert order is not None
        assert (order.status, order.triggered_at) == (OrderStatus.EXPIRED, None)
        assert order.trail_mark == outcome.order.trail_mark
    assert state.open_positions["AAPL"].quantity == 10


def _trailing(offset: str, time_in_force: TimeInForce = TimeInForce.GTC) -> PlaceOrder:
    return PlaceOrder(
        "AAPL",
        Side.SELL,
        OrderType.TRAILING_STOP,
        Decimal(5),
        trailing_offset=Decimal(offset),
        time_in_force=time_in_force,
    )
