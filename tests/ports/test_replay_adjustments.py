"""Recorded prices are adjusted for the splits and dividends that are known, and for no others."""

import pytest

from generated.models import Adjustment, Resolution
from handlers.feeds.replay.record import RecordedBar
from handlers.feeds.replay.series import Series
from handlers.market.bars import Bar
from handlers.market.resolutions import DAY
from tests.clock import ManualClock
from tests.ports.feed_suite import Sink
from tests.ports.recorded import NOW, STEP, Rows, day_of, read_rows, replay


@pytest.fixture(name="rows", scope="module")
def _rows() -> Rows:
    return read_rows()


def test_all_is_adjusted_for_splits_and_dividends(rows: Rows) -> None:
    feed = replay(ManualClock(NOW), history=2_000)
    for ticker in ("AAPL", "IBM", "MSFT"):
        known = rows[ticker][:2_000]
        today = float(known[-1]["Adj Close"]) / float(known[-1]["Close"])
        page = feed.history(f"REC:{ticker}", Resolution.DAY, None, None, None, Adjustment.ALL)
        assert page.bars[-1].close == float(known[-1]["Close"])
        for bar, row in zip(page.bars, known, strict=True):
            factor = float(row["Adj Close"]) / float(row["Close"]) / today
            assert bar.close == pytest.approx(float(row["Adj Close"]) / today)
            assert bar.open == pytest.approx(float(row["Open"]) * factor)
            assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high


def test_nothing_is_adjusted_for_what_is_still_to_come(
    rows: Rows,
) -> None:
    """Apple's shares were split on 2000-06-21, and it paid no dividend before 2012."""
    before = [row["Date"] for row in rows["AAPL"]].index("2000-06-21")
    clock = ManualClock(NOW)
    feed = replay(clock, history=before)
    plain, splits, both = (
        feed.history("REC:AAPL", Resolution.WEEK, None, None, None, each).bars
        for each in (Adjustment.NONE, Adjustment.SPLITS, Adjustment.ALL)
    )
    assert plain == splits == both
    editions = {each: feed.edition("REC:AAPL", each) for each in Adjustment}
    clock.advance(STEP)
    feed.step(Sink())
    after = feed.history("REC:AAPL", Resolution.WEEK, None, None, None, Adjustment.SPLITS).bars
    assert [bar.close for bar in after[:-1]] == [bar.close / 2 for bar in plain[:-1]]
    assert feed.edition("REC:AAPL", Adjustment.NONE) == editions[Adjustment.NONE]
    assert feed.edition("REC:AAPL", Adjustment.SPLITS) != editions[Adjustment.SPLITS]
    assert feed.edition("REC:AAPL", Adjustment.ALL) != editions[Adjustment.ALL]
    assert feed.edition("REC:MSFT", Adjustment.ALL) == editions[Adjustment.ALL]


def test_splits_alone_leave_dividends_in_the_prices(rows: Rows) -> None:
    feed = replay(ManualClock(NOW), history=2_000)
    for ticker, day, scale in (("IBM", "2000-03-01", 1), ("MSFT", "2000-03-01", 2)):
        start = day_of(day) * DAY
        plain, adjusted = (
            feed.history(f"REC:{ticker}", Resolution.DAY, start, start + 1, None, each).bars[0]
            for each in (Adjustment.NONE, Adjustment.SPLITS)
        )
        assert adjusted[1:5] == tuple(price / scale for price in plain[1:5])
        assert adjusted.volume == plain.volume * scale


@pytest.mark.parametrize(
    ("ticker", "day", "scale"),
    [
        ("AAPL", "2000-06-20", 4),
        ("AAPL", "2000-06-21", 2),
        ("AAPL", "2000-09-29", 2),
        ("AAPL", "2005-02-25", 2),
        ("AAPL", "2005-02-28", 1),
        ("MSFT", "2003-02-14", 2),
        ("MSFT", "2003-02-18", 1),
        ("IBM", "2000-03-01", 1),
    ],
)
def test_volumes_are_adjusted_for_splits_alone(ticker: str, day: str, scale: int) -> None:
    feed = replay(ManualClock(NOW), history=3_000)
    start = day_of(day) * DAY
    plain, adjusted = (
        feed.history(f"REC:{ticker}", Resolution.DAY, start, start + 1, None, adjustment).bars[0]
        for adjustment in (Adjustment.NONE, Adjustment.ALL)
    )
    assert adjusted.volume == plain.volume * scale


@pytest.mark.parametrize(
    ("adjusted", "split"), [((1.0, 1.0), 1), ((0.5, 1.0), 2), ((2 / 3, 1.0), 1.5), ((10, 1.0), 0.1)]
)
def test_splits_are_told_by_how_far_the_adjusted_close_jumps(
    adjusted: tuple[float, float], split: float
) -> None:
    bars = [Bar(day * DAY, 10, 12, 8, 10, 300) for day in range(2)]
    series = Series([RecordedBar(bar, 10 * each) for bar, each in zip(bars, adjusted, strict=True)])
    first, last = series.newest(Resolution.DAY, 0, 2 * DAY, 2, 2 * DAY, Adjustment.SPLITS)
    assert first.volume == pytest.approx(300 * split)
    assert first.close == pytest.approx(10 / split)
    assert last == bars[1]
