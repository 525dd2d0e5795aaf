"""Random sequences of commands and quotes: all types of orders, brackets, groups, models."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generated.models import TimeInForce
from handlers.trading.accounts.account import AccountState
from handlers.trading.ledger import events
from tests.scale import scaled
from tests.trading.steps import WIDTH, Quoted, Restarted, Step, steps_of
from tests.trading.test_properties import ledger_text, snapshot
from tests.trading.walk import Walk
from tests.trading.witness import Witness

KINDS = (
    events.OrderAccepted,
    events.OrderActivated,
    events.OrderTriggered,
    events.OrderChangeSent,
    events.OrderTrailed,
    events.OrderModified,
    events.OrderFilled,
    events.OrderCanceled,
    events.OrderExpired,
    events.PositionOpened,
    events.PositionChanged,
    events.PositionClosed,
    events.BalanceChanged,
)
drawn = st.binary(min_size=10 * WIDTH, max_size=60 * WIDTH)


def walked(steps: list[Step], *, modeled: bool) -> tuple[Walk, Witness]:
    """The walk to its end, watched."""
    walk = Walk(modeled=modeled)
    witness = Witness(walk.desk, modeled=modeled)
    for step in steps:
        walk.take(step)
        quote = None
        if isinstance(step, Quoted) and step.symbol not in walk.market.closed:
            quote = walk.market.quotes[step.symbol]
        witness.look(quote)
    return walk, witness


def check(data: bytes, modeled: bool) -> None:
    walk, _ = walked(steps_of(data), modeled=modeled)
    state, again = walk.desk.state, AccountState()
    for transaction in walk.desk.ledger:
        again.apply(transaction)
    assert snapshot(again) == snapshot(state), "the ledger is the account"
    for order in state.view().orders():
        versions = state.versions(order.order_id)
        assert all(version.open for version in versions[:-1]), "nothing follows an end"
        if all(version.time_in_force is TimeInForce.FOK for version in versions):
            assert order.filled_quantity in (0, order.quantity), "whole, or not at all"


@settings(max_examples=100)
@given(drawn, st.booleans())
def test_whatever_happens_the_account_is_right(data: bytes, modeled: bool) -> None:
    check(data, modeled)


@pytest.mark.fuzz
def test_whatever_happens_ten_thousand_times() -> None:
    settings(max_examples=scaled(200, 10_000))(given(drawn, st.booleans())(check))()


@given(drawn, st.booleans(), st.sets(st.integers(0, 60)))
def test_a_restart_at_any_moment_changes_nothing(
    data: bytes, modeled: bool, moments: set[int]
) -> None:
    steps = steps_of(data)
    unbroken, _ = walked(steps, modeled=modeled)
    broken: list[Step] = []
    for at, step in enumerate(steps):
        broken += [Restarted(), step] if at in moments else [step]
    restarted, _ = walked(broken, modeled=modeled)
    assert ledger_text(restarted.desk.ledger) == ledger_text(unbroken.desk.ledger)


def test_the_walks_come_nearly_everywhere() -> None:
    seen: set[str] = set()
    for seed in range(40):
        data = Random(seed).randbytes(50 * WIDTH)
        _, witness = walked(steps_of(data), modeled=seed % 2 == 1)
        seen |= {kind for kind, times in witness.kinds.items() if times}
    assert {kind.__name__ for kind in KINDS} <= seen
