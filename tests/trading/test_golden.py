"""The same commands, quotes and seed make the same ledger, byte for byte, and it says what it must.

Where a change is meant: `python -m tests.trading.goldens`, and read what has become different.
"""

import json
from typing import Any

import pytest

from handlers.trading.accounts.account import AccountState
from handlers.trading.ledger import codec
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.reporting.audit import Audit
from tests.trading import goldens
from tests.trading.situations import SITUATIONS

Event = dict[str, Any]


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_ledger_is_the_golden_one(name: str) -> None:
    assert goldens.text(name) == goldens.path(name).read_text("utf-8")


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_golden_ledger_loads(name: str) -> None:
    state = AccountState()
    for row in rows(name):
        if "refused" not in row:
            state.apply(loaded(row))
    desk, _ = SITUATIONS[name]()
    assert state.balance == desk.state.balance
    assert state.open_orders == desk.state.open_orders
    assert state.open_positions == desk.state.open_positions


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_golden_ledger_adds_up(name: str) -> None:
    desk, _ = SITUATIONS[name]()
    audit = Audit()
    assert [fault for item in desk.ledger for fault in audit.check(item)] == []


def test_each_golden_ledger_is_one_of_a_situation() -> None:
    assert sorted(goldens.FOLDER.glob("*.jsonl")) == sorted(map(goldens.path, SITUATIONS))


def rows(name: str) -> list[Event]:
    return [json.loads(line) for line in goldens.path(name).read_text("utf-8").splitlines()]


def loaded(row: Event) -> Transaction:
    return Transaction(
        "acc_1",
        "usr_1",
        row["sequence"],
        row["epoch"],
        row["recordedAt"],
        row["marketTime"],
        codec.load_cause(json.dumps(row["cause"])),
        codec.load(json.dumps(row["events"])),
    )


def found(name: str, kind: str, *fields: str) -> list[tuple[str, ...]]:
    """These fields of all events of a kind."""
    events = [event for row in rows(name) for event in row.get("events", ())]
    return [tuple(str(each[field]) for field in fields) for each in events if each["event"] == kind]


def refusals(name: str) -> list[str]:
    return [row["refused"] for row in rows(name) if "refused" in row]


def fills(name: str) -> list[tuple[str, ...]]:
    return found(name, "order_filled", "quantity", "price")


def test_the_hard_situations_end_as_they_must() -> None:
    assert fills("gap_through_a_stop")[-1] == ("10", "79.9"), "at 80 less the slip, not at 95"
    assert fills("gap_through_both_legs")[-1] == ("10", "95"), "the stop wins"
    assert fills("stopped_on_the_day_of_entry") == [("10", "100"), ("10", "95")]
    assert len(rows("stopped_on_the_day_of_entry")) == 3, "all of the day at once"
    assert fills("bracket_with_partial_entry") == [
        ("3", "99"),
        ("2", "98.9"),
        ("4", "110.2"),
        ("1", "94"),
    ]
    canceled = found("two_entries_and_a_manual_close", "order_canceled", "reason")
    assert canceled == [("nothing_to_protect",)] * 4
    assert fills("day_orders_on_a_half_day") == []
    assert found("minimum_fee_over_ten_partials", "balance_changed", "change") == [
        ("-1",),
        ("-0.125",),
        ("-0.125",),
    ]
    assert fills("split_through_a_bracket")[1:] == [("6", "60.01"), ("20", "60")]


def test_a_modify_loses_against_the_fill_before_it_and_cuts_the_one_after_it() -> None:
    name = "modify_below_the_filled_quantity"
    assert fills(name) == [("6", "99"), ("2", "99")]
    assert found(name, "order_change_refused", "reason") == [("quantity_filled_already",)]
    assert refusals(name) == [
        "quantity_filled_already: /quantity filled_quantity nearest 7",
        "order_not_working: ",
    ]


def test_margin_is_asked_for_what_opens_alone() -> None:
    assert refusals("reverse_under_margin") == [
        "insufficient_margin: positionId margin nearest None"
    ]
    assert refusals("close_at_zero_free_margin")[0].startswith("insufficient_margin: /quantity")
    assert fills("close_at_zero_free_margin") == [("2000", "100")] * 2
    assert [item[0] for item in fills("liquidated")] == ["1950", "460"]
    assert found("liquidated", "order_canceled", "reason") == [("liquidation",)]
