"""An owner of topics and edges that have the clients, in one loop on a memory backplane."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from typing_extensions import override

from generated import models
from generated.ws import envelope
from generated.ws.dispatch import Dispatch
from generated.ws.envelope import to_bytes
from handlers.realtime.asking import Asking
from handlers.realtime.client import Client
from handlers.realtime.edge import Edge, EdgeHub
from handlers.realtime.memory_backplane import Exchange, MemoryBackplane
from handlers.realtime.owner import Owner
from handlers.ws.forwarding import Forwarded, ForwardedCaller, Forwarding
from tests.realtime.doubles import HandClock, HandSocket
from tests.ws.stage import TRADER, Bars, BrokerConnection, Pnl, Quotes, StreamStage, said

SILENCE = 5_000


def freshness(stale: bool, age: int) -> bytes:
    return to_bytes(models.Freshness(stale=stale, feed_age=age))


class LossyBackplane(MemoryBackplane):
    """While `deaf` to what it is asked to send, all of that is lost."""

    deaf = False

    @override
    def publish(self, channel: str, message: bytes) -> None:
        if not self.deaf:
            super().publish(channel, message)


class Peer:
    """A client of an edge, and what it was sent."""

    def __init__(self, socket: HandSocket, client: Client, process: "EdgeProcess") -> None:
        self.socket = socket
        self.client = client
        self._process = process
        self._number = 0

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(frame) for frame in self.socket.frames]

    def take(self) -> list[dict[str, Any]]:
        """What came since the last time."""
        told = self.told
        self.socket.writes.clear()
        return told

    def say(self, message: str, **payload: Any) -> "asyncio.Task[None]":
        self._number += 1
        return self.say_raw(said(message, str(self._number), **payload))

    def say_raw(self, frame: str) -> "asyncio.Task[None]":
        (request,) = envelope.read(frame)
        caller = ForwardedCaller(TRADER)
        answer = self._process.dispatch.answer(self.client, caller, request)
        return asyncio.ensure_future(answer)

    async def ask(self, message: str, **payload: Any) -> list[dict[str, Any]]:
        await self.say(message, **payload)
        await rest()
        return self.take()

    def hang_up(self) -> None:
        self._process.hub.forget(self.client)


class EdgeProcess:
    def __init__(self, exchange: Exchange, clock: HandClock, name: str) -> None:
        self.clock = clock
        self.hub = EdgeHub(
            epoch=name,
            now=clock,
            schedule=lambda callback: asyncio.get_running_loop().call_soon(callback),
            resume_window=0,
        )
        self.backplane = LossyBackplane(exchange)
        self.edge = Edge(self.hub, self.backplane, name, clock, freshness, stale_after=SILENCE)
        self.dispatch = Forwarding(self.edge, self.hub, clock)

    def peer(self, unread_size: int = 1_000_000) -> Peer:
        socket = HandSocket()
        client = Client(socket, unread_size)
        socket.when_writable = lambda: client.flush(self.clock())
        return Peer(socket, client, self)


class OwnerProcess:
    def __init__(self, exchange: Exchange, clock: HandClock, name: str) -> None:
        self.stage = StreamStage(clock=clock)
        self.backplane = LossyBackplane(exchange)
        self.owner = Owner(
            self.stage.hub,
            self.backplane,
            name,
            clock,
            topics_per_client=4,
            unread_size=1_000_000,
        )
        dispatch = Dispatch[Asking](
            self.owner,
            clock,
            bars=Bars(self.stage.work),
            quotes=Quotes(self.stage.work),
            account=self.stage.account,
            pnl=Pnl(self.stage.work),
            connection=BrokerConnection(self.stage.work),
        )
        self.admitted: list[str] = []
        self.owner.serve = Forwarded(dispatch, self._admit).serve

    async def kill(self) -> None:
        """As `kill -9` does: nobody is told."""
        await self.backplane.stop()

    async def _admit(self, user: str) -> None:
        self.admitted.append(user)


class Installation:
    """Processes that reach each other; `clock` is everybody's."""

    def __init__(self) -> None:
        self.exchange = Exchange()
        self.clock = HandClock()
        self._started = 0

    async def owner(self, booked: int = 7) -> OwnerProcess:
        """`booked` is the account's last transaction."""
        self._started += 1
        process = OwnerProcess(self.exchange, self.clock, f"owner{self._started}")
        process.stage.account.sequence = booked
        await process.owner.start()
        await rest()
        return process

    async def edge(self) -> EdgeProcess:
        self._started += 1
        process = EdgeProcess(self.exchange, self.clock, f"edge{self._started}")
        await process.edge.start()
        await rest()
        return process

    @asynccontextmanager
    async def both(self) -> AsyncIterator[tuple[OwnerProcess, EdgeProcess]]:
        owner, edge = await self.owner(), await self.edge()
        yield owner, edge
        await edge.edge.stop()
        await owner.owner.stop()


async def rest() -> None:
    """Let everything come to rest that is not waiting for time."""
    for _ in range(50):
        await asyncio.sleep(0)


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if holds():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it did not come about")
