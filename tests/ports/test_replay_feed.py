"""The replay feed is a feed; what it gives is the record, and nothing of what lies ahead."""

import csv
import gzip
from datetime import date
from functools import cache
from importlib.metadata import distribution
from itertools import count

import pytest
from typing_extensions import override

from generated.models import Adjustment, Resolution
from handlers.feeds.feed import NotSupported
from handlers.feeds.replay.feed import ReplayFeed
from handlers.feeds.replay.record import FILE, Record, RecordMissing, parse, read_sample
from handlers.market.bars import Bar
from handlers.market.resolutions import DAY
from handlers.storage.migrations import open_database
from handlers.storage.replays import MemoryReplays, Replays, SqlReplays
from tests.clock import ManualClock
from tests.ports.feed_suite import FeedSuite, Sink, Subject

NOW = 1_764_000_000_000
STEP = 2_000
DAYS = 3_270
HISTORY = 500


class Numbers:
    """Epochs by number: the first that is made is e1."""

    def __init__(self) -> None:
        self._count = count(1)

    def __call__(self) -> str:
        return f"e{next(self._count)}"


def replay(
    clock: ManualClock,
    replays: Replays | None = None,
    epochs: Numbers | None = None,
    *,
    history: int = HISTORY,
    bar_duration: int = STEP,
) -> ReplayFeed:
    return ReplayFeed(
        clock,
        replays or MemoryReplays(),
        epochs or Numbers(),
        bar_duration=bar_duration,
        history=history,
        read=recorded,
    )


recorded = cache(read_sample)


@pytest.fixture(scope="module")
def rows() -> dict[str, list[dict[str, str]]]:
    """The file as it is, read without our reader."""
    (file,) = (f for f in distribution("bokeh-sampledata").files or [] if f.name == FILE)
    found: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(gzip.decompress(file.read_binary()).decode().splitlines()):
        found.setdefault(row["Ticker"], []).append(row)
    return found


class TestReplayFeed(FeedSuite):
    @override
    def make(self) -> Subject:
        clock = ManualClock(NOW)
        feed = replay(clock)
        return Subject(
            feed,
            clock,
            feed.step,
            "REC:IBM",
            "REC:MSFT",
            self.resolution,
            STEP,
            60,
            Resolution.MINUTE_1,
        )

    resolution = Resolution.DAY


class TestReplayFeedByWeeks(TestReplayFeed):
    resolution = Resolution.WEEK


class TestReplayFeedByMonths(TestReplayFeed):
    resolution = Resolution.MONTH


def test_bars_behind_the_cursor_are_the_file_value_for_value(
    rows: dict[str, list[dict[str, str]]],
) -> None:
    clock = ManualClock(NOW)
    feed = replay(clock)
    clock.advance((DAYS - HISTORY) * STEP)
    feed.step(Sink())
    assert set(rows) == {"AAPL", "FB", "GOOG", "IBM", "MSFT"}
    for ticker, written in rows.items():
        page = feed.history(f"REC:{ticker}", Resolution.DAY, None, None)
        assert len(page.bars) == len(written)
        for bar, row in zip(page.bars, written, strict=True):
            assert bar[1:] == tuple(
                float(row[name]) for name in ("Open", "High", "Low", "Close", "Volume")
            )


def test_none_ahead_of_the_cursor_is_given(rows: dict[str, list[dict[str, str]]]) -> None:
    feed = replay(ManualClock(NOW))
    for resolution in (Resolution.DAY, Resolution.WEEK, Resolution.MONTH):
        for adjustment in (Adjustment.NONE, Adjustment.ALL):
            page = feed.history("REC:AAPL", resolution, None, 10**14, None, adjustment)
            assert page.bars[-1].time // DAY <= _day(rows["AAPL"][HISTORY - 1]["Date"])
    assert len(feed.history("REC:AAPL", Resolution.DAY, 0, 10**14).bars) == HISTORY
    month = feed.history("REC:AAPL", Resolution.MONTH, None, None, 1).bars[0]
    last = rows["AAPL"][HISTORY - 1]
    inside = [row for row in rows["AAPL"][:HISTORY] if row["Date"][:7] == last["Date"][:7]]
    assert month.close == float(last["Close"])
    assert month.volume == sum(float(row["Volume"]) for row in inside)


