"""Modifying, canceling many, reversing and protecting: the right answer for every state."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import BracketLeg, OrderStatus, OrderType, Side, TimeInForce, TriggerBy
from handlers.trading.decisions import amending, decide, protecting
from handlers.trading.orders.commands import (
    CancelOrders,
    ModifyOrder,
    PlaceOrder,
    ReversePosition,
    SetPositionBrackets,
    StopLoss,
    TakeProfit,
)
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import (
    BracketsNotAllowed,
    BracketWrongSide,
    FieldNotApplicable,
    InsufficientMargin,
    OrderNotWorking,
    QuantityFilledAlready,
    Rejection,
    RevisionMismatch,
    StopWrongSide,
)
from tests.trading.world import Desk, HandMarket

LIMIT = PlaceOrder("BTCUSD", Side.BUY, OrderType.LIMIT, Decimal(10), Decimal(99), TimeInForce.GTC)
BRACKETED = replace(LIMIT, take_profit=TakeProfit(Decimal(110)), stop_loss=StopLoss(Decimal(90)))
BOUGHT = replace(LIMIT, type=OrderType.MARKET, limit_price=None)
TRAIL = replace(
    BOUGHT,
    side=Side.SELL,
    type=OrderType.TRAILING_STOP,
    trailing_offset=Decimal(5),
    trigger_by=TriggerBy.BID_ASK,
)


@pytest.fixture
def desk() -> Desk:
    desk = Desk(HandMarket())
    desk.market.set("BTCUSD", "100", "100.10")
    return desk


def modify(desk: Desk, order: Order, **changes: object) -> Order:
    command = ModifyOrder(order.order_id, **changes)  # type: ignore[arg-type]
    market = desk.market
    draft = amending.modify(desk.state, command, market, desk.broker, market.time)
    if draft is not None:
        desk.carry_out(draft)
    return desk.now(order)


def protect(desk: Desk, profit: TakeProfit | None, loss: StopLoss | None) -> list[Order]:
    [position] = desk.state.open_positions.values()
    command = SetPositionBrackets(position.position_id, profit, loss)
    draft = protecting.set_brackets(desk.state, command, desk.market, desk.market.time)
    if draft is not None:
        desk.carry_out(draft)
    return list(desk.state.open_orders.values())


def test_what_is_omitted_stays(desk: Desk) -> None:
    order = desk.ask(LIMIT)
    changed = modify(desk, order, limit_price=Decimal(98), expected_revision=1)
    assert (changed.limit_price, changed.quantity, changed.revision) == (
        Decimal(98),
        Decimal(10),
        2,
    )
    assert modify(desk, order) == changed, "nothing to change, no transaction"


def test_a_limit_that_the_market_has_reached_fills_at_once(desk: Desk) -> None:
    order = modify(desk, desk.ask(LIMIT), limit_price=Decimal(101))
    assert (order.status, order.average_price) == (OrderStatus.FILLED, Decimal("100.10"))


def test_a_stale_revision_is_a_conflict_that_names_the_present_one(desk: Desk) -> None:
    order = desk.ask(LIMIT)
    modify(desk, order, quantity=Decimal(12))
    with pytest.raises(RevisionMismatch) as refused:
        modify(desk, order, quantity=Decimal(14), expected_revision=1)
    assert refused.value.faults[0].nearest == "2"


def test_a_trailing_stop_with_another_offset_keeps_its_mark(desk: Desk) -> None:
    order = desk.ask(TRAIL)
    desk.quote("BTCUSD", "120", "120.10")
    assert modify(desk, order, trailing_offset=Decimal(2)).stop_price == 118
    desk.quote("BTCUSD", "119", "119.10")
    with pytest.raises(StopWrongSide):
        modify(desk, order, trailing_offset=Decimal("0.5"))


def test_the_day_of_an_order_can_change(desk: Desk) -> None:
    order = desk.ask(LIMIT)
    end = desk.market.session_end("BTCUSD")
    assert modify(desk, order, time_in_force=TimeInForce.DAY).expires_at == end
    until = desk.market.time + 5
    dated = modify(desk, order, time_in_force=TimeInForce.GTD, expires_at=until)
    assert dated.expires_at == until
    assert modify(desk, order, time_in_force=TimeInForce.GTC, expires_at=None).expires_at is None


def test_legs_are_added_changed_and_removed(desk: Desk) -> None:
    order = desk.ask(replace(LIMIT, take_profit=TakeProfit(Decimal(110))))
    modify(desk, order, stop_loss=StopLoss(Decimal(90)))
    legs = [leg for leg in desk.state.legs(order.order_id) if leg.open]
    assert {leg.bracket_leg for leg in legs} == set(BracketLeg)
    modify(desk, order, take_profit=None, stop_loss=StopLoss(Decimal(91)))
    [leg] = [leg for leg in desk.state.legs(order.order_id) if leg.open]
    assert (leg.stop_price, leg.status) == (Decimal(91), OrderStatus.HELD)
    assert modify(desk, leg, stop_price=Decimal(92)).open
    desk.quote("BTCUSD", "98.9", "99")
    assert desk.now(leg).status is OrderStatus.WORKING


def test_a_leg_added_to_a_part_that_is_filled_works_at_once(desk: Desk) -> None:
    order = desk.ask(LIMIT)
    desk.partly(order, "4", "99")
    modify(desk, order, stop_loss=StopLoss(Decimal(90)))
    [leg] = desk.state.legs(order.order_id)
    assert (leg.status, leg.quantity) == (OrderStatus.WORKING, Decimal(4))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"quantity": Decimal(4)}, QuantityFilledAlready),
        ({"quantity": Decimal(3)}, QuantityFilledAlready),
        ({"quantity": Decimal(100_000)}, Rejection),
        ({"quantity": Decimal(9_000)}, InsufficientMargin),
        ({"stop_price": Decimal(90)}, FieldNotApplicable),
        ({"trailing_offset": Decimal(1)}, FieldNotApplicable),
        ({"time_in_force": TimeInForce.IOC}, FieldNotApplicable),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    desk: Desk, changes: dict[str, object], refusal: type[Rejection]
) -> None:
    order = desk.ask(LIMIT)
    desk.partly(order, "4", "99")
    before = desk.now(order)
    with pytest.raises(refusal):
        modify(desk, order, **changes)
    assert desk.now(order) == before


def test_a_leg_has_the_size_of_what_it_protects_and_no_bracket(desk: Desk) -> None:
    order = desk.ask(replace(LIMIT, stop_loss=StopLoss(Decimal(90))))
    [leg] = desk.state.legs(order.order_id)
    with pytest.raises(FieldNotApplicable):
        modify(desk, leg, quantity=Decimal(2))
    with pytest.raises(BracketsNotAllowed):
        modify(desk, leg, take_profit=TakeProfit(Decimal(95)))


@pytest.mark.parametrize(
    ("which", "changes", "nearest"),
    [
        (BracketLeg.STOP_LOSS, {"stop_price": Decimal(99)}, "98.99"),
        (BracketLeg.STOP_LOSS, {"stop_price": Decimal(150)}, "98.99"),
        (BracketLeg.TAKE_PROFIT, {"limit_price": Decimal(99)}, "99.01"),
    ],
)
def test_a_held_leg_does_not_pass_its_entry(
    desk: Desk, which: BracketLeg, changes: dict[str, object], nearest: str
) -> None:
    entry = desk.ask(BRACKETED)
    [leg] = [leg for leg in desk.state.legs(entry.order_id) if leg.bracket_leg is which]
    with pytest.raises(BracketWrongSide) as refused:
        modify(desk, leg, **changes)
    [found] = refused.value.faults
    assert (found.field, found.nearest) == ("/" + _camel(*changes), nearest)
    assert modify(desk, leg, **{name: Decimal(nearest) for name in changes}).open


@pytest.mark.parametrize(
    ("limit", "field", "nearest"),
    [("90", "/stopLoss/stopPrice", "89.99"), ("100.05", "/takeProfit/limitPrice", "100.06")],
)
def test_an_entry_does_not_pass_its_legs(desk: Desk, limit: str, field: str, nearest: str) -> None:
    entry = desk.ask(replace(BRACKETED, take_profit=TakeProfit(Decimal("100.05"))))
    with pytest.raises(BracketWrongSide) as refused:
        modify(desk, entry, limit_price=Decimal(limit))
    [found] = refused.value.faults
    assert (found.field, found.nearest) == (field, nearest)
    together = {"take_profit": TakeProfit(Decimal("100.06")), "stop_loss": StopLoss(Decimal(80))}
    assert modify(desk, entry, limit_price=Decimal(limit), **together).limit_price == Decimal(limit)


def test_what_leaves_the_price_of_an_entry_leaves_its_legs(desk: Desk) -> None:
    entry = desk.ask(BRACKETED)
    desk.partly(entry, "4", "99")
    [profit, stop] = desk.state.legs(entry.order_id)
    desk.quote("BTCUSD", "105", "105.10")
    assert modify(desk, stop, stop_price=Decimal(100)).open, "it works: a profit may be locked in"
    assert modify(desk, entry, quantity=Decimal(12)).quantity == 12
    assert desk.now(profit).working


def _camel(name: str) -> str:
    first, second = name.split("_")
    return first + second.capitalize()


def test_an_order_that_is_done_cannot_be_modified(desk: Desk) -> None:
    with pytest.raises(OrderNotWorking):
        modify(desk, desk.ask(BOUGHT), quantity=Decimal(20))


def test_canceling_many_spares_the_legs_of_a_position_where_asked(desk: Desk) -> None:
    entry = desk.ask(replace(BOUGHT, stop_loss=StopLoss(Decimal(90))))
    resting = desk.ask(LIMIT)
    kept = CancelOrders("BTCUSD", include_brackets=False)
    draft = decide.cancel_many(desk.state, kept, desk.market, desk.market.time)
    assert draft is not None
    desk.carry_out(draft)
    assert desk.now(resting).status is OrderStatus.CANCELED
    assert [leg.status for leg in desk.state.legs(entry.order_id)] == [OrderStatus.WORKING]
    none = CancelOrders("BTCUSD", Side.BUY)
    assert decide.cancel_many(desk.state, none, desk.market, desk.market.time) is None


def test_canceling_many_of_one_side_spares_the_legs_of_entries_that_go_on(desk: Desk) -> None:
    entry = desk.ask(replace(LIMIT, stop_loss=StopLoss(Decimal(90))))
    resting = desk.ask(replace(LIMIT, side=Side.SELL, limit_price=Decimal(120)))
    kept = CancelOrders(side=Side.SELL, include_brackets=False)
    draft = decide.cancel_many(desk.state, kept, desk.market, desk.market.time)
    assert draft is not None
    desk.carry_out(draft)
    assert not desk.now(resting).open
    assert [leg.status for leg in desk.state.legs(entry.order_id)] == [OrderStatus.HELD]
    whole = CancelOrders(include_brackets=False)
    draft = decide.cancel_many(desk.state, whole, desk.market, desk.market.time)
    assert draft is not None
    desk.carry_out(draft)
    assert not desk.state.open_orders, "held legs go with their entry"


def test_reversing_goes_through_zero_under_a_new_id(desk: Desk) -> None:
    entry = desk.ask(replace(BOUGHT, stop_loss=StopLoss(Decimal(90))))
    [held] = desk.state.open_positions.values()
    command, market = ReversePosition(held.position_id), desk.market
    desk.carry_out(protecting.reverse(desk.state, command, market, desk.broker, market.time))
    [turned] = desk.state.open_positions.values()
    assert (turned.quantity, turned.sign) == (Decimal(10), -1)
    assert turned.position_id != held.position_id
    assert [leg.status for leg in desk.state.legs(entry.order_id)] == [OrderStatus.CANCELED]


def test_a_position_is_protected_as_a_whole(desk: Desk) -> None:
    entry = desk.ask(replace(BOUGHT, stop_loss=StopLoss(Decimal(80))))
    legs = protect(desk, TakeProfit(Decimal(110)), StopLoss(Decimal(90)))
    assert [leg.quantity for leg in legs] == [10, 10]
    assert not any(leg.open for leg in desk.state.legs(entry.order_id)), "replaced"
    desk.ask(replace(BOUGHT, quantity=Decimal(5)))
    assert [leg.quantity for leg in desk.state.open_orders.values()] == [15, 15]
    assert [leg.stop_price for leg in protect(desk, None, StopLoss(Decimal(91)))] == [91]
    assert not protect(desk, None, None)


def test_a_wrong_leg_leaves_the_old_ones_alone(desk: Desk) -> None:
    desk.ask(replace(BOUGHT, stop_loss=StopLoss(Decimal(80))))
    with pytest.raises(Rejection):
        protect(desk, TakeProfit(Decimal(99)), None)
    assert len(desk.state.open_orders) == 1
