"""Silent feeds make prices stale; quiet symbols, closed markets and jumps of the clock do not."""

import logging
from dataclasses import dataclass, field

import pytest

from generated.models import Resolution
from handlers.feeds.feeds import Feeds
from handlers.feeds.freshness import Age, Freshness
from handlers.feeds.replay.feed import ReplayFeed
from handlers.feeds.simulated.feed import SimulatedFeed
from handlers.market.resolutions import DAY, HOUR
from tests.clock import ManualClock
from tests.feeds.listings import NOW, SEED
from tests.ports.recorded import replay

STALE_AFTER = 5_000
STEP = 250


@dataclass
class Scene:
    """Both feeds on one clock; time passes in steps, in which the living ones are heard of."""

    time: int = NOW
    clock: ManualClock = field(init=False)
    told: list[tuple[str, Age]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = ManualClock(self.time)
        self.simulated = SimulatedFeed(self.clock, SEED)
        self.replay = replay(self.clock, bar_duration=HOUR)
        self.feeds = Feeds([self.simulated, self.replay])
        self.freshness = Freshness(self.feeds, self.clock, STALE_AFTER)
        self.feeds.add_listener(self.freshness)

    def follow(self, *symbols: str) -> None:
        name = " ".join(symbols)
        self.freshness.follow(name, lambda: symbols, lambda age: self.told.append((name, age)))

    def take(self) -> list[tuple[str, bool]]:
        told, self.told = self.told, []
        return [(name, age.stale) for name, age in told]

    def pass_time(self, milliseconds: int, *living: SimulatedFeed | ReplayFeed) -> None:
        for _ in range(0, milliseconds, STEP):
            self.clock.advance(STEP)
            for feed in living:
                feed.step(self.feeds)
            self.freshness.check()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_feed_that_falls_silent_makes_its_symbols_stale_in_time(scene: Scene) -> None:
    scene.feeds.watch("AAPL")
    scene.follow("AAPL")
    scene.follow("REC:IBM")
    scene.pass_time(10_000, scene.simulated, scene.replay)
    scene.pass_time(STALE_AFTER, scene.replay)
    assert scene.told == []
    scene.pass_time(STEP, scene.replay)
    late = STALE_AFTER + STEP
    assert scene.told == [("AAPL", Age(stale=True, feed=late, trade=late))]
    scene.take()
    scene.pass_time(60_000, scene.replay)
    assert scene.told == []
    scene.pass_time(STEP, scene.simulated, scene.replay)
    assert scene.told == [("AAPL", Age(stale=False, feed=0, trade=0))]


def test_a_quiet_symbol_of_a_feed_that_lives_is_fresh(scene: Scene) -> None:
    """The recording gives a bar an hour."""
    scene.feeds.watch("REC:IBM")
    scene.feeds.watch("REC:IBM", Resolution.WEEK)
    scene.follow("REC:IBM")
    scene.pass_time(20 * 60_000, scene.replay)
    assert scene.told == []


def test_a_feed_that_never_starts_is_silent_from_the_start(scene: Scene) -> None:
    scene.follow("REC:IBM")
    scene.pass_time(STALE_AFTER)
    assert scene.told == []
    scene.pass_time(STEP)
    assert scene.told == [("REC:IBM", Age(stale=True, feed=STALE_AFTER + STEP, trade=None))]


def test_nothing_is_stale_while_its_market_is_closed() -> None:
    scene = Scene(NOW - DAY)  # A Sunday.
    for symbols in (("SIMNY:SPY",), ("AAPL",), ("AAPL", "SIMNY:SPY")):
        scene.follow(*symbols)
    scene.pass_time(20_000)
    assert scene.take() == [("AAPL", True), ("AAPL SIMNY:SPY", True)]


def test_it_follows_the_market_hours_while_the_feed_is_silent() -> None:
    opening, close = NOW - 90 * 60_000, NOW + 5 * HOUR
    scene = Scene(opening - 10_000)
    scene.follow("SIMNY:SPY")
    scene.pass_time(9_750)
    assert scene.take() == []
    scene.pass_time(STEP)
    assert scene.take() == [("SIMNY:SPY", True)]
    scene.clock.time = close - STEP
    scene.pass_time(STEP)
    assert scene.take() == [("SIMNY:SPY", False)]


def test_who_comes_while_it_is_stale_is_told_at_once(scene: Scene) -> None:
    scene.pass_time(10_000)
    scene.follow("AAPL")
    assert scene.take() == [("AAPL", True)]
    scene.freshness.forget("AAPL")
    scene.freshness.forget("AAPL")
    scene.follow("AAPL")
    assert scene.take() == [("AAPL", True)]
    scene.freshness.forget("AAPL")
    scene.pass_time(STEP, scene.simulated)
    assert scene.take() == []


@pytest.mark.parametrize("jump", [HOUR, -HOUR, STALE_AFTER + 1], ids=["on", "back", "a little on"])
def test_a_clock_that_jumps_makes_nothing_stale(scene: Scene, jump: int) -> None:
    """The machine slept, or was late: feeds get the time to say that they live."""
    scene.follow("REC:IBM")
    scene.pass_time(10_000, scene.replay)
    scene.clock.advance(jump)
    scene.freshness.check()
    scene.pass_time(STALE_AFTER)
    assert scene.take() == []
    scene.pass_time(STEP)
    assert scene.take() == [("REC:IBM", True)]


def test_prices_that_stand_still_since_the_clock_was_set_back_are_stale(scene: Scene) -> None:
    scene.follow("AAPL")
    scene.pass_time(10_000, scene.simulated)
    scene.clock.advance(-HOUR)
    scene.pass_time(STALE_AFTER, scene.simulated)
    assert scene.take() == []
    scene.pass_time(2 * STEP, scene.simulated)
    assert scene.take() == [("AAPL", True)]


def test_many_symbols_are_as_stale_as_the_worst(scene: Scene) -> None:
    held = ["REC:IBM"]
    scene.freshness.follow("pnl", lambda: held, lambda age: scene.told.append(("pnl", age)))
    scene.pass_time(20_000, scene.replay)
    assert scene.take() == []
    held.append("AAPL")
    scene.pass_time(STEP, scene.replay)
    assert scene.take() == [("pnl", True)]
    held.remove("AAPL")
    scene.pass_time(STEP, scene.replay)
    assert scene.take() == [("pnl", False)]


def test_a_follower_that_fails_does_not_keep_others_from_hearing(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(age: Age) -> None:
        raise ArithmeticError

    scene.freshness.follow("failing", lambda: ("AAPL",), fail)
    scene.follow("AAPL")
    with caplog.at_level(logging.ERROR):
        scene.pass_time(STALE_AFTER + STEP)
    assert scene.take() == [("AAPL", True)]
    assert "could not be told" in caplog.text


def test_a_bar_that_the_clock_closes_is_no_trade(scene: Scene) -> None:
    scene.feeds.watch("AAPL", Resolution.MINUTE_1)
    scene.follow("AAPL")
    scene.pass_time(STEP, scene.simulated)
    bar = scene.feeds.bar("AAPL", Resolution.MINUTE_1)
    assert bar is not None
    scene.pass_time(1_000)
    scene.feeds.on_bar("AAPL", Resolution.MINUTE_1, bar[0], True)
    scene.pass_time(STALE_AFTER)
    assert [age.trade for _, age in scene.told] == [STALE_AFTER + STEP]


def test_whoever_asks_is_told_of_this_instant(scene: Scene) -> None:
    scene.feeds.watch("AAPL")
    scene.pass_time(STEP, scene.simulated, scene.replay)
    assert not scene.freshness.is_stale("AAPL")
    scene.clock.advance(STALE_AFTER)
    assert not scene.freshness.is_stale("AAPL")
    scene.clock.advance(1)
    assert scene.freshness.is_stale("AAPL")
    scene.simulated.step(scene.feeds)
    assert not scene.freshness.is_stale("AAPL")


def test_a_closed_market_is_never_stale(scene: Scene) -> None:
    scene.clock.advance(12 * HOUR)
    assert not scene.feeds.is_open("SIMNY:AAPL")
    assert not scene.freshness.is_stale("SIMNY:AAPL")