def test_a_symbol_has_no_price_before_it_was_listed() -> None:
    clock = ManualClock(NOW)
    feed = replay(clock)
    assert "REC:FB" in {symbol.id for symbol in feed.symbols()}
    assert feed.quote("REC:FB") is None
    assert feed.bar("REC:FB", Resolution.DAY) is None
    assert not feed.is_open("REC:FB")
    assert feed.history("REC:FB", Resolution.DAY, None, None).bars == ()
    sink = Sink()
    feed.watch("REC:FB")
    clock.advance(20 * STEP)
    feed.step(sink)
    assert (sink.bars, sink.quotes) == ([], [])


def test_each_day_is_streamed_even_if_steps_were_missed() -> None:
    clock = ManualClock(NOW)
    feed, sink = replay(clock), Sink()
    feed.watch("REC:AAPL")
    clock.advance(5 * STEP)
    feed.step(sink)
    assert [closed for *_, closed in sink.bars] == [True] * 5
    assert (
        tuple(bar for *_, bar, _ in sink.bars)
        == feed.history("REC:AAPL", Resolution.DAY, None, None, 5).bars
    )
    assert [float(quote.last) for quote in sink.quotes] == [bar.close for *_, bar, _ in sink.bars]


def test_nobody_sees_a_day_before_it_is_streamed() -> None:
    clock = ManualClock(NOW)
    feed = replay(clock)
    before = feed.bar("REC:AAPL", Resolution.DAY), feed.market_time("REC:AAPL")
    clock.advance(STEP)
    assert (feed.bar("REC:AAPL", Resolution.DAY), feed.market_time("REC:AAPL")) == before
    feed.step(Sink())
    assert feed.market_time("REC:AAPL") > before[1]


def test_nothing_can_fill_on_what_was_known_when_an_order_came() -> None:
    clock = ManualClock(NOW)
    feed, sink = replay(clock), Sink()
    feed.watch("REC:AAPL")
    accepted, ends = feed.market_time("REC:AAPL"), feed.session_end("REC:AAPL")
    known, quote = feed.bar("REC:AAPL", Resolution.DAY), feed.quote("REC:AAPL")
    assert known is not None
    assert quote is not None
    assert known[0].time < quote.time < accepted
    clock.advance(STEP)
    feed.step(sink)
    assert sink.bars[0][2].time >= accepted
    assert ends is not None
    assert sink.bars[0][2].time < ends <= feed.market_time("REC:AAPL")


def test_at_the_end_it_starts_again_in_a_new_epoch() -> None:
    clock = ManualClock(NOW)
    feed, sink = replay(clock), Sink()
    first = feed.history("REC:AAPL", Resolution.DAY, None, None), feed.epoch
    feed.watch("REC:AAPL")
    clock.advance((DAYS - HISTORY) * STEP)
    feed.step(sink)
    assert feed.epoch == first[1]
    assert len(sink.bars) == DAYS - HISTORY
    assert feed.session_end("REC:AAPL") is not None
    clock.advance(STEP)
    feed.step(sink)
    assert sink.epochs == [feed.epoch]
    assert feed.epoch != first[1]
    assert feed.history("REC:AAPL", Resolution.DAY, None, None) == first[0]
    clock.advance(STEP)
    feed.step(sink)
    assert len(sink.bars) == DAYS - HISTORY + 1


def test_all_is_adjusted_for_splits_and_dividends(rows: dict[str, list[dict[str, str]]]) -> None:
    clock = ManualClock(NOW)
    feed = replay(clock, history=2_000)
    for ticker in ("AAPL", "IBM", "MSFT"):
        page = feed.history(f"REC:{ticker}", Resolution.DAY, None, None, None, Adjustment.ALL)
        for bar, row in zip(page.bars, rows[ticker], strict=False):
            assert bar.close == float(row["Adj Close"])
            factor = float(row["Adj Close"]) / float(row["Close"])
            assert bar.open == pytest.approx(float(row["Open"]) * factor)
            assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high


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
    start = _day(day) * DAY
    plain, adjusted = (
        feed.history(f"REC:{ticker}", Resolution.DAY, start, start + 1, None, adjustment).bars[0]
        for adjustment in (Adjustment.NONE, Adjustment.ALL)
    )
    assert adjusted.volume == plain.volume * scale


def test_splits_alone_are_not_offered() -> None:
    with pytest.raises(NotSupported):
        replay(ManualClock(NOW)).history(
            "REC:AAPL", Resolution.DAY, None, None, None, Adjustment.SPLITS
        )


