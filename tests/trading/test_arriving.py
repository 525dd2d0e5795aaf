"""A cancel or a modify that takes its time: the order works on until it is there."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from generated.models import (
    BracketLeg,
    OrderStatus,
    OrderType,
    PendingAction,
    Side,
    SymbolType,
    TimeInForce,
    TransactionCause,
)
from handlers.trading.accounts.account import AccountState
from handlers.trading.decisions import amending, decide
from handlers.trading.ledger import codec
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.matching.models.latency import FixedLatency
from handlers.trading.matching.models.liquidity import ShareOfSize
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.orders.commands import CancelOrder, ModifyOrder, PlaceOrder, StopLoss
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import InsufficientMargin, OrderNotWorking
from tests.trading.world import START, Desk, HandMarket


@pytest.fixture
def desk() -> Desk:
    """Whatever is sent takes 400 ms; quotes come every 250 ms."""
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01", "1000")
    profile = FillProfile(latency=FixedLatency(400), liquidity=ShareOfSize(Decimal("0.5")))
    return Desk(market, models=FillModels({SymbolType.STOCK: profile}))


def resting(desk: Desk, **more: Any) -> Order:
    """An order to buy 100 at 95 that has arrived."""
    order = desk.ask(
        PlaceOrder("AAPL", Side.BUY, OrderType.LIMIT, Decimal(100), Decimal(95), **more)
    )
    quiet(desk)
    quiet(desk)
    return desk.now(order)


def quiet(desk: Desk) -> None:
    desk.quote("AAPL", "99.99", "100.01", "1000")


def cancel(desk: Desk, order: Order) -> Transaction:
    command, market = CancelOrder(order.order_id), desk.market
    draft = decide.cancel(desk.state, command, market, market.time, desk.broker)
    return desk.carry_out(draft)


def modify(desk: Desk, order: Order, **changes: Any) -> Transaction:
    command, market = ModifyOrder(order.order_id, **changes), desk.market
    draft = amending.modify(desk.state, command, market, desk.broker, market.time)
    assert draft is not None
    return desk.carry_out(draft)


def test_a_cancel_is_pending_and_then_there(desk: Desk) -> None:
    order = resting(desk)
    sent = cancel(desk, order)
    assert sent.cause.kind is TransactionCause.ORDER_CHANGE_SENT
    now = desk.now(order)
    assert (now.status, now.pending_action) == (OrderStatus.WORKING, PendingAction.CANCEL)
    desk.market.time += 399
    desk.expire()
    assert desk.now(order).open
    desk.market.time += 1
    desk.expire()
    now = desk.now(order)
    assert (now.status, now.reason) == (OrderStatus.CANCELED, "requested")
    assert now.pending_action is None
    assert desk.ledger[-1].cause.kind is TransactionCause.ORDER_CANCELED


def test_a_price_before_the_cancel_fills_and_one_after_it_does_not(desk: Desk) -> None:
    one, other = resting(desk), resting(desk)
    cancel(desk, one)
    desk.quote("AAPL", "94.00", "94.02", "20")
    assert desk.now(one).filled_quantity == 10
    cancel(desk, other)
    desk.quote("AAPL", "94.00", "94.02", "1000")
    assert (desk.now(one).status, desk.now(one).filled_quantity) == (
        OrderStatus.CANCELED,
        Decimal(10),
    )
    assert desk.now(other).status is OrderStatus.FILLED
    assert desk.now(other).pending_action is None, "the cancel came too late"


def test_a_modify_changes_what_it_names_when_it_is_there(desk: Desk) -> None:
    order = resting(desk)
    modify(desk, order, limit_price=Decimal(96), time_in_force=TimeInForce.GTC)
    assert desk.now(order).pending_action is PendingAction.MODIFY
    desk.quote("AAPL", "95.50", "95.52", "20")
    assert desk.now(order).filled_quantity == 0, "it is not there yet"
    desk.quote("AAPL", "95.50", "95.52", "20")
    now = desk.now(order)
    assert now.filled_quantity == 10
    assert (now.limit_price, now.time_in_force, now.expires_at) == (
        Decimal(96),
        TimeInForce.GTC,
        None,
    )
    assert now.pending_action is None
    desk.quote("AAPL", "95.50", "95.52", "1000")
    assert desk.now(order).status is OrderStatus.FILLED


def test_a_modify_below_what_is_filled_by_then_is_refused(desk: Desk) -> None:
    order = resting(desk)
    modify(desk, order, quantity=Decimal(30))
    desk.quote("AAPL", "94.00", "94.02", "80")
    assert desk.now(order).filled_quantity == 40
    desk.market.time += 400
    desk.expire()
    now = desk.now(order)
    assert (now.status, now.quantity, now.pending_action) == (
        OrderStatus.WORKING,
        Decimal(100),
        None,
    )


def test_a_newer_change_takes_the_place_of_an_older(desk: Desk) -> None:
    order = resting(desk)
    modify(desk, order, limit_price=Decimal(96))
    cancel(desk, order)
    assert desk.now(order).pending_action is PendingAction.CANCEL
    desk.market.time += 400
    desk.expire()
    assert desk.now(order).status is OrderStatus.CANCELED
    assert desk.now(order).limit_price == 95


def test_a_newer_modify_keeps_what_it_omits_of_the_older(desk: Desk) -> None:
    order = resting(desk)
    modify(desk, order, limit_price=Decimal(96), quantity=Decimal(120))
    modify(desk, order, quantity=Decimal(100))
    change = desk.now(order).change
    assert change is not None
    assert (change.limit_price, change.quantity) == (Decimal(96), None), "taken back"
    desk.market.time += 400
    desk.expire()
    now = desk.now(order)
    assert (now.limit_price, now.quantity, now.change) == (Decimal(96), Decimal(100), None)


def test_a_cancel_on_its_way_stays_and_no_modify_overrides_it(desk: Desk) -> None:
    order = resting(desk)
    cancel(desk, order)
    with pytest.raises(OrderNotWorking):
        modify(desk, order, limit_price=Decimal(96))
    with pytest.raises(OrderNotWorking):
        modify(desk, order, stop_loss=StopLoss(Decimal(90)))
    desk.market.time += 400
    desk.expire()
    assert desk.now(order).status is OrderStatus.CANCELED


def test_a_cancel_that_is_asked_for_again_is_there_no_later(desk: Desk) -> None:
    order = resting(desk)
    cancel(desk, order)
    desk.market.time += 250
    again = cancel(desk, order)
    assert again.cause.kind is TransactionCause.ORDER_CHANGE_SENT
    desk.market.time += 150
    desk.expire()
    assert desk.now(order).status is OrderStatus.CANCELED


def test_a_change_does_not_overtake_its_order(desk: Desk) -> None:
    order = desk.ask(PlaceOrder("AAPL", Side.BUY, OrderType.LIMIT, Decimal(100), Decimal(95)))
    cancel(desk, order)
    change = desk.now(order).change
    assert change is not None
    assert order.effective_at is not None
    assert change.arrives_at >= order.effective_at
    desk.market.time += 400
    desk.expire()
    assert desk.now(order).status is OrderStatus.CANCELED


def test_a_stop_that_was_triggered_meanwhile_keeps_its_trigger(desk: Desk) -> None:
    order = desk.ask(
        PlaceOrder("AAPL", Side.BUY, OrderType.STOP, Decimal(1_000), stop_price=Decimal(101))
    )
    quiet(desk)
    quiet(desk)
    modify(desk, order, stop_price=Decimal(102))
    desk.quote("AAPL", "101.00", "101.02", "20")
    desk.market.time += 400
    desk.expire()
    now = desk.now(order)
    assert now.triggered_at is not None
    assert (now.stop_price, now.filled_quantity) == (Decimal(101), Decimal(10))


def test_a_trailing_stop_takes_a_new_offset_from_the_mark_it_has_by_then(desk: Desk) -> None:
    order = desk.ask(
        PlaceOrder(
            "AAPL", Side.SELL, OrderType.TRAILING_STOP, Decimal(10), trailing_offset=Decimal(5)
        )
    )
    quiet(desk)
    quiet(desk)
    modify(desk, order, trailing_offset=Decimal(3))
    desk.quote("AAPL", "109.99", "110.00", "1000")
    desk.market.time += 400
    desk.expire()
    now = desk.now(order)
    assert (now.trail_mark, now.stop_price) == (Decimal("110.00"), Decimal(107))


def test_what_expires_before_the_change_is_there_expires(desk: Desk) -> None:
    order = resting(desk)
    desk.market.time = (order.expires_at or 0) - 100
    cancel(desk, order)
    desk.market.time += 1_000
    desk.expire()
    assert desk.now(order).status is OrderStatus.EXPIRED


def test_a_held_leg_is_changed_at_once(desk: Desk) -> None:
    order = resting(desk, stop_loss=StopLoss(Decimal(90)))
    [leg] = desk.state.legs(order.order_id)
    assert leg.bracket_leg is BracketLeg.STOP_LOSS
    modify(desk, leg, stop_price=Decimal(91))
    assert desk.now(leg).stop_price == 91
    cancel(desk, leg)
    assert desk.now(leg).status is OrderStatus.CANCELED


def test_legs_of_a_modify_on_its_way_protect_what_is_filled(desk: Desk) -> None:
    order = resting(desk, stop_loss=StopLoss(Decimal(90)))
    desk.partly(order, "60", "95")
    modify(desk, order, quantity=Decimal(150), stop_loss=StopLoss(Decimal(91)))
    old, new = desk.state.legs(order.order_id)
    assert (old.status, new.status) == (OrderStatus.CANCELED, OrderStatus.WORKING)
    assert (new.stop_price, new.quantity) == (Decimal(91), Decimal(60))


def test_a_leg_added_by_a_modify_on_its_way_is_as_large_as_the_order_is(desk: Desk) -> None:
    order = resting(desk)
    modify(desk, order, quantity=Decimal(150), stop_loss=StopLoss(Decimal(91)))
    [leg] = desk.state.legs(order.order_id)
    assert (leg.status, leg.quantity) == (OrderStatus.HELD, Decimal(100))


def test_what_one_of_a_group_fills_is_taken_from_a_modify_on_its_way(desk: Desk) -> None:
    one, other = (resting(desk, oco_group_id="g") for _ in range(2))
    modify(desk, other, quantity=Decimal(110))
    desk.partly(one, "60", "95")
    assert desk.now(other).quantity == 40, "it works as it was"
    desk.market.time += 400
    desk.expire()
    now = desk.now(other)
    assert (now.quantity, now.pending_action) == (Decimal(50), None)


def test_what_a_group_has_filled_leaves_nothing_for_a_modify_on_its_way(desk: Desk) -> None:
    one, other = (resting(desk, oco_group_id="g") for _ in range(2))
    modify(desk, other, quantity=Decimal(50), limit_price=Decimal(94))
    desk.partly(one, "60", "95")
    desk.market.time += 400
    desk.expire()
    now = desk.now(other)
    assert (now.quantity, now.limit_price, now.pending_action) == (Decimal(40), Decimal(95), None)


def test_a_modify_needs_the_margin_when_it_is_sent(desk: Desk) -> None:
    order = resting(desk)
    with pytest.raises(InsufficientMargin):
        modify(desk, order, quantity=Decimal(10_000))
    assert desk.now(order).pending_action is None


def test_modifies_on_their_way_reserve_margin_together(desk: Desk) -> None:
    one, other = resting(desk), resting(desk)
    before = desk.figures().order_margin
    modify(desk, one, quantity=Decimal(2_000))
    assert desk.figures().order_margin == before + 1_900 * 95 * Decimal("0.5")
    with pytest.raises(InsufficientMargin):
        modify(desk, other, quantity=Decimal(2_000))
    modify(desk, one, quantity=Decimal(50))
    assert desk.figures().order_margin == before, "it may still fill as it is"
    modify(desk, other, quantity=Decimal(1_000))


def test_a_replay_of_the_ledger_knows_what_is_on_its_way(desk: Desk) -> None:
    order = resting(desk)
    modify(desk, order, quantity=Decimal(30), limit_price=Decimal(96))
    again = AccountState()
    for transaction in desk.ledger:
        events = codec.load(codec.dump(transaction.events))
        again.apply(replace(transaction, events=events))
    assert again.order(order.order_id) == desk.now(order)
    assert desk.market.time > START
