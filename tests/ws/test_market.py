"""The streams of bars and quotes: only what is subscribed, equal to what REST gives."""

import json
from typing import Any

import pytest

from generated import models
from generated.ws import problems
from generated.ws.channels import BarsTopic, QuotesTopic
from generated.ws.policy import FRESHNESS
from generated.ws.publisher import Publisher
from handlers.feeds.feeds import Feeds
from handlers.feeds.freshness import Freshness
from handlers.feeds.replay.feed import ReplayFeed
from handlers.feeds.simulated.feed import SimulatedFeed
from handlers.market.resolutions import MINUTE
from handlers.storage.replays import MemoryReplays
from handlers.ws.bars import BarsStream
from handlers.ws.quotes import QuotesStream
from tests.clock import ManualClock
from tests.feeds.listings import NOW, SEED

STEP = 2_000
SESSION = models.Session(
    user_id="usr_1",
    user_name="trader",
    authentication=models.Authentication.LOCAL,
    permissions=list(models.Permission),
)


class Frames:
    """Takes what is published; everything is watched."""

    def __init__(self) -> None:
        self.published: list[tuple[str, str, str, dict[str, Any]]] = []

    def watched(self, address: str) -> bool:
        return True

    def publish(self, address: str, message: str, key: str, payload: bytes) -> None:
        self.published.append((address, message, key, json.loads(payload)))

    def append(self, address: str, message: str, epoch: str, seq: int, payload: bytes) -> None:
        raise AssertionError(address)

    def notify(self, address: str, message: str, payload: bytes, *, retained: bool) -> None:
        """How fresh a topic is does not belong to these tests."""

    def take(self) -> list[tuple[str, str, str, dict[str, Any]]]:
        taken, self.published = self.published, []
        return taken


class Streams:
    def __init__(self) -> None:
        self.clock = ManualClock(NOW + 59_000)
        self.simulated = SimulatedFeed(self.clock, SEED)
        self.replay = ReplayFeed(
            self.clock, MemoryReplays(), lambda: "e1", bar_duration=STEP, history=500
        )
        self.feeds = Feeds([self.simulated, self.replay])
        self.frames = Frames()
        publisher = Publisher(self.frames)
        self.freshness = Freshness(self.feeds, self.clock, FRESHNESS.stale_after)
        self.bars = BarsStream(self.feeds, self.freshness, publisher)
        self.quotes = QuotesStream(self.feeds, self.freshness, publisher)
        self.feeds.add_listener(self.freshness)
        self.feeds.add_listener(self.bars)
        self.feeds.add_listener(self.quotes)

    def advance(self, milliseconds: int) -> list[tuple[str, str, str, dict[str, Any]]]:
        self.clock.advance(milliseconds)
        self.simulated.step(self.feeds)
        self.replay.step(self.feeds)
        return self.frames.take()

    async def bars_topic(self, symbol: str, resolution: str) -> BarsTopic:
        wanted = models.BarsSubscribe(symbol=symbol, resolution=models.ResolutionInput(resolution))
        return await self.bars.subscribe(SESSION, wanted)

    async def quotes_topic(self, symbol: str) -> QuotesTopic:
        return await self.quotes.subscribe(SESSION, models.QuotesSubscribe(symbol=symbol))


@pytest.fixture
def streams() -> Streams:
    return Streams()


async def test_topics_are_canonical(streams: Streams) -> None:
    assert (await streams.bars_topic("SIM:AAPL", "1D")).address == "bars:AAPL:D"
    assert (await streams.bars_topic("REC:IBM", "1W")).address == "bars:REC:IBM:W"
    assert (await streams.quotes_topic("SIM:AAPL")).address == "quotes:AAPL"


async def test_what_does_not_exist_is_refused(streams: Streams) -> None:
    with pytest.raises(problems.SymbolNotFound, match="NOBODY"):
        await streams.bars_topic("NOBODY", "1")
    with pytest.raises(problems.ResolutionNotSupported, match="REC:AAPL has no 1"):
        await streams.bars_topic("REC:AAPL", "1")
    with pytest.raises(problems.SymbolNotFound, match="NOBODY"):
        await streams.quotes_topic("NOBODY")