@pytest.mark.parametrize("storage", ["memory", "sql"])
def test_it_goes_on_where_it_was_after_a_restart(storage: str) -> None:
    replays: Replays = MemoryReplays()
    database = open_database("sqlite://", NOW)
    if storage == "sql":
        replays = SqlReplays(database)
    try:
        clock, epochs = ManualClock(NOW), Numbers()
        epoch = replay(clock, replays, epochs).epoch
        clock.advance(10 * STEP)
        again = replay(clock, replays, epochs)
        assert again.epoch == epoch
        assert _known(again) == HISTORY + 10
    finally:
        database.close()


@pytest.mark.parametrize("bar_duration", [1, 999, 2_001, 3_600_000])
@pytest.mark.parametrize("lap", [0, 3])
def test_another_speed_goes_on_where_it_was(bar_duration: int, lap: int) -> None:
    clock, epochs, replays = ManualClock(NOW), Numbers(), MemoryReplays()
    replay(clock, replays, epochs)
    clock.advance((lap * (DAYS - HISTORY + 1) + 10) * STEP + STEP - 1)
    before = replay(clock, replays, epochs)
    changed = replay(clock, replays, epochs, bar_duration=bar_duration)
    assert (changed.epoch, _known(changed)) == (before.epoch, HISTORY + 10)
    clock.advance(bar_duration)
    changed.step(Sink())
    assert (changed.epoch, _known(changed)) == (before.epoch, HISTORY + 11)
    again = replay(clock, replays, epochs, bar_duration=bar_duration)
    assert (again.epoch, _known(again)) == (before.epoch, HISTORY + 11)
    back = replay(clock, replays, epochs)
    assert (back.epoch, _known(back)) == (before.epoch, HISTORY + 11)


@pytest.mark.parametrize("history", [1, HISTORY - 1, HISTORY + 9, HISTORY + 10, DAYS])
def test_another_beginning_does_not_move_it(history: int) -> None:
    clock, epochs, replays = ManualClock(NOW), Numbers(), MemoryReplays()
    epoch = replay(clock, replays, epochs).epoch
    clock.advance(10 * STEP)
    changed = replay(clock, replays, epochs, history=history)
    assert (changed.epoch, _known(changed)) == (epoch, HISTORY + 10)
    kept = history if history <= HISTORY + 10 else HISTORY
    stored = replays.find("replay")
    assert stored is not None
    assert stored.history == kept


def test_without_a_record_there_are_no_symbols_and_a_remedy() -> None:
    def missing() -> Record:
        raise RecordMissing("bokeh-sampledata is not installed: install it.")

    replays = MemoryReplays()
    feed = ReplayFeed(
        ManualClock(NOW), replays, Numbers(), bar_duration=STEP, history=HISTORY, read=missing
    )
    assert feed.symbols() == ()
    assert feed.exchanges() == ()
    assert feed.trouble == "bokeh-sampledata is not installed: install it."
    feed.step(Sink())
    assert feed.heartbeat_at() == NOW
    assert replays.find("replay") is None


HEADER = b"Ticker,Date,Open,High,Low,Close,Volume,Adj Close\n"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "empty"),
        (b"no gzip", "not gzipped"),
        (gzip.compress(b"\xff\xfe"), "not gzipped"),
        (gzip.compress(b"Ticker,Date" * 99)[:-20], "not gzipped"),
        (gzip.compress(b"Ticker,Date\nAAPL,2000-01-03\n"), "columns are missing"),
        (gzip.compress(HEADER + b"AAPL,2000-01-03,1\n"), "columns are missing"),
        (gzip.compress(HEADER + b"AAPL,2000-01-03,1,x,1,1,1,1\n"), "'x'"),
        (
            gzip.compress(HEADER + b"AAPL,2000-01-04,1,1,1,1,1,1\nAAPL,2000-01-03,1,1,1,1,1,1\n"),
            "not in order",
        ),
    ],
    ids=[
        "nothing",
        "plain",
        "no text",
        "cut off",
        "columns",
        "short row",
        "no number",
        "disorder",
    ],
)
def test_a_broken_file_is_refused(content: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse(content)


def test_the_sample_is_read_without_its_package() -> None:
    record = read_sample()
    assert record.bars["AAPL"][0].bar == Bar(
        _day("2000-03-01") * DAY, 118.56, 132.06, 118.5, 130.31, 9_616_100.0
    )
    assert record.bars["AAPL"][0].adjusted_close == 4.186662803811


def _known(feed: ReplayFeed) -> int:
    return len(feed.history("REC:IBM", Resolution.DAY, None, None).bars)


def _day(iso: str) -> int:
    return (date.fromisoformat(iso) - date(1970, 1, 1)).days
