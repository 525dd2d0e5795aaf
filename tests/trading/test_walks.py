"""Random sequences of commands and quotes: all types of orders, brackets, groups, models."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.trading.account import AccountState
from tests.scale import scaled
from tests.trading.steps import WIDTH, Quoted, Step, steps_of
from tests.trading.test_properties import snapshot
from tests.trading.walk import Walk
from tests.trading.witness import Witness

drawn = st.binary(min_size=10 * WIDTH, max_size=60 * WIDTH)


def walked(steps: list[Step], *, modeled: bool) -> tuple[Walk, Witness]:
    """The walk to its end, watched."""
    walk = Walk(modeled=modeled)
    witness = Witness(walk.desk, modeled=modeled)
    for step in steps:
        walk.take(step)
        shown = isinstance(step, Quoted) and step.symbol not in walk.market.closed
        witness.look(walk.market.quotes[step.symbol] if shown else None)
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


@settings(max_examples=100)
@given(drawn, st.booleans())
def test_whatever_happens_the_account_is_right(data: bytes, modeled: bool) -> None:
    check(data, modeled)


@pytest.mark.fuzz
def test_whatever_happens_ten_thousand_times() -> None:
    settings(max_examples=scaled(200, 10_000))(given(drawn, st.booleans())(check))()
