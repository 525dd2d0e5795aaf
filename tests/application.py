"""The whole application on memory ports: a manual clock, seeded prices, cheap password hashes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI

from handlers.app import Ports, create_application
from handlers.feeds.feeds import Feeds
from handlers.feeds.replay.feed import ReplayFeed
from handlers.feeds.replay.record import read_sample
from handlers.feeds.simulated.feed import SimulatedFeed
from handlers.realtime.backplane import Backplane
from handlers.realtime.memory_backplane import MemoryBackplane
from handlers.security.passwords import Passwords
from handlers.settings import Settings
from handlers.storage import users
from handlers.storage.equity_days import MemoryEquityDays
from handlers.storage.memory_ledger import MemoryLedger
from handlers.storage.migrations import open_database
from handlers.storage.replays import MemoryReplays
from handlers.storage.users import User
from tests.clock import ManualClock

NOW = 1_764_000_000_000
"""2025-11-24 16:00 UTC, a Monday: every exchange is open."""

BAR_DURATION = 2_000
"""Milliseconds between two recorded bars."""

ORIGIN = "http://localhost:8000"
PASSWORD = "correct horse battery staple"


recorded = cache(read_sample)
"""Read once for all tests: it takes longer than all the rest of a start."""


@dataclass(frozen=True, slots=True)
class Application:
    """`asgi` runs, with its lifespan, as long as the context that made it."""

    asgi: FastAPI
    ports: Ports
    clock: ManualClock

    def client(self, *, peer: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
        """A program or a browser at that address; close it."""
        transport = httpx.ASGITransport(app=self.asgi, client=(peer, 50_000))
        return httpx.AsyncClient(
            transport=transport, base_url=f"{ORIGIN}/api/v1", headers=headers, trust_env=False
        )

    def add_user(self, name: str, password: str = PASSWORD) -> User:
        """A user who can log in."""
        user = User(f"user_{name}", name, self.ports.passwords.hash(password), self.clock.now())
        self.ports.database.write_now(lambda connection: users.add_user(connection, user))
        return user


def settings(**values: object) -> Settings:
    """Settings of a test: nothing of the environment or of a .env file counts."""
    return Settings(_env_file=None, **values)  # type: ignore[arg-type, call-arg]


def memory_ports(clock: ManualClock, backplane: Backplane | None = None) -> Ports:
    replay = ReplayFeed(
        clock,
        MemoryReplays(),
        lambda: "recording",
        bar_duration=BAR_DURATION,
        history=500,
        read=recorded,
    )
    return Ports(
        clock=clock,
        database=open_database("sqlite://", clock.now()),
        ledger=MemoryLedger(),
        backplane=backplane or MemoryBackplane(),
        feeds=Feeds([SimulatedFeed(clock, "tests"), replay]),
        equity_days=MemoryEquityDays(),
        passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
    )


@asynccontextmanager
async def running(**values: object) -> AsyncIterator[Application]:
    """The application with these settings, started, and stopped at the end."""
    clock = ManualClock(NOW)
    ports = memory_ports(clock)
    asgi = create_application(settings(**{"frontend_dir": Path("none"), **values}), ports)
    try:
        async with asgi.router.lifespan_context(asgi):
            yield Application(asgi, ports, clock)
    finally:
        ports.close()
