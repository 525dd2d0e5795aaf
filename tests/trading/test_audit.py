"""An audit counts again what a ledger says, and finds whatever was changed in it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import pytest

from handlers.trading.audit import Audit, Fault
from handlers.trading.events import (
    BalanceChanged,
    Event,
    OrderFilled,
    PositionChanged,
    PositionClosed,
    PositionOpened,
)
from handlers.trading.transactions import Transaction
from tests.trading.world import Desk, HandMarket

CENT = Decimal("0.01")
E = TypeVar("E", bound=Event)


def history() -> list[Transaction]:
    """A position that is added to, reduced, reversed and closed."""
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01")
    desk = Desk(market)
    desk.buy("AAPL", "10")
    market.set("AAPL", "101.99", "102.03")
    desk.buy("AAPL", "7")
    desk.sell("AAPL", "4")
    desk.sell("AAPL", "20")
    desk.buy("AAPL", "7")
    desk.buy("AAPL", "3", limit="98.50")
    return desk.ledger


def audit(transactions: list[Transaction]) -> list[Fault]:
    auditor = Audit()
    return [fault for transaction in transactions for fault in auditor.check(transaction)]


def tampered(kind: type[E], change: Callable[[E], Event]) -> list[Transaction]:
    """The history with the last event of that kind changed."""
    found = history()
    index = max(
        number
        for number, item in enumerate(found)
        if any(isinstance(event, kind) for event in item.events)
    )
    events = tuple(
        change(event) if isinstance(event, kind) else event for event in found[index].events
    )
    found[index] = replace(found[index], events=events)
    return found


def test_an_honest_ledger_has_no_fault() -> None:
    assert audit(history()) == []


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        (tampered(OrderFilled, lambda e: replace(e, price=e.price + CENT)), "counted"),
        (tampered(OrderFilled, lambda e: replace(e, commission=CENT)), "commission"),
        (
            tampered(OrderFilled, lambda e: replace(e, realized_pnl=e.realized_pnl + CENT)),
            "realized",
        ),
        (tampered(PositionOpened, lambda e: replace(e, quantity=e.quantity + 1)), "position"),
        (tampered(PositionOpened, lambda e: replace(e, cost_basis=CENT)), "position"),
        (tampered(PositionClosed, lambda e: replace(e, realized_pnl=CENT)), "position"),
        (tampered(BalanceChanged, lambda e: replace(e, change=CENT)), "does not follow"),
        (
            tampered(
                BalanceChanged,
                lambda e: replace(e, change=e.change + CENT, balance=e.balance + CENT),
            ),
            "booked",
        ),
    ],
)
def test_every_changed_figure_is_found(changed: list[Transaction], what: str) -> None:
    assert any(what in fault.what for fault in audit(changed)), audit(changed)


def test_a_changed_position_is_found() -> None:
    found = tampered(PositionChanged, lambda e: replace(e, cost_basis=e.cost_basis + CENT))
    assert "counted" in audit(found)[0].what


def test_a_missing_transaction_is_named() -> None:
    found = history()
    del found[2]
    assert audit(found)[0] == Fault("acc_1", 4, "transaction 3 is missing")
    assert len(audit(found)) == 2, "and nothing is said about what comes after"


def test_another_user_an_earlier_time_and_another_epoch_are_named() -> None:
    found = history()
    found[1] = replace(found[1], user_id="usr_2", recorded_at=1, epoch="ep_none")
    said = [fault.what for fault in audit(found[:2])]
    assert len(said) == 3
    assert said[0] == "it was recorded before the one that it follows"
