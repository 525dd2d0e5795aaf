"""Scenarios do to one order what a venue does seldom, and book it as if it had."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from generated.models import AccountClock, DataKind, OrderStatus, OrderType, Side, SymbolType
from handlers.trading.accounts.account import AccountState
from handlers.trading.decisions import decide, scenarios, waiting
from handlers.trading.decisions.scenarios import Action, PlayScenario
from handlers.trading.ledger import codec
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.matching.models.latency import FixedLatency
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.orders.commands import CancelOrder, PlaceOrder, StopLoss
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import (
    OrderIsDisconnected,
    OrderNotFound,
    OrderNotWorking,
    PriceOffTick,
    PriceOutOfRange,
    QuantityOutOfRange,
    Rejection,
    ScenarioOnRealPrices,
)
from tests.trading.world import START, Desk, HandMarket


@pytest.fixture
def desk() -> Desk:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01")
    return Desk(market)


def limit(price: str = "95.00", quantity: str = "10", **more: Any) -> PlaceOrder:
    return PlaceOrder("AAPL", Side.BUY, OrderType.LIMIT, Decimal(quantity), Decimal(price), **more)


def play(desk: Desk, order: Order, action: Action, **more: Any) -> Transaction | None:
    command = PlayScenario(order.order_id, action, **more)
    draft = scenarios.play(desk.state, command, desk.market, desk.market.time)
    return desk.carry_out(draft) if draft else None


def fills(desk: Desk) -> list[tuple[Decimal, Decimal, str, str]]:
    found = desk.state.view().executions()
    return [(item.quantity, item.price, item.model, item.rule) for item in found]


def test_a_part_and_then_the_rest_fill_on_request(desk: Desk) -> None:
    order = desk.ask(limit())
    play(desk, order, Action.FILL, quantity=Decimal(4))
    assert desk.now(order).remaining == 6
    play(desk, order, Action.FILL, price=Decimal("94.50"))
    assert desk.now(order).status is OrderStatus.FILLED
    assert fills(desk) == [
        (Decimal(4), Decimal("95.00"), "scenario", "forced by a scenario"),
        (Decimal(6), Decimal("94.50"), "scenario", "forced by a scenario"),
    ]


def test_a_market_that_is_better_than_the_limit_is_taken(desk: Desk) -> None:
    desk.market.closed.add("AAPL")
    play(desk, desk.ask(limit("101.00")), Action.FILL)
    assert fills(desk)[0][1] == Decimal("100.01")


def test_a_pending_stop_arrives_and_is_triggered_first() -> None:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01")
    slow = FillProfile(latency=FixedLatency(500))
    desk = Desk(market, models=FillModels({SymbolType.STOCK: slow}))
    order = desk.ask(
        PlaceOrder("AAPL", Side.BUY, OrderType.STOP, Decimal(10), stop_price=Decimal(105))
    )
    assert order.status is OrderStatus.PENDING
    play(desk, order, Action.FILL, quantity=Decimal(3))
    now = desk.now(order)
    assert (now.status, now.filled_quantity) == (OrderStatus.WORKING, Decimal(3))
    assert now.triggered_at == START


def test_a_rejection_says_why(desk: Desk) -> None:
    order = desk.ask(limit())
    play(desk, order, Action.REJECT, reason="insufficient_margin")
    assert desk.now(order).status is OrderStatus.REJECTED
    assert desk.now(order).reason == "insufficient_margin"


def test_prices_of_the_delay_pass_the_order_by(desk: Desk) -> None:
    order = desk.ask(limit())
    play(desk, order, Action.DELAY, milliseconds=300)
    desk.quote("AAPL", "94.00", "94.02")
    assert desk.now(order).status is OrderStatus.WORKING
    desk.quote("AAPL", "94.00", "94.04")
    assert fills(desk)[0][1] == Decimal("94.04")


def test_a_disconnected_order_hears_of_nothing_until_it_is_connected(desk: Desk) -> None:
    order = desk.ask(limit())
    play(desk, order, Action.DISCONNECT)
    assert play(desk, order, Action.DISCONNECT) is None, "it is already"
    desk.quote("AAPL", "94.00", "94.02")
    assert desk.now(order).disconnected
    with pytest.raises(OrderIsDisconnected):
        decide.cancel(desk.state, CancelOrder(order.order_id), desk.market, START)

    play(desk, order, Action.CONNECT)
    assert play(desk, order, Action.CONNECT) is None
    assert desk.now(order).status is OrderStatus.WORKING, "what was missed is gone"
    desk.quote("AAPL", "94.90", "94.92")
    assert desk.now(order).status is OrderStatus.FILLED


def test_a_disconnected_order_still_expires(desk: Desk) -> None:
    order = desk.ask(limit())
    play(desk, order, Action.DISCONNECT)
    desk.market.time += 86_400_000
    desk.expire()
    assert desk.now(order).status is OrderStatus.EXPIRED


def test_a_replay_of_the_ledger_knows_of_the_scenario(desk: Desk) -> None:
    order = desk.ask(limit())
    play(desk, order, Action.DELAY, milliseconds=300)
    play(desk, order, Action.DISCONNECT)
    again = AccountState()
    for transaction in desk.ledger:
        events = codec.load(codec.dump(transaction.events))
        again.apply(replace(transaction, events=events))
    assert again.order(order.order_id) == desk.now(order)


def test_the_same_key_plays_once(desk: Desk) -> None:
    order = desk.ask(limit())
    play(desk, order, Action.FILL, quantity=Decimal(4), idempotency_key="k")
    with pytest.raises(decide.Repeated):
        play(desk, order, Action.FILL, quantity=Decimal("4.0"), idempotency_key="k")
    assert desk.now(order).filled_quantity == 4


@pytest.mark.parametrize(
    ("more", "expected", "nearest"),
    [
        ({"quantity": Decimal(11)}, QuantityOutOfRange, "10"),
        ({"price": Decimal("95.005")}, PriceOffTick, "95"),
        ({"price": Decimal("95.01")}, PriceOutOfRange, "95"),
    ],
)
def test_a_fill_keeps_to_the_rules_of_the_order(
    desk: Desk, more: dict[str, Any], expected: type[Rejection], nearest: str
) -> None:
    with pytest.raises(expected) as caught:
        play(desk, desk.ask(limit()), Action.FILL, **more)
    [fault] = caught.value.faults
    assert fault.nearest == nearest


def test_orders_that_are_not_at_the_venue_are_refused(desk: Desk) -> None:
    order = desk.ask(limit(stop_loss=StopLoss(Decimal("90.00"))))
    [leg] = [item for item in desk.state.open_orders.values() if item.parent_id]
    done = desk.ask(limit("101.00"))
    for wrong in (leg, done):
        with pytest.raises(OrderNotWorking):
            play(desk, wrong, Action.REJECT)
    with pytest.raises(OrderNotFound):
        play(desk, replace(order, order_id="ord_none"), Action.FILL)


@pytest.mark.parametrize("kind", [DataKind.LIVE, DataKind.DELAYED])
def test_real_prices_admit_no_scenario(desk: Desk, kind: DataKind) -> None:
    order = desk.ask(limit())
    offered = desk.market.offered
    offered["AAPL"] = replace(offered["AAPL"], data_kind=kind)
    with pytest.raises(ScenarioOnRealPrices):
        play(desk, order, Action.FILL)


def test_recorded_prices_admit_scenarios() -> None:
    market = HandMarket()
    market.set("REC:IBM", "99", "99")
    desk = Desk(market, AccountClock.REPLAY)
    order = desk.ask(PlaceOrder("REC:IBM", Side.BUY, OrderType.MARKET, Decimal(10)))
    play(desk, order, Action.FILL)
    assert fills(desk)[0][:2] == (Decimal(10), Decimal(99))


def test_a_disconnected_order_explains_itself(desk: Desk) -> None:
    order = desk.ask(limit())
    play(desk, order, Action.DISCONNECT)
    [first, *_] = waiting.conditions(desk.state, desk.now(order), desk.market, desk.broker)
    assert first.description == "Its venue must be heard of again."
