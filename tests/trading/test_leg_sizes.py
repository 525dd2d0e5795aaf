"""Whose shares a leg protects: those that its entry has opened, and no others."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import OrderStatus, OrderType, Side, TimeInForce
from handlers.trading.accounts.account import AccountState
from handlers.trading.decisions import amending
from handlers.trading.ledger import codec
from handlers.trading.orders.commands import ModifyOrder, PlaceOrder, StopLoss, TakeProfit
from handlers.trading.orders.order import Order
from tests.trading.world import Desk, HandMarket

ENTRY = PlaceOrder(
    "AAPL",
    Side.BUY,
    OrderType.LIMIT,
    Decimal(100),
    Decimal(90),
    TimeInForce.GTC,
    stop_loss=StopLoss(Decimal(80)),
)
MARKET = replace(ENTRY, type=OrderType.MARKET, limit_price=None)


@pytest.fixture
def desk() -> Desk:
    desk = Desk(HandMarket())
    desk.market.set("AAPL", "99.99", "100.00")
    return desk


def protected(desk: Desk, entry: Order) -> list[str]:
    """What each open leg has to close, with `held` before those that wait."""
    return [
        f"{'held ' if leg.status is OrderStatus.HELD else ''}{leg.remaining}"
        for leg in desk.state.legs(entry.order_id)
        if leg.open
    ]


def test_a_held_leg_does_not_wake_for_the_shares_of_another_order(desk: Desk) -> None:
    entry = desk.ask(ENTRY)
    desk.partly(entry, "60", "90")
    desk.sell("AAPL", "60")
    assert protected(desk, entry) == ["held 40"]
    desk.buy("AAPL", "100")
    assert protected(desk, entry) == ["held 40"]
    desk.quote("AAPL", "79", "89.50")
    assert protected(desk, entry) == ["40"], "the entry has filled: its 40 of 140"
    desk.quote("AAPL", "79", "79.50")
    assert desk.state.open_positions["AAPL"].quantity == 100


def test_a_leg_does_not_grow_back_over_what_another_order_bought(desk: Desk) -> None:
    entry = desk.ask(MARKET)
    desk.sell("AAPL", "50")
    assert protected(desk, entry) == ["50"]
    desk.buy("AAPL", "50")
    assert protected(desk, entry) == ["50"]


def test_a_manual_close_takes_first_what_no_leg_protects(desk: Desk) -> None:
    entry = desk.ask(MARKET)
    desk.buy("AAPL", "50")
    desk.sell("AAPL", "50")
    assert protected(desk, entry) == ["100"]


def test_a_shrunken_leg_grows_with_its_own_entry(desk: Desk) -> None:
    entry = desk.ask(replace(ENTRY, take_profit=TakeProfit(Decimal(120))))
    desk.partly(entry, "60", "90")
    desk.sell("AAPL", "30")
    desk.buy("AAPL", "200")
    assert protected(desk, entry) == ["30", "30"]
    desk.partly(entry, "20", "90")
    assert protected(desk, entry) == ["50", "50"]
    profit, _ = desk.state.legs(entry.order_id)
    desk.partly(profit, "50", "120")
    assert protected(desk, entry) == ["held 20", "held 20"]
    desk.partly(entry, "20", "90")
    assert protected(desk, entry) == ["20", "20"]


def test_what_passes_through_zero_counts_as_far_as_it_opens(desk: Desk) -> None:
    desk.sell("AAPL", "30")
    entry = desk.ask(MARKET)
    assert protected(desk, entry) == ["70"]


def test_a_leg_that_comes_later_is_as_large_as_the_other(desk: Desk) -> None:
    entry = desk.ask(ENTRY)
    desk.partly(entry, "60", "90")
    desk.sell("AAPL", "20")
    desk.buy("AAPL", "100")
    market = desk.market
    command = ModifyOrder(entry.order_id, take_profit=TakeProfit(Decimal(120)))
    draft = amending.modify(desk.state, command, market, desk.broker, market.time)
    assert draft is not None
    desk.carry_out(draft)
    assert protected(desk, entry) == ["40", "40"]


def test_the_ledger_alone_knows_the_sizes(desk: Desk) -> None:
    entry = desk.ask(ENTRY)
    desk.partly(entry, "60", "90")
    desk.sell("AAPL", "30")
    again = AccountState()
    for transaction in desk.ledger:
        again.apply(replace(transaction, events=codec.load(codec.dump(transaction.events))))
    desk.state = again
    desk.buy("AAPL", "100")
    assert protected(desk, entry) == ["30"]
