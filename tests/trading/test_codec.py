"""Stored events outlive the program that wrote them."""

from decimal import Decimal

import pytest

from generated.models import ActivityType, PositionSide, Side
from handlers.trading.ledger import codec, upcasters
from handlers.trading.ledger.events import BalanceChanged, OrderCanceled, PositionOpened
from tests.ports.ledger_suite import history


def test_every_event_comes_back_as_it_was() -> None:
    for transaction in history():
        assert codec.load(codec.dump(transaction.events)) == transaction.events
        assert codec.load_cause(codec.dump_cause(transaction.cause)) == transaction.cause


def test_decimals_are_text_in_full() -> None:
    balance = Decimal("123456789012345678.000000000001")
    event = BalanceChanged(Decimal("1E-12"), balance, ActivityType.DEPOSIT)
    text = codec.dump([event])
    assert '"0.000000000001"' in text
    assert '"123456789012345678.000000000001"' in text
    assert codec.load(text) == (event,)


def test_an_older_event_is_brought_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = codec.dump([OrderCanceled("ord_1", "requested")]).replace("reason", "why")
    monkeypatch.setattr(codec, "VERSIONS", {**upcasters.VERSIONS, "order_canceled": 3})

    def rename(fields: upcasters.Json) -> upcasters.Json:
        return {"order_id": fields["order_id"], "reason": fields["why"]}

    known = {
        ("order_canceled", 1): rename,
        ("order_canceled", 2): lambda fields: {**fields, "reason": fields["reason"].upper()},
    }
    assert codec.load(stored, known) == (OrderCanceled("ord_1", "REQUESTED"),)


@pytest.mark.parametrize(
    ("reason", "kind", "note"),
    [
        ("realized_pnl", ActivityType.REALIZED_PNL, None),
        ("by hand", ActivityType.ADJUSTMENT, "by hand"),
    ],
)
def test_a_balance_changed_for_a_free_reason_once(
    reason: str, kind: ActivityType, note: str | None
) -> None:
    old = {"event": "balance_changed", "version": 1, "change": "-0.2", "balance": "9.8"}
    expected = BalanceChanged(Decimal("-0.2"), Decimal("9.8"), kind, note=note)
    assert codec.decode({**old, "reason": reason}) == expected


@pytest.mark.parametrize("change", [('"version":1', '"version":2'), ("canceled", "teleported")])
def test_what_a_newer_program_wrote_is_refused(change: tuple[str, str]) -> None:
    stored = codec.dump([OrderCanceled("ord_1", Side.BUY)]).replace(*change)
    with pytest.raises(codec.UnknownEvent):
        codec.load(stored)


def test_a_word_that_only_a_newer_program_knows_is_refused() -> None:
    opened = PositionOpened("pos_1", "AAPL", PositionSide.LONG, Decimal(1), Decimal(100))
    with pytest.raises(codec.UnknownEvent):
        codec.load(codec.dump([opened]).replace("long", "sideways"))
    with pytest.raises(codec.UnknownEvent):
        codec.load_cause('{"kind":"order_prayed_for","orderId":null}')
