"""The watched ledger is a ledger, and knows whether it takes writes."""

from collections.abc import Awaitable, Callable

import pytest
from typing_extensions import override

from handlers.storage.ledger import Ledger, LedgerConflict, LedgerUnavailable
from handlers.storage.memory_ledger import MemoryLedger
from handlers.storage.watched_ledger import Availability, WatchedLedger
from tests.clock import ManualClock
from tests.ports.ledger_suite import LedgerSuite, opening
from tests.trading.house import FlakyLedger
from tests.trading.world import START


async def works() -> None:
    """A probe that finds all well."""


class TestWatchedLedger(LedgerSuite):
    @override
    def open(self) -> Ledger:
        return WatchedLedger(MemoryLedger(), ManualClock(START), works)


class Scene:
    def __init__(self, probe: Callable[[], Awaitable[None]] = works) -> None:
        self.clock = ManualClock(START)
        self.flaky = FlakyLedger()
        self.ledger = WatchedLedger(self.flaky, self.clock, probe)
        self.told: list[Availability] = []
        self.ledger.add_listener(lambda: self.told.append(self.ledger.availability))

    async def append(self) -> None:
        await self.ledger.append(opening("acc_1"), 0)


async def test_a_write_that_fails_is_told_once() -> None:
    scene = Scene()
    for at in (1_000, 1_000):
        scene.clock.advance(at)
        scene.flaky.failures.append("before")
        with pytest.raises(LedgerUnavailable):
            await scene.append()
    assert scene.told == [Availability(available=False, since=START + 1_000)]


async def test_a_write_that_succeeds_ends_it() -> None:
    scene = Scene()
    scene.flaky.failures.append("before")
    with pytest.raises(LedgerUnavailable):
        await scene.append()
    scene.clock.advance(7_000)
    await scene.append()
    assert scene.told[1:] == [Availability(available=True, since=START + 7_000)]


async def test_a_conflict_is_no_failure() -> None:
    scene = Scene()
    await scene.append()
    with pytest.raises(LedgerConflict):
        await scene.append()
    assert scene.told == []


async def test_it_is_probed_until_it_works_and_only_then() -> None:
    answers: list[Exception | None] = [OSError("no space left"), None]
    probed = 0

    async def probe() -> None:
        nonlocal probed
        probed += 1
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    scene = Scene(probe)
    await scene.ledger.check()
    scene.flaky.failures.append("before")
    with pytest.raises(LedgerUnavailable):
        await scene.append()
    await scene.ledger.check()
    assert not scene.ledger.availability.available
    scene.clock.advance(3_000)
    await scene.ledger.check()
    await scene.ledger.check()
    assert probed == 2
    assert scene.ledger.availability == Availability(available=True, since=START + 3_000)
