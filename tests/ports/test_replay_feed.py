"""The replay feed is a feed; what it gives is the record, and nothing of what lies ahead."""

import asyncio
import logging

import pytest
from typing_extensions import override

from generated.models import Adjustment, Resolution
from handlers.feeds import calendars
from handlers.feeds.replay.feed import ReplayFeed
from handlers.feeds.replay.record import Record, RecordMissing
from handlers.market.resolutions import DAY, HOUR, MINUTE
from handlers.market.sessions import Sessions
from handlers.storage.migrations import open_database
from handlers.storage.replays import MemoryReplays, Replays, SqlReplays
from tests.clock import ManualClock
from tests.ports.feed_suite import FeedSuite, Sink, Subject
from tests.ports.recorded import (
    DAYS,
    HISTORY,
    NOW,
    STEP,
    Numbers,
    Rows,
    day_of,
    read_rows,
    replay,
)


@pytest.fixture(name="rows", scope="module")
def _rows() -> Rows:
    return read_rows()


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
    rows: Rows,
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


def test_none_ahead_of_the_cursor_is_given(rows: Rows) -> None:
    feed = replay(ManualClock(NOW))
    for resolution in (Resolution.DAY, Resolution.WEEK, Resolution.MONTH):
        for adjustment in (Adjustment.NONE, Adjustment.ALL):
            page = feed.history("REC:AAPL", resolution, None, 10**14, None, adjustment)
            assert page.bars[-1].time // DAY <= day_of(rows["AAPL"][HISTORY - 1]["Date"])
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


async def test_a_day_waits_until_what_came_of_the_one_before_is_stored() -> None:
    clock = ManualClock(NOW)
    feed, sink = replay(clock), Slow()
    await feed.ready("REC:AAPL")
    feed.watch("REC:AAPL")
    clock.advance(3 * STEP)
    running = asyncio.create_task(feed.run(sink))
    for days in range(3):
        await asyncio.wait_for(sink.asked.acquire(), 5)
        assert len(sink.bars) == days
        sink.stored.release()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


class Slow(Sink):
    """What comes of what it is told takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.stored = asyncio.Semaphore(0), asyncio.Semaphore(0)

    @override
    async def settled(self) -> None:
        self.asked.release()
        await self.stored.acquire()


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


@pytest.mark.parametrize(
    ("day", "closes"),
    [("2000-11-22", "21:00"), ("2000-11-24", "18:00"), ("2001-07-03", "17:00")],
    ids=["a whole day", "a half day", "a half day in summer"],
)
def test_half_days_close_early(rows: Rows, day: str, closes: str) -> None:
    index = [row["Date"] for row in rows["AAPL"]].index(day)
    hour, minute = closes.split(":")
    close = day_of(day) * DAY + int(hour) * HOUR + int(minute) * MINUTE
    clock = ManualClock(NOW)
    feed = replay(clock, history=index)
    assert feed.session_end("REC:AAPL") == close
    clock.advance(STEP)
    feed.step(Sink())
    assert feed.market_time("REC:AAPL") == close + 1
    quote = feed.quote("REC:AAPL")
    assert quote is not None
    assert quote.time == close


def test_the_end_of_a_session_is_known_of_any_time() -> None:
    feed = replay(ManualClock(NOW), history=10)
    friday = day_of("2000-11-24") * DAY
    close, monday = friday + 18 * HOUR, friday + 3 * DAY + 21 * HOUR
    assert feed.session_end("REC:AAPL", friday) == close
    assert feed.session_end("REC:AAPL", close - 1) == close
    assert feed.session_end("REC:AAPL", close) == monday
    end = feed.session_end("REC:AAPL", NOW)
    assert end is not None
    assert end > NOW, "after the record too"


async def test_without_a_calendar_all_days_are_whole_ones(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def load(code: str, start: str, end: str) -> Sessions:
        raise OSError(code)

    monkeypatch.setattr(calendars, "_load", load)
    feed = replay(
        ManualClock(NOW), history=[row["Date"] for row in rows["AAPL"]].index("2000-11-24")
    )
    with caplog.at_level(logging.ERROR):
        await feed.ready("REC:AAPL")
    assert "half days end late" in caplog.text
    assert feed.session_end("REC:AAPL") == day_of("2000-11-24") * DAY + 21 * HOUR


@pytest.mark.parametrize("resolution", [Resolution.WEEK, Resolution.MONTH])
@pytest.mark.parametrize("late", [1, 1_000])
def test_the_last_bars_of_the_record_are_closed_before_it_starts_again(
    resolution: Resolution, late: int
) -> None:
    """Also where it stood still meanwhile."""
    clock = ManualClock(NOW)
    feed, sink = replay(clock), Sink()
    feed.watch("REC:AAPL", resolution)
    clock.advance((DAYS - HISTORY + late) * STEP)
    feed.step(sink)
    (epoch,) = sink.epochs
    assert epoch == feed.epoch
    closed = [bar for *_, bar, closed in sink.bars if closed]
    last = max(bar.time for bar in closed)
    assert last // DAY == day_of("2013-03-01" if resolution is Resolution.MONTH else "2013-02-25")
    assert len([bar for bar in closed if bar.time == last]) == 1


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


def _known(feed: ReplayFeed) -> int:
    return len(feed.history("REC:IBM", Resolution.DAY, None, None).bars)
