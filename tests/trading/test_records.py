"""An export, which forgets what is over, tells of a ledger what the account remembers of it."""

from collections.abc import Iterable

import pytest

from generated import models
from handlers import wire
from handlers.trading.orders.order import Order
from handlers.trading.reporting import records
from tests.trading.situations import SITUATIONS


@pytest.mark.parametrize("name", SITUATIONS)
def test_what_is_exported_is_what_the_account_has(name: str) -> None:
    desk, _ = SITUATIONS[name]()
    view = desk.state.view()
    found = shown(records.orders(desk.ledger))
    assert sorted(found, key=order_id) == sorted(shown(view.orders()), key=order_id)
    assert tuple(records.executions(desk.ledger)) == tuple(view.executions())


def shown(orders: Iterable[Order]) -> list[models.Order]:
    return [wire.order(item, "acc_1") for item in orders]


def order_id(order: models.Order) -> str:
    return order.order_id
