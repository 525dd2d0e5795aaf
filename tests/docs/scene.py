"""The application that transcripts are played to, and what happens to it meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import replace
from functools import partialmethod
from unittest.mock import patch

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette

from handlers.app import create_application
from handlers.edge import create_edge
from handlers.feeds import freshness
from handlers.feeds.feeds import Feeds
from handlers.feeds.replay.feed import ReplayFeed
from handlers.feeds.simulated.feed import SimulatedFeed
from handlers.realtime.connections import Connections
from handlers.realtime.memory_backplane import Exchange, MemoryBackplane
from handlers.storage.replays import MemoryReplays
from tests.application import BAR_DURATION, NOW, Application, memory_ports, recorded, settings
from tests.clock import ManualClock
from tests.docs.clients import StockClient
from tests.ws.server import serve

STEP = 250
LOOKS = 0.005
"""Seconds between two looks of the server at its feeds and its connections."""
PING = '{"type":"ping"}'
NEARLY_ALL = 3_268
"""Recorded bars; three more, and the recording is at its end."""


class Scene:
    """A server with a clock that the test moves, and for `second` a process with streams alone."""

    def __init__(self, client: StockClient, *, guarded: bool, second: bool) -> None:
        self.client = client
        self.address = ""
        self._settings = settings(local_mode=not guarded, frontend_dir="none")
        self._second = second
        self._exchange = Exchange()
        self._clock = ManualClock(NOW)
        self._ports = replace(
            memory_ports(self._clock), feeds=self._feeds(), backplane=self._backplane()
        )
        self._running = AsyncExitStack()
        self._all = AsyncExitStack()
        self._silenced = ExitStack()
        self._server: uvicorn.Server | None = None
        self._application: FastAPI
        self._happenings: dict[str, Callable[[], Awaitable[None]]] = {
            "the connection is cut": client.cut,
            "a second later": lambda: self.wait(1_000),
            "10 seconds later": lambda: self.wait(10_000),
            "59 minutes later": lambda: self.wait(59 * 60_000),
            "a minute later": lambda: self.wait(60_000),
            "a frame of 257 envelopes": lambda: client.send(f"[{PING}{f',{PING}' * 256}]"),
            "a frame of 65,537 bytes": lambda: client.send(PING.ljust(65_537)),
            "the feed is silent": self.silence,
            "the feed is back": self.come_back,
            "the recording begins anew": self.begin_anew,
            "the server shuts down": self.shut_down,
            "the server is restarted": self.restart,
        }

    async def start(self) -> None:
        self._all.callback(self._ports.close)
        self._all.enter_context(self._silenced)
        self._all.push_async_callback(self._running.aclose)
        await self._start()
        served: Starlette = self._application
        if self._second:
            served = self._edge()
            await self._all.enter_async_context(served.router.lifespan_context(served))
        serving = serve(served, lifespan="off")
        self.address, self._server = await self._all.enter_async_context(serving)

    async def stop(self) -> None:
        await self._all.aclose()

    def add_user(self, name: str) -> None:
        Application(self._application, self._ports, self._clock).add_user(name)

    def rest(self) -> httpx.AsyncClient:
        return Application(self._application, self._ports, self._clock).client()

    async def happen(self, what: str) -> None:
        await self._happenings[what]()

    async def wait(self, milliseconds: int) -> None:
        """Stock clients give signs of life, as often as the server asks for them."""
        while milliseconds > 0:
            step = min(milliseconds, 20_000)
            milliseconds -= step
            self._clock.advance(step)
            await self.client.stay_alive()

    async def pass_time(self) -> None:
        """Prices move."""
        self._clock.advance(STEP)
        for feed in self._ports.feeds.feeds:
            assert isinstance(feed, SimulatedFeed | ReplayFeed)
            feed.step(self._ports.feeds)
        await asyncio.sleep(0)

    async def silence(self) -> None:
        feed = self._ports.feeds.feed("AAPL")
        self._silenced.enter_context(patch.object(feed, "step"))
        for _ in range(3):
            self._clock.advance(2_100)
            await asyncio.sleep(10 * LOOKS)

    async def come_back(self) -> None:
        self._silenced.close()
        await self.pass_time()

    async def begin_anew(self) -> None:
        self._clock.advance(4 * BAR_DURATION)
        await self.pass_time()

    async def shut_down(self) -> None:
        assert self._server is not None
        self._server.should_exit = True

    async def restart(self) -> None:
        await self._running.aclose()
        self._ports = replace(self._ports, feeds=self._feeds(), backplane=self._backplane())
        await self._start()

    async def _start(self) -> None:
        self._application = create_application(self._settings, self._ports)
        lifespan = self._application.router.lifespan_context(self._application)
        await self._running.enter_async_context(lifespan)

    def _edge(self) -> Starlette:
        return create_edge(
            self._settings,
            clock=self._clock,
            database=self._ports.database,
            backplane=self._backplane(),
            passwords=self._ports.passwords,
        )

    def _backplane(self) -> MemoryBackplane:
        return MemoryBackplane(self._exchange)

    def _feeds(self) -> Feeds:
        replay = ReplayFeed(
            self._clock,
            MemoryReplays(),
            lambda: "recording",
            bar_duration=BAR_DURATION,
            history=NEARLY_ALL,
            read=recorded,
        )
        return Feeds([SimulatedFeed(self._clock, "tests"), replay])


@asynccontextmanager
async def staged(
    client: StockClient, *, guarded: bool = False, second: bool = False
) -> AsyncIterator[Scene]:
    scene = Scene(client, guarded=guarded, second=second)
    watch = partialmethod(Connections.watch, LOOKS)
    with patch.object(Connections, "watch", watch), patch.object(freshness, "INTERVAL", LOOKS):
        await scene.start()
        try:
            yield scene
        finally:
            await scene.stop()
