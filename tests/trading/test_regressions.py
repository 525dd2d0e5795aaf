"""Rare paths of the core, each a small play."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import (
    AccountClock,
    OrderStatus,
    OrderType,
    Side,
    SymbolType,
    TimeInForce,
    TriggerBy,
)
from handlers.market.bars import Bar
from handlers.trading.decisions import decide
from handlers.trading.matching.models.liquidity import ShareOfSize
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.orders.commands import PlaceOrder, StopLoss, TakeProfit
from tests.trading.world import DAY, START, Desk, HandMarket

ENTRY = PlaceOrder(
    "AAPL",
    Side.BUY,
    OrderType.LIMIT,
    Decimal(10),
    Decimal(99),
    TimeInForce.GTC,
    trigger_by=TriggerBy.BID_ASK,
    take_profit=TakeProfit(Decimal(110)),
    stop_loss=StopLoss(Decimal(90)),
)
THIN = FillModels({SymbolType.STOCK: FillProfile(liquidity=ShareOfSize(Decimal(1)))})


def desk_of(models: FillModels | None = None) -> Desk:
    market = HandMarket()
    market.set("AAPL", "100.00", "100.10", "1000")
    return Desk(market, models=models)


def test_a_reset_ends_an_entry_together_with_its_legs() -> None:
    desk = desk_of()
    desk.ask(ENTRY)
    desk.carry_out(decide.reset(desk.state, Decimal(100), "requested", None, START))
    assert not desk.state.open_orders
    assert desk.state.balance.balance == 100


def test_a_limit_that_must_fill_at_once_ends_on_the_first_price_after_a_stale_one() -> None:
    desk = desk_of()
    desk.stale.add("AAPL")
    order = desk.ask(replace(ENTRY, time_in_force=TimeInForce.IOC))
    assert order.working, "what the feed shows is old: it waits for a price"
    desk.quote("AAPL", "100.00", "100.10")
    ended = desk.now(order)
    assert (ended.status, ended.reason) == (OrderStatus.CANCELED, "not_filled_at_once")


def entry_and_leg(desk: Desk, stop_loss: StopLoss) -> tuple[str, str]:
    """An entry of ten that has filled four."""
    entry = desk.ask(replace(ENTRY, take_profit=None, stop_loss=stop_loss))
    desk.quote("AAPL", "98.90", "99.00", "4")
    [leg] = desk.state.legs(entry.order_id)
    assert (leg.status, leg.remaining) == (OrderStatus.WORKING, Decimal(4))
    return entry.order_id, leg.order_id


@pytest.mark.parametrize("stop_loss", [StopLoss(Decimal(98)), StopLoss(trailing_offset=Decimal(1))])
def test_a_stop_that_has_closed_the_first_part_protects_the_next_anew(stop_loss: StopLoss) -> None:
    desk = desk_of(THIN)
    entry, leg = entry_and_leg(desk, stop_loss)
    desk.quote("AAPL", "99.50", "99.60", "4")
    desk.quote("AAPL", "97.00", "99.10", "4")
    held = desk.state.order(leg)
    assert held is not None
    assert (held.status, held.filled_quantity) == (OrderStatus.HELD, Decimal(4))
    desk.quote("AAPL", "98.50", "99.00", "6")
    filled, again = desk.state.order(entry), desk.state.order(leg)
    assert filled is not None
    assert again is not None
    assert filled.status is OrderStatus.FILLED
    assert (again.status, again.triggered_at) == (OrderStatus.WORKING, None)
    desk.quote("AAPL", "98.60", "98.70", "6")
    assert desk.state.open_positions["AAPL"].quantity == 6, "its stop was not reached again"


@pytest.mark.parametrize(
    ("side", "bar"),
    [
        (Side.SELL, Bar(START + DAY, 100.0, 120.0, 99.0, 101.0, 1.0)),
        (Side.BUY, Bar(START + DAY, 100.0, 101.0, 80.0, 99.0, 1.0)),
    ],
)
def test_a_close_beyond_the_stop_to_which_it_followed_has_reached_it(side: Side, bar: Bar) -> None:
    market = HandMarket()
    market.set("REC:IBM", "100", "100")
    desk = Desk(market, AccountClock.REPLAY)
    trail = PlaceOrder(
        "REC:IBM",
        side,
        OrderType.TRAILING_STOP,
        Decimal(10),
        time_in_force=TimeInForce.GTC,
        trailing_offset=Decimal(5),
    )
    order = desk.ask(trail)
    desk.bar("REC:IBM", bar)
    filled = desk.now(order)
    assert filled.status is OrderStatus.FILLED
    assert filled.average_price == (115 if side is Side.SELL else 85)
    assert filled.trail_mark == (120 if side is Side.SELL else 80)


def test_what_remains_of_a_partly_filled_order_is_canceled_where_margin_is_short() -> None:
    desk = desk_of(THIN)
    desk.quote("AAPL", "100.00", "100.00", "600")
    order = desk.ask(PlaceOrder("AAPL", Side.BUY, OrderType.MARKET, Decimal(1_900)))
    assert desk.now(order).filled_quantity == 600
    desk.quote("AAPL", "130.00", "200.00", "600")
    ended = desk.now(order)
    assert (ended.status, ended.reason) == (OrderStatus.CANCELED, "insufficient_margin")
    assert ended.filled_quantity == 600
