"""How well the server and everything behind it are."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import final

from generated.models import DataKind, HealthStatus
from handlers.clock import Clock
from handlers.feeds.feed import Feed
from handlers.feeds.feeds import Feeds

SILENCE = 15_000
"""A feed that gave no sign of life for so many ms is down."""

PATIENCE = 2.0
"""Seconds after which a part that does not answer is down."""

Probe = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Part:
    status: HealthStatus
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class FeedPart:
    """Ages in ms; None before the first sign of life, or the first price."""

    name: str
    data_kind: DataKind
    status: HealthStatus
    detail: str | None
    data_age: int | None
    heartbeat_age: int | None


@dataclass(frozen=True, slots=True)
class Report:
    status: HealthStatus
    time: int
    uptime: int
    feeds: tuple[FeedPart, ...]
    ledger: Part
    backplane: Part

    def complaints(self) -> tuple[str, ...]:
        """What keeps the server from being ready; its own clients need no backplane."""
        named = [("The ledger", self.ledger)]
        named += [(f"The feed {feed.name}", Part(feed.status, feed.detail)) for feed in self.feeds]
        return tuple(
            f"{name}: {part.detail or part.status.value}."
            for name, part in named
            if part.status is HealthStatus.DOWN
        )


@final
class Vitals:
    """`ledger` and `backplane` are probes: they return when all is well, and raise when not."""

    def __init__(self, clock: Clock, feeds: Feeds, ledger: Probe, backplane: Probe) -> None:
        self._clock = clock
        self._feeds = feeds
        self._ledger = ledger
        self._backplane = backplane
        self._started_at = clock.now()

    async def report(self) -> Report:
        now = self._clock.now()
        feeds = tuple(_feed(feed, now) for feed in self._feeds.feeds)
        ledger = await _probe(self._ledger)
        backplane = await _probe(self._backplane)
        return Report(
            status=_overall([part.status for part in feeds], ledger.status, backplane.status),
            time=now,
            uptime=max(0, now - self._started_at),
            feeds=feeds,
            ledger=ledger,
            backplane=backplane,
        )


def _feed(feed: Feed, now: int) -> FeedPart:
    heartbeat_age = _age(feed.heartbeat_at(), now)
    if feed.trouble is not None:
        status, detail = HealthStatus.DEGRADED, feed.trouble
    elif heartbeat_age is None:
        status, detail = HealthStatus.DOWN, "it has not started"
    elif heartbeat_age > SILENCE:
        status, detail = HealthStatus.DOWN, f"no sign of life for {heartbeat_age // 1000} s"
    else:
        status, detail = HealthStatus.OK, None
    data_age = _age(feed.data_at(), now)
    return FeedPart(feed.name, feed.data_kind, status, detail, data_age, heartbeat_age)


def _age(at: int, now: int) -> int | None:
    return max(0, now - at) if at else None


async def _probe(probe: Probe) -> Part:
    try:
        async with asyncio.timeout(PATIENCE):
            await probe()
    except TimeoutError:
        return Part(HealthStatus.DOWN, f"it does not answer within {PATIENCE:.0f} s")
    except Exception as error:
        return Part(HealthStatus.DOWN, type(error).__name__)
    return Part(HealthStatus.OK)


def _overall(feeds: list[HealthStatus], ledger: HealthStatus, other: HealthStatus) -> HealthStatus:
    """Without the ledger nothing works; anything else missing leaves the rest."""
    if ledger is HealthStatus.DOWN:
        return HealthStatus.DOWN
    if all(status is HealthStatus.OK for status in (*feeds, other)):
        return HealthStatus.OK
    return HealthStatus.DEGRADED