async def test_a_bar_is_closed_by_the_clock_and_equals_history(streams: Streams) -> None:
    topic = await streams.bars_topic("AAPL", "1")
    streams.bars.opened(topic)
    snapshot = streams.bars.snapshot(topic)
    assert snapshot is not None
    assert (snapshot.time, snapshot.closed) == (NOW, False)
    updates = [frame for _ in range(8) for frame in streams.advance(250)]
    assert {address for address, *_ in updates} == {"bars:AAPL:1"}
    assert [(key, payload["closed"]) for _, _, key, payload in updates] == [
        (str(NOW), False),
        (str(NOW), False),
        (str(NOW), False),
        (str(NOW), True),
        (str(NOW + MINUTE), False),
        (str(NOW + MINUTE), False),
        (str(NOW + MINUTE), False),
        (str(NOW + MINUTE), False),
        (str(NOW + MINUTE), False),
    ]
    bars = streams.feeds.history("AAPL", models.Resolution.MINUTE_1, NOW, None).bars
    assert [bar._asdict() for bar in bars] == [
        {name: value for name, value in payload.items() if name != "closed"}
        for payload in (updates[3][3], updates[-1][3])
    ]


async def test_nothing_is_published_before_the_first_and_after_the_last_subscriber(
    streams: Streams,
) -> None:
    bars, quotes = await streams.bars_topic("AAPL", "5"), await streams.quotes_topic("AAPL")
    assert streams.advance(250) == []
    streams.bars.opened(bars)
    assert {address for address, *_ in streams.advance(250)} == {"bars:AAPL:5"}
    streams.quotes.opened(quotes)
    assert {address for address, *_ in streams.advance(250)} == {"bars:AAPL:5", "quotes:AAPL"}
    streams.bars.closed(bars)
    assert {address for address, *_ in streams.advance(250)} == {"quotes:AAPL"}
    streams.quotes.closed(quotes)
    streams.quotes.closed(quotes)
    assert streams.advance(250) == []


async def test_quotes_carry_the_figures_of_the_day(streams: Streams) -> None:
    topic = await streams.quotes_topic("BTCUSD")
    streams.quotes.opened(topic)
    ((_, message, key, payload),) = streams.advance(250)
    assert (message, key, payload["symbol"]) == ("quotes.update", "", "BTCUSD")
    snapshot = streams.quotes.snapshot(topic)
    assert snapshot is not None
    assert json.loads(snapshot.model_dump_json(by_alias=True)) == payload
    assert isinstance(payload["bid"], str)


async def test_recorded_days_come_closed_and_weeks_grow(streams: Streams) -> None:
    for resolution in ("D", "W"):
        streams.bars.opened(await streams.bars_topic("REC:IBM", resolution))
    streams.quotes.opened(await streams.quotes_topic("REC:IBM"))
    frames = [frame for _ in range(10) for frame in streams.advance(STEP)]
    days = [payload for address, *_, payload in frames if address == "bars:REC:IBM:D"]
    weeks = [payload for address, *_, payload in frames if address == "bars:REC:IBM:W"]
    quotes = [payload for address, *_, payload in frames if address == "quotes:REC:IBM"]
    assert len(days) == len(weeks) == len(quotes) == 10
    assert all(day["closed"] for day in days)
    assert len([week for week in weeks if week["closed"]]) in (2, 3)
    assert [float(quote["last"]) for quote in quotes] == [day["close"] for day in days]


async def test_when_the_recording_starts_again_the_charts_are_told(streams: Streams) -> None:
    streams.bars.opened(await streams.bars_topic("REC:IBM", "D"))
    streams.bars.opened(await streams.bars_topic("AAPL", "W"))
    streams.quotes.opened(await streams.quotes_topic("REC:IBM"))
    frames = streams.advance(2_771 * STEP)
    resets = [frame for frame in frames if frame[1] == "bars.reset"]
    assert resets == [
        (
            "bars:REC:IBM:D",
            "bars.reset",
            "reset",
            {"reason": "replay_restarted", "epoch": streams.replay.epoch},
        )
    ]
    quotes = [payload for address, *_, payload in frames if address == "quotes:REC:IBM"]
    assert len(quotes) == 2_770 + 1
    prevailing = streams.feeds.quote("REC:IBM")
    assert prevailing is not None
    assert quotes[-1]["time"] == prevailing.time < quotes[-2]["time"]


async def test_a_symbol_without_a_price_has_no_snapshot(streams: Streams) -> None:
    assert streams.bars.snapshot(await streams.bars_topic("REC:FB", "D")) is None
    assert streams.quotes.snapshot(await streams.quotes_topic("REC:FB")) is None
