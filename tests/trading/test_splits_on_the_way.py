"""Splits while a change of an order is on its way."""

from decimal import Decimal

import pytest

from generated.models import OrderStatus, OrderType, PendingAction, Side, SymbolType
from handlers.trading.booking import splits
from handlers.trading.decisions import amending, decide
from handlers.trading.ledger.events import OrderChangeRefused
from handlers.trading.matching.models.latency import FixedLatency
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.orders.commands import CancelOrder, ModifyOrder
from handlers.trading.orders.order import Order
from tests.trading.replay_desk import IBM, OPEN, ReplayDesk, split
from tests.trading.world import DAY

LATENCY = 1_000


@pytest.fixture
def desk() -> ReplayDesk:
    profile = FillProfile(latency=FixedLatency(LATENCY))
    desk = ReplayDesk(models=FillModels({SymbolType.STOCK: profile}))
    desk.market.time = OPEN - 2 * DAY
    return desk


@pytest.fixture
def order(desk: ReplayDesk) -> Order:
    """To buy 10 at 80, working."""
    order = desk.rest(Side.BUY, "10", OrderType.LIMIT, limit_price="80")
    desk.day(OPEN - DAY, "100", "100", "100", "100")
    assert desk.now(order).working
    return desk.now(order)


def modify(desk: ReplayDesk, order: Order) -> None:
    command = ModifyOrder(order.order_id, limit_price=Decimal(90), quantity=Decimal(30))
    draft = amending.modify(desk.state, command, desk.market, desk.broker, desk.market.time)
    assert draft
    desk.carry_out(draft)
    assert desk.now(order).pending_action is PendingAction.MODIFY


@pytest.mark.parametrize(("sent", "terms"), [(LATENCY // 2, (40, 20)), (LATENCY, (45, 60))])
def test_the_venue_has_the_same_order_before_it_is_booked(
    desk: ReplayDesk, order: Order, sent: int, terms: tuple[int, int]
) -> None:
    desk.market.time = OPEN - sent
    modify(desk, order)
    there = splits.applied(desk.now(order), split(2), desk.market.offered[IBM])
    assert there is not None
    assert (there.limit_price, there.quantity, there.change) == (*map(Decimal, terms), None)


def test_a_modify_on_its_way_through_a_split_is_refused(desk: ReplayDesk, order: Order) -> None:
    desk.market.time = OPEN - LATENCY // 2
    modify(desk, order)
    [done] = desk.announce(split(2))
    assert OrderChangeRefused(order.order_id, "split") in done.events
    desk.market.time = OPEN + LATENCY
    desk.expire()
    desk.day(OPEN + DAY, "50", "51", "44", "50")
    now = desk.now(order)
    assert (now.status, now.pending_action) == (OrderStatus.WORKING, None)
    assert (now.limit_price, now.quantity) == (Decimal(40), Decimal(20))


def test_one_that_arrived_before_the_split_is_of_old_shares(desk: ReplayDesk, order: Order) -> None:
    desk.market.time = OPEN - LATENCY
    modify(desk, order)
    desk.announce(split(2))
    desk.day(OPEN + DAY, "50", "51", "44", "50")
    now = desk.now(order)
    assert (now.average_price, now.filled_quantity) == (Decimal(45), Decimal(60))


def test_a_cancel_goes_on_through_a_split(desk: ReplayDesk, order: Order) -> None:
    desk.market.time = OPEN - LATENCY // 2
    command, market = CancelOrder(order.order_id), desk.market
    desk.carry_out(decide.cancel(desk.state, command, market, market.time, desk.broker))
    desk.announce(split(2))
    assert desk.now(order).pending_action is PendingAction.CANCEL
    desk.day(OPEN + DAY, "50", "51", "30", "50")
    assert desk.now(order).status is OrderStatus.CANCELED
