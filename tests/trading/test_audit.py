"""An audit counts again what a ledger says, and finds whatever was changed in it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import pytest

from generated.models import AccountType, Side
from handlers.trading.ledger.events import (
    BalanceChanged,
    Event,
    OrderFilled,
    PositionChanged,
    PositionClosed,
    PositionOpened,
)
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.reporting.audit import Audit, Fault
from tests.trading.replay_desk import OPEN, ReplayDesk, dividend, split
from tests.trading.test_conversion import DAX, make_market
from tests.trading.world import DAY, Desk, HandMarket

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


def in_euros(kind: AccountType) -> list[Transaction]:
    desk = Desk(make_market(), kind=kind)
    desk.buy(DAX, "10")
    desk.quote(DAX, "111", "112")
    desk.sell(DAX, "4")
    desk.quote(DAX, "91", "92")
    desk.sell(DAX, "6")
    return desk.ledger


def split_and_paid() -> list[Transaction]:
    desk = ReplayDesk()
    desk.held("5", Side.SELL)
    desk.announce(split(3, 2, "66"), dividend("0.5"))
    desk.announce(dividend("0.25", OPEN + DAY))
    return desk.ledger


@pytest.mark.parametrize(
    "honest", [in_euros(AccountType.MARGIN), in_euros(AccountType.CASH), split_and_paid()]
)
def test_conversions_splits_and_dividends_have_no_fault(honest: list[Transaction]) -> None:
    assert audit(honest) == []


def test_a_dividend_that_was_not_paid_is_found() -> None:
    *before, last = split_and_paid()
    events = tuple(each for each in last.events if not isinstance(each, BalanceChanged))
    (fault,) = audit([*before, replace(last, events=events)])
    assert fault.what == "0 of dividend is booked for -1.75"


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
