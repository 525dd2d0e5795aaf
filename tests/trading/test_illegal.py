"""What does not fit an order or a position cannot happen to it."""

from decimal import Decimal

import pytest

from generated.models import PositionEffect, PositionSide, TransactionCause
from handlers.trading.ledger.events import (
    OrderChange,
    OrderFilled,
    OrderTriggered,
    PositionOpened,
    QuoteBasis,
)
from handlers.trading.ledger.transactions import Cause, Transaction
from handlers.trading.orders.order import IllegalTransition
from handlers.trading.positions.position import BrokenPosition, opened
from tests.ports.broker_suite import make_order
from tests.trading.world import START

STAMP = Transaction(
    "acc_1", "usr_1", 3, "ep_1", START, START, Cause(TransactionCause.ORDER_FILLED), ()
)
ONE = Decimal(1)
BASIS = QuoteBasis(START, ONE, ONE, ONE)


def filled(quantity: str) -> OrderFilled:
    size, zero = Decimal(quantity), Decimal(0)
    return OrderFilled(
        "ord_1", "exe_1", "pos_1", PositionEffect.OPEN, size, ONE, zero, zero, "m", "r", BASIS
    )


@pytest.mark.parametrize(
    "event", [filled("11"), filled("0"), OrderTriggered("ord_1", ONE, "r", BASIS)]
)
def test_an_order_takes_no_event_that_does_not_fit(event: OrderChange) -> None:
    order = make_order(limit="1.00", quantity="10")
    with pytest.raises(IllegalTransition):
        order.apply(event, STAMP)
    done = order.apply(filled("10"), STAMP)
    assert not done.open
    with pytest.raises(IllegalTransition):
        done.apply(filled("1"), STAMP)


def test_an_open_position_is_not_opened_again() -> None:
    event = PositionOpened("pos_1", "AAPL", PositionSide.LONG, ONE, ONE)
    with pytest.raises(BrokenPosition):
        opened(event, STAMP).apply(event, STAMP)
