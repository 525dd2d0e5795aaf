"""What does not follow from what was before is refused as a whole, before anything is touched."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import ActivityType, PositionEffect, PositionSide, TransactionCause
from handlers.trading.accounts.account import AccountState
from handlers.trading.accounts.change import BrokenLedger
from handlers.trading.ledger.events import (
    AccountOpened,
    AccountRenamed,
    BalanceChanged,
    Event,
    LedgerRestored,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    PositionChanged,
    PositionClosed,
    PositionOpened,
    QuoteBasis,
    SplitApplied,
)
from handlers.trading.ledger.transactions import Cause, Transaction
from handlers.trading.orders.order import IllegalTransition
from handlers.trading.positions.position import BrokenPosition
from tests.trading.test_properties import snapshot
from tests.trading.world import START, Desk, HandMarket

ONE = Decimal(1)


@pytest.fixture
def desk() -> Desk:
    """A filled order with its position, a closed position, and a working order."""
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01")
    market.set("MSFT", "199.98", "200.02")
    desk = Desk(market)
    desk.buy("AAPL", "10")
    desk.buy("MSFT", "10")
    desk.sell("MSFT", "10")
    desk.buy("AAPL", "5", limit="99.00")
    return desk


def transaction(desk: Desk, *events: Event, sequence: int | None = None) -> Transaction:
    return Transaction(
        account_id="acc_1",
        user_id="usr_1",
        sequence=desk.state.sequence + 1 if sequence is None else sequence,
        epoch=desk.state.epoch,
        recorded_at=START,
        market_time=START,
        cause=Cause(TransactionCause.ORDER_FILLED),
        events=events,
    )


def fill(order_id: str, quantity: str) -> OrderFilled:
    basis = QuoteBasis(START, ONE, ONE, ONE)
    return OrderFilled(
        order_id=order_id,
        execution_id="exe_1",
        position_id="pos_1",
        effect=PositionEffect.OPEN,
        quantity=Decimal(quantity),
        price=ONE,
        commission=Decimal(0),
        realized_pnl=Decimal(0),
        model="quote",
        rule="a test",
        basis=basis,
    )


def test_what_does_not_follow_touches_nothing(desk: Desk) -> None:
    state = desk.state
    before = snapshot(state)
    filled, *_ = (order for order in state.view().orders() if not order.open)
    [working] = state.open_orders
    [held] = state.open_positions.values()
    closed = next(
        item
        for item in (state.position(event.position_id) for event in _positions(desk))
        if item and not item.open
    )
    opening, accepted = desk.ledger[0].events[0], desk.ledger[1].events[0]
    assert isinstance(opening, AccountOpened)
    impossible: list[tuple[type[Exception], Event]] = [
        (BrokenLedger, opening),
        (BrokenLedger, accepted),
        (BrokenLedger, OrderCanceled("ord_none", "x")),
        (BrokenLedger, PositionClosed("pos_none", ONE)),
        (BrokenLedger, BalanceChanged(ONE, ONE, ActivityType.ADJUSTMENT)),
        (BrokenLedger, replace(_opened(desk), position_id="pos_new")),
        (IllegalTransition, OrderCanceled(filled.order_id, "x")),
        (IllegalTransition, OrderExpired(filled.order_id)),
        (IllegalTransition, OrderRejected(filled.order_id, "x")),
        (IllegalTransition, fill(filled.order_id, "1")),
        (IllegalTransition, fill(working, "6")),
        (IllegalTransition, fill(working, "0")),
        (BrokenPosition, PositionChanged(closed.position_id, ONE, ONE, ONE)),
        (BrokenPosition, PositionClosed(closed.position_id, ONE)),
        (BrokenLedger, PositionOpened(held.position_id, "AAPL", PositionSide.LONG, ONE, ONE)),
    ]
    for error, event in impossible:
        cancel = OrderCanceled(working, "undone with the rest")
        with pytest.raises(error):
            state.apply(transaction(desk, cancel, event))
        assert snapshot(state) == before


@pytest.mark.parametrize("sequence", [0, 1, 5, 7])
def test_a_hole_or_a_repeat_is_noticed(desk: Desk, sequence: int) -> None:
    assert desk.state.sequence == 5
    with pytest.raises(BrokenLedger):
        desk.state.apply(transaction(desk, sequence=sequence))


def test_an_account_begins_with_its_opening(desk: Desk) -> None:
    empty = AccountState()
    with pytest.raises(BrokenLedger):
        empty.apply(replace(desk.ledger[1], sequence=1))
    with pytest.raises(BrokenLedger):
        _ = empty.identity
    with pytest.raises(BrokenLedger):
        empty.view()


def test_the_future_cannot_be_read(desk: Desk) -> None:
    for sequence in (0, 6):
        with pytest.raises(BrokenLedger):
            desk.state.view(sequence)


def _positions(desk: Desk) -> list[PositionOpened]:
    return [
        event for item in desk.ledger for event in item.events if isinstance(event, PositionOpened)
    ]


def _opened(desk: Desk) -> PositionOpened:
    return _positions(desk)[0]


@pytest.mark.parametrize(
    "event",
    [
        AccountRenamed("Mine"),
        LedgerRestored("ep_other"),
        BalanceChanged(ONE, ONE, ActivityType.DEPOSIT),
        SplitApplied("AAPL", START, 2, 1),
    ],
)
def test_nothing_happens_to_an_account_before_it_is_open(desk: Desk, event: Event) -> None:
    state = AccountState()
    with pytest.raises(BrokenLedger, match="not open yet"):
        state.apply(transaction(desk, event, sequence=1))
    assert state.sequence == 0


def test_an_order_is_accepted_once_in_a_transaction(desk: Desk) -> None:
    [order] = (item for item in desk.ledger[-1].events if isinstance(item, OrderAccepted))
    twice = replace(order, order_id="ord_new")
    with pytest.raises(BrokenLedger, match="accepted already"):
        desk.state.apply(transaction(desk, twice, twice))
