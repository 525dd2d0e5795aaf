"""Who may join an OCO group: nobody once it has filled, and nobody the legs of a bracket."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import OrderType, Side, TimeInForce
from handlers.trading.accounts.snapshot import Capture, recall
from handlers.trading.decisions import decide
from handlers.trading.orders.commands import PlaceOrder, StopLoss
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import OcoGroupFilled, OcoGroupMismatch
from tests.trading.world import Desk, HandMarket

LIMIT = PlaceOrder(
    "AAPL",
    Side.BUY,
    OrderType.LIMIT,
    Decimal(100),
    Decimal(90),
    TimeInForce.GTC,
    oco_group_id="g",
)
MARKETABLE = replace(LIMIT, limit_price=Decimal(101))


@pytest.fixture
def desk() -> Desk:
    desk = Desk(HandMarket())
    desk.market.set("AAPL", "99.99", "100.00")
    return desk


def check_refused(desk: Desk) -> None:
    before = desk.state.sequence
    with pytest.raises(OcoGroupFilled) as refused:
        desk.ask(LIMIT)
    [fault] = refused.value.faults
    assert (fault.field, fault.rule, fault.value) == ("/ocoGroupId", "before_any_fill", "g")
    assert desk.state.sequence == before


def test_a_group_whose_order_filled_at_once_takes_no_more(desk: Desk) -> None:
    desk.ask(MARKETABLE)
    check_refused(desk)


def test_a_group_takes_no_more_after_a_part(desk: Desk) -> None:
    desk.partly(desk.ask(LIMIT), "60", "90")
    check_refused(desk)


def test_a_group_that_filled_stays_so_when_the_rest_of_it_is_canceled(desk: Desk) -> None:
    order = desk.ask(LIMIT)
    desk.partly(order, "60", "90")
    desk.cancel(order)
    check_refused(desk)


def test_what_did_not_fill_leaves_its_group_open(desk: Desk) -> None:
    desk.cancel(desk.ask(LIMIT))
    first, second = desk.ask(LIMIT), desk.ask(replace(LIMIT, limit_price=Decimal(80)))
    desk.quote("AAPL", "89", "89.5")
    assert not desk.now(first).open
    assert desk.now(second).reason == "oco"


def test_another_group_and_a_new_beginning_are_open(desk: Desk) -> None:
    desk.ask(MARKETABLE)
    desk.ask(replace(LIMIT, oco_group_id="h"))
    state, now = desk.state, desk.market.time
    desk.carry_out(decide.reset(state, state.first_balance, "requested", None, now))
    desk.ask(LIMIT)


def test_a_snapshot_knows_the_groups_that_have_filled(desk: Desk) -> None:
    desk.ask(MARKETABLE)
    sections = {name: memoryview(text) for name, text in Capture(desk.state).sections()}
    assert recall(sections).filled_groups == {"g"}


def bought(desk: Desk) -> Order:
    plain = replace(MARKETABLE, oco_group_id=None)
    return desk.ask(replace(plain, stop_loss=StopLoss(Decimal(80))))


@pytest.mark.parametrize("owner", ["order", "position"])
def test_nobody_joins_the_legs_of_a_bracket(desk: Desk, owner: str) -> None:
    entry = bought(desk)
    position = desk.state.open_positions["AAPL"].position_id
    group = entry.order_id if owner == "order" else position
    with pytest.raises(OcoGroupMismatch) as refused:
        desk.ask(replace(LIMIT, oco_group_id=group))
    [fault] = refused.value.faults
    assert (fault.field, fault.rule, fault.value) == ("/ocoGroupId", "no_bracket", group)


def test_legs_do_not_fill_a_group(desk: Desk) -> None:
    bought(desk)
    desk.quote("AAPL", "79", "79.5")
    assert not desk.state.filled_groups
