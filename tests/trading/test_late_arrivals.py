"""Orders that meet their first price later than they were sent."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from generated.models import OrderStatus, OrderType, Side, SymbolType, TimeInForce
from handlers.trading.decisions import amending
from handlers.trading.ledger.events import OrderChangeRefused
from handlers.trading.matching.models.latency import FixedLatency
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.orders.commands import ModifyOrder, PlaceOrder
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import PostOnlyWouldFill
from tests.trading.replay_desk import OPEN, ReplayDesk
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


def post_only(desk: Desk, limit: str, **more: Any) -> Order:
    return desk.ask(replace(BUY, limit_price=Decimal(limit), post_only=True, **more))


def test_a_post_only_order_of_a_closed_market_is_looked_at_when_that_opens() -> None:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.00")
    market.closed.add("AAPL")
    desk = Desk(market)
    takes, rests = post_only(desk, "99.99"), post_only(desk, "90")
    assert takes.status is OrderStatus.PENDING
    market.closed.clear()
    desk.quote("AAPL", "97.90", "98.00")
    now = desk.now(takes)
    assert (now.status, now.reason) == (OrderStatus.REJECTED, "post_only_would_fill")
    assert desk.now(rests).working
    desk.quote("AAPL", "88.90", "89.00")
    assert desk.now(rests).average_price == 89


def test_a_post_only_order_is_looked_at_by_the_open_of_the_next_bar() -> None:
    desk = ReplayDesk()
    desk.market.time = OPEN - DAY
    takes, rests = (
        desk.rest(Side.BUY, "10", OrderType.LIMIT, limit_price=limit, post_only=True)
        for limit in ("99", "95")
    )
    desk.day(OPEN, "98", "98", "94", "96")
    assert desk.now(takes).reason == "post_only_would_fill"
    assert desk.now(rests).average_price == 95


@pytest.mark.parametrize("by_clock", [True, False])
def test_a_modify_of_a_post_only_order_that_would_take_when_it_is_there_does_nothing(
    desk: Desk, by_clock: bool
) -> None:
    order = post_only(desk, "90")
    desk.market.time += LATENCY
    desk.quote("AAPL", "99.99", "100.00")
    assert modify(desk, order, limit_price=Decimal("99.98")).change is not None
    if by_clock:
        desk.market.set("AAPL", "97.90", "98.00")
        desk.market.time += LATENCY
        desk.expire()
        assert desk.now(order).change is None
    else:
        desk.market.time += LATENCY
    desk.quote("AAPL", "97.90", "98.00")
    now = desk.now(order)
    assert (now.status, now.limit_price, now.change) == (OrderStatus.WORKING, Decimal(90), None)
    assert OrderChangeRefused(order.order_id, "post_only_would_fill") in [
        event for transaction in desk.ledger for event in transaction.events
    ]


def test_a_post_only_order_that_works_is_modified_by_the_last_price_of_a_closed_market() -> None:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.00")
    desk = Desk(market)
    order = post_only(desk, "90")
    market.closed.add("AAPL")
    with pytest.raises(PostOnlyWouldFill):
        modify(desk, order, limit_price=Decimal(101))
    assert modify(desk, order, limit_price=Decimal("99.99")).working


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        (OrderType.LIMIT, {"limit_price": "90"}),
        (OrderType.STOP, {"stop_price": "105"}),
        (OrderType.STOP_LIMIT, {"stop_price": "105", "limit_price": "106"}),
        (OrderType.TRAILING_STOP, {"trailing_offset": "5"}),
    ],
)
@pytest.mark.parametrize("within", [True, False])
def test_what_ends_within_a_session_has_the_open_of_its_bar_alone(
    kind: OrderType, terms: dict[str, str], within: bool
) -> None:
    desk = ReplayDesk()
    desk.market.time = OPEN - DAY
    ends = OPEN + 1_000 if within else OPEN + DAY
    order = desk.rest(Side.BUY, "10", kind, **terms, **_until(ends))
    desk.day(OPEN, "100", "107", "85", "100")
    desk.expire()
    assert desk.now(order).status is (OrderStatus.EXPIRED if within else OrderStatus.FILLED)


@pytest.mark.parametrize("limit", [None, "100"])
def test_the_open_fills_what_ends_later_in_its_session(limit: str | None) -> None:
    desk = ReplayDesk()
    desk.market.time = OPEN - DAY
    kind = OrderType.MARKET if limit is None else OrderType.LIMIT
    order = desk.rest(Side.BUY, "10", kind, limit_price=limit, **_until(OPEN + 1_000))
    desk.day(OPEN, "99", "107", "85", "100")
    assert desk.now(order).average_price == 99


def _until(time: int) -> dict[str, object]:
    return {"time_in_force": TimeInForce.GTD, "expires_at": time}
