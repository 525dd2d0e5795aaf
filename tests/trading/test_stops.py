"""Stops, stop limits and trailing stops; what is done at once and what ends by its date."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import (
    AccountClock,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
    TrailingOffsetType,
    TriggerBy,
)
from handlers.market.bars import Bar
from handlers.trading.orders.commands import PlaceOrder
from handlers.trading.orders.rejections import (
    ExpiryInvalid,
    NothingToReduce,
    PostOnlyWouldFill,
    Rejection,
    StopWrongSide,
    TrailingOffsetOutOfRange,
)
from tests.trading.world import DAY, START, Desk, HandMarket

TEN = Decimal(10)
STOP = PlaceOrder(
    "AAPL",
    Side.SELL,
    OrderType.STOP,
    TEN,
    time_in_force=TimeInForce.GTC,
    stop_price=Decimal(95),
    trigger_by=TriggerBy.BID_ASK,
)
TRAIL = PlaceOrder(
    "AAPL",
    Side.SELL,
    OrderType.TRAILING_STOP,
    TEN,
    time_in_force=TimeInForce.GTC,
    trailing_offset=Decimal(5),
    trigger_by=TriggerBy.BID_ASK,
)


@pytest.fixture
def desk() -> Desk:
    desk = Desk(HandMarket())
    desk.market.set("AAPL", "100.00", "100.10")
    desk.market.set("REC:IBM", "100", "100")
    return desk


def test_a_stop_waits_until_it_is_reached_and_takes_what_it_gets(desk: Desk) -> None:
    order = desk.ask(STOP)
    assert (order.status, order.triggered_at) == (OrderStatus.WORKING, None)
    desk.quote("AAPL", "95.01", "95.10")
    assert desk.now(order).filled_quantity == 0
    desk.quote("AAPL", "90.00", "90.20")
    filled = desk.now(order)
    assert (filled.status, filled.average_price) == (OrderStatus.FILLED, Decimal(90))
    assert filled.triggered_at == desk.market.time


def test_a_stop_looks_at_the_price_that_was_chosen(desk: Desk) -> None:
    order = desk.ask(replace(STOP, side=Side.BUY, stop_price=Decimal(105), trigger_by=None))
    assert order.trigger_by is TriggerBy.LAST, "a stock looks at its last price"
    mid = desk.ask(replace(STOP, trigger_by=TriggerBy.MID))
    desk.quote("AAPL", "94.90", "95.20")
    assert desk.now(mid).open, "the middle is 95.05"
    desk.quote("AAPL", "94.90", "95.10")
    assert desk.now(mid).average_price == Decimal("94.90")


def test_a_stop_limit_rests_at_its_limit_when_the_market_jumps_over_it(desk: Desk) -> None:
    command = replace(STOP, type=OrderType.STOP_LIMIT, limit_price=Decimal(94))
    order = desk.ask(command)
    desk.quote("AAPL", "90.00", "90.20")
    assert desk.now(order).triggered_at is not None
    assert desk.now(order).filled_quantity == 0
    desk.quote("AAPL", "94.50", "94.60")
    assert desk.now(order).average_price == Decimal("94.50")


def test_a_stop_that_acts_once_ends_after_its_trigger(desk: Desk) -> None:
    command = replace(STOP, type=OrderType.STOP_LIMIT, limit_price=Decimal(94))
    order = desk.ask(replace(command, time_in_force=TimeInForce.IOC))
    desk.quote("AAPL", "96.00", "96.10")
    assert desk.now(order).open
    desk.quote("AAPL", "90.00", "90.20")
    ended = desk.now(order)
    assert (ended.status, ended.reason) == (OrderStatus.CANCELED, "not_filled_at_once")


def test_a_trailing_stop_follows_and_never_moves_back(desk: Desk) -> None:
    order = desk.ask(TRAIL)
    assert order.stop_price == Decimal(95)
    for bid, stop in (("104", "99"), ("101", "99"), ("110", "105"), ("105.01", "105")):
        desk.quote("AAPL", bid, str(Decimal(bid) + 1))
        assert desk.now(order).stop_price == Decimal(stop)
    desk.quote("AAPL", "104.90", "105.00")
    assert desk.now(order).average_price == Decimal("104.90")


def test_a_trailing_buy_follows_the_market_down_by_percent(desk: Desk) -> None:
    by_percent = replace(TRAIL, side=Side.BUY, trailing_offset_type=TrailingOffsetType.PERCENT)
    order = desk.ask(by_percent)
    assert order.stop_price == Decimal("105.105")
    desk.quote("AAPL", "79.00", "80.00")
    assert desk.now(order).stop_price == Decimal(84)
    desk.quote("AAPL", "84.50", "84.60")
    assert desk.now(order).average_price == Decimal("84.60")


@pytest.mark.parametrize(
    ("bar", "price"),
    [
        (Bar(START + DAY, 99.0, 101.0, 94.0, 96.0, 1.0), "95"),
        (Bar(START + DAY, 92.0, 101.0, 91.0, 96.0, 1.0), "92"),
    ],
)
def test_on_a_bar_a_stop_takes_its_price_or_the_open_beyond_it(bar: Bar, price: str) -> None:
    desk = Desk(HandMarket(), AccountClock.REPLAY)
    desk.market.set("REC:IBM", "100", "100")
    order = desk.ask(replace(STOP, symbol="REC:IBM", trigger_by=None))
    desk.bar("REC:IBM", bar)
    assert desk.now(order).average_price == Decimal(price)


def test_a_trailing_stop_on_bars_is_reached_before_it_follows() -> None:
    desk = Desk(HandMarket(), AccountClock.REPLAY)
    desk.market.set("REC:IBM", "100", "100")
    order = desk.ask(replace(TRAIL, symbol="REC:IBM", trigger_by=None))
    desk.bar("REC:IBM", Bar(START + DAY, 100.0, 120.0, 96.0, 119.0, 1.0))
    assert desk.now(order).stop_price == Decimal(115)
    desk.bar("REC:IBM", Bar(START + 2 * DAY, 118.0, 130.0, 114.0, 129.0, 1.0))
    assert desk.now(order).average_price == Decimal(115)


def test_a_good_till_date_order_ends_at_its_time(desk: Desk) -> None:
    ends = desk.market.time + 1_000
    order = desk.ask(replace(STOP, time_in_force=TimeInForce.GTD, expires_at=ends))
    desk.expire()
    assert desk.now(order).open
    desk.market.time = ends
    desk.expire()
    assert desk.now(order).status is OrderStatus.EXPIRED


REFUSALS: list[tuple[PlaceOrder, type[Rejection], str, str | None]] = [
    (replace(STOP, stop_price=Decimal(100)), StopWrongSide, "/stopPrice", "99.99"),
    (replace(STOP, side=Side.BUY), StopWrongSide, "/stopPrice", "100.11"),
    (replace(TRAIL, trailing_offset=Decimal(0)), TrailingOffsetOutOfRange, "/trailingOffset", None),
    (
        replace(TRAIL, trailing_offset=Decimal(100)),
        TrailingOffsetOutOfRange,
        "/trailingOffset",
        None,
    ),
    (replace(STOP, time_in_force=TimeInForce.GTD), ExpiryInvalid, "/expiresAt", None),
    (replace(STOP, expires_at=START + DAY), ExpiryInvalid, "/expiresAt", None),
    (
        replace(STOP, time_in_force=TimeInForce.GTD, expires_at=START),
        ExpiryInvalid,
        "/expiresAt",
        str(START + 1),
    ),
    (replace(STOP, reduce_only=True), NothingToReduce, "/reduceOnly", None),
    (
        PlaceOrder(
            "AAPL",
            Side.BUY,
            OrderType.LIMIT,
            TEN,
            Decimal("100.10"),
            TimeInForce.GTC,
            post_only=True,
        ),
        PostOnlyWouldFill,
        "/limitPrice",
        "100.09",
    ),
]


@pytest.mark.parametrize(("command", "refusal", "field", "nearest"), REFUSALS)
def test_a_refusal_names_field_and_nearest_value(
    desk: Desk, command: PlaceOrder, refusal: type[Rejection], field: str, nearest: str | None
) -> None:
    with pytest.raises(refusal) as refused:
        desk.ask(command)
    [fault] = refused.value.faults
    assert (fault.field, fault.nearest) == (field, nearest)
    assert not desk.state.open_orders
