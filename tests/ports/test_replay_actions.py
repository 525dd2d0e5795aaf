"""Splits and dividends of the record: told on their day, before its prices, and never earlier."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from typing_extensions import override

from generated.models import Resolution
from handlers.feeds.replay.actions import corporate_actions, jumps
from handlers.feeds.replay.record import RecordedBar
from handlers.market.actions import CorporateAction, Dividend, Split
from handlers.market.bars import Bar
from handlers.market.resolutions import DAY
from handlers.trading import money
from tests.clock import ManualClock
from tests.ports.feed_suite import Sink
from tests.ports.recorded import DAYS, NOW, STEP, Rows, read_rows, replay


@pytest.fixture(name="rows", scope="module")
def _rows() -> Rows:
    return read_rows()


class Heard(Sink):
    """Keeps the order of what is told."""

    def __init__(self) -> None:
        super().__init__()
        self.order: list[str] = []

    @override
    def on_action(self, action: CorporateAction) -> None:
        self.order.append(f"action {day(action)}")

    @override
    def on_bar(self, symbol_id: str, resolution: Resolution, bar: Bar, closed: bool) -> None:
        self.order.append(f"bar {bar.open}")


def day(action: CorporateAction) -> str:
    return datetime.fromtimestamp(action.time / 1_000, UTC).date().isoformat()


def dividends(symbol: str) -> dict[str, Decimal]:
    feed = replay(ManualClock(NOW), history=DAYS - 1)
    return {day(item): item.amount for item in feed.actions(symbol) if isinstance(item, Dividend)}


def test_the_splits_of_the_record() -> None:
    feed = replay(ManualClock(NOW), history=DAYS - 1)
    splits = {
        (symbol.ticker, day(item)): (item.numerator, item.denominator, item.last_price)
        for symbol in feed.symbols()
        for item in feed.actions(symbol.id)
        if isinstance(item, Split)
    }
    assert splits == {
        ("AAPL", "2000-06-21"): (2, 1, Decimal("50.625")),
        ("AAPL", "2005-02-28"): (2, 1, Decimal("44.495")),
        ("MSFT", "2003-02-18"): (2, 1, Decimal("24.15")),
    }


def test_the_dividends_of_the_record() -> None:
    """What the companies paid, but for the cent that rounding takes."""
    apple, microsoft, ibm = (dividends(f"REC:{each}") for each in ("AAPL", "MSFT", "IBM"))
    assert list(apple) == ["2012-08-09", "2012-11-07", "2013-02-07"]
    assert apple["2012-08-09"] == pytest.approx(Decimal("2.65"), abs=Decimal("0.02"))
    assert microsoft["2003-02-19"] == Decimal("0.08")
    assert microsoft["2003-10-15"] == Decimal("0.16")
    assert ibm["2005-11-08"] == Decimal("0.20")
    assert len(ibm) == 52


def test_nothing_is_told_of_what_is_still_to_come(rows: Rows) -> None:
    before = [row["Date"] for row in rows["AAPL"]].index("2000-06-21")
    clock = ManualClock(NOW)
    feed = replay(clock, history=before)
    assert feed.actions("REC:AAPL") == ()
    clock.advance(STEP)
    feed.step(Sink())
    assert [day(item) for item in feed.actions("REC:AAPL")] == ["2000-06-21"]


def test_an_action_comes_before_the_prices_of_its_day(rows: Rows) -> None:
    before = [row["Date"] for row in rows["AAPL"]].index("2000-06-21")
    clock = ManualClock(NOW)
    feed = replay(clock, history=before)
    feed.watch("REC:AAPL", Resolution.DAY)
    sink = Heard()
    clock.advance(STEP)
    feed.step(sink)
    assert sink.order == ["action 2000-06-21", "bar 50.5"]


def test_of_one_day_the_split_comes_first_and_the_dividend_is_of_a_new_share() -> None:
    recorded = recorded_days((100.0, 48.0), (50.0, 50.0))
    split, dividend = corporate_actions("REC:X", recorded, jumps(recorded))
    assert split == Split("REC:X", DAY, 2, 1, Decimal(50))
    assert dividend == Dividend("REC:X", DAY, Decimal("2.00"))


def test_the_broker_may_ask_where_nothing_may_be_rounded() -> None:
    recorded = recorded_days((100.0, 49.3), (50.0, 50.0))
    asked = money.exact(corporate_actions)("REC:X", recorded, jumps(recorded))
    assert asked == corporate_actions("REC:X", recorded, jumps(recorded))


def recorded_days(*closes: tuple[float, float]) -> list[RecordedBar]:
    """Days of one price, each with its adjusted one."""
    return [
        RecordedBar(Bar(at * DAY, close, close, close, close, 1), adjusted)
        for at, (close, adjusted) in enumerate(closes)
    ]
