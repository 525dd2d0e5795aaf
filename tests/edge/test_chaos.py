"""Edges and their clients while the link breaks, messages vanish and the owner is replaced."""

import asyncio
import random
from typing import Any

import pytest

from generated.ws.channels import AccountTopic, BarsTopic
from tests.edge.stage import EdgeProcess, Installation, Peer, rest
from tests.scale import scaled
from tests.ws.stage import bar, transaction

AAPL = BarsTopic("AAPL", "1")
ACCOUNT = AccountTopic("acc_1")
BARS = {"symbol": "AAPL", "resolution": "1"}
BOOKS = {"accountId": "acc_1"}


class Viewer:
    """A client that keeps to the protocol, and what it believes."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.places: dict[str, tuple[str, int]] = {}
        self.bars: dict[int, float] = {}
        self.books: list[int] = []
        self.stale: dict[str, bool] = {}
        self.asked: list[asyncio.Task[None]] = []

    def subscribe(self, family: str) -> None:
        payload: dict[str, Any] = dict(BARS if family == "bars" else BOOKS)
        if family in self.places:
            epoch, seq = self.places[family]
            payload["resume"] = {"epoch": epoch, "seq": seq}
        self.asked.append(self.peer.say(f"{family}.subscribe", **payload))

    def read(self) -> None:
        for frame in self.peer.take():
            family, _, kind = frame["type"].partition(".")
            getattr(self, f"_{kind.replace('.', '_')}")(family, frame)

    def move(self, peer: Peer) -> None:
        """Go on at another process, from where it stood."""
        self.read()
        self.peer.hang_up()
        self.peer = peer
        for family in tuple(self.places):
            self.subscribe(family)

    def _subscribe_response(self, family: str, frame: dict[str, Any]) -> None:
        result = frame["payload"]
        if result["status"] == "error":
            assert result["code"] == "unavailable"
            self.subscribe(family)
            return
        self.stale[family] = False  # unless it is told right after
        if result.get("resumed"):
            assert self.places[family] == (result["epoch"], result["seq"])
            return
        self.places[family] = (result["epoch"], result["seq"])
        if family == "bars":
            self.bars.clear()
        else:
            self.books[:] = [result["seq"]]

    def _update(self, family: str, frame: dict[str, Any]) -> None:
        epoch, seq = self.places[family]
        assert frame["seq"] > seq
        if family == "account":
            assert frame["seq"] == seq + 1
            self.books.append(frame["seq"])
        else:
            self.bars[frame["payload"]["time"]] = frame["payload"]["close"]
        self.places[family] = (epoch, frame["seq"])

    def _gap(self, family: str, frame: dict[str, Any]) -> None:
        assert family == "bars", "a ledger has no holes"
        assert frame["payload"]["lastSeq"] >= self.places[family][1]
        del self.places[family]
        self.bars.clear()
        self.asked.append(self.peer.say(f"{family}.subscribe", **BARS))
        self.places[family] = (frame["payload"]["epoch"], frame["seq"])

    def _status(self, family: str, frame: dict[str, Any]) -> None:
        self.stale[family] = frame["payload"]["stale"]


class Chaos:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.installation = Installation()
        self.viewers: list[Viewer] = []
        self.edges: list[EdgeProcess] = []
        self.booked = 7
        self.closes: dict[int, float] = {}
        self.last_epoch: dict[int, float] = {}

    async def start(self) -> None:
        self.owner = await self.installation.owner()
        self.edges = [await self.installation.edge() for _ in range(2)]
        for number in range(4):
            viewer = Viewer(self.edges[number % 2].peer())
            self.viewers.append(viewer)
            for family in ("bars", "account"):
                viewer.subscribe(family)
        await rest()

    async def step(self) -> None:
        act = self.random.choices(
            (
                self.tick,
                self.book,
                self.cut,
                self.heal,
                self.lose,
                self.replace,
                self.move,
                self.stall,
                self.read,
                self.pass_time,
            ),
            (20, 20, 2, 4, 3, 1, 3, 3, 8, 3),
        )[0]
        await act()
        for _ in range(self.random.randrange(4)):
            await rest()

    async def tick(self) -> None:
        time = 60_000 * self.random.randrange(1, 4)
        self.closes[time] = self.random.random()
        self.owner.stage.publisher.bars_update(AAPL, bar(time=time, close=self.closes[time]))

    async def book(self) -> None:
        self.booked += 1
        self.owner.stage.account.sequence = self.booked
        number = self.booked
        self.owner.stage.publisher.account_update(ACCOUNT, "ledger", number, transaction(number))

    async def cut(self) -> None:
        self.installation.exchange.cut()

    async def heal(self) -> None:
        self.installation.exchange.heal()

    async def lose(self) -> None:
        """One process cannot send for a moment, and is not told."""
        process = self.random.choice([self.owner.backplane, *(e.backplane for e in self.edges)])
        process.deaf = not process.deaf

    async def replace(self) -> None:
        await self.owner.kill()
        self.owner = await self.installation.owner(self.booked)
        self.closes.clear()

    async def move(self) -> None:
        self.random.choice(self.viewers).move(self.random.choice(self.edges).peer())

    async def stall(self) -> None:
        self.random.choice(self.viewers).peer.socket.stall()

    async def read(self) -> None:
        viewer = self.random.choice(self.viewers)
        viewer.peer.socket.resume()
        await rest()
        viewer.read()

    async def pass_time(self) -> None:
        self.installation.clock.move(self.random.randrange(4_000))
        self.check()

    def check(self) -> None:
        self.owner.owner.check()
        self.owner.stage.hub.check()
        for edge in self.edges:
            edge.edge.check()

    async def settle(self) -> None:
        """Everything works again; in the end everybody knows what the owner knows."""
        for process in (self.owner.backplane, *(edge.backplane for edge in self.edges)):
            process.deaf = False
        self.installation.exchange.heal()
        for _ in range(6):
            for viewer in self.viewers:
                viewer.peer.socket.resume()
            self.installation.clock.move(1_000)
            self.check()
            await rest()
            await rest()
            for viewer in self.viewers:
                viewer.read()
        for time in (60_000, 120_000, 180_000):
            self.closes[time] = self.random.random()
            self.owner.stage.publisher.bars_update(AAPL, bar(time=time, close=self.closes[time]))
        await self.book()
        await rest()
        for viewer in self.viewers:
            viewer.read()

    def verify(self) -> None:
        for viewer in self.viewers:
            assert viewer.books[-1] == self.booked
            assert viewer.books == list(range(viewer.books[0], self.booked + 1))
            assert viewer.bars == self.closes
            assert not any(viewer.stale.values())

    async def end(self) -> None:
        """Nothing is left of anything."""
        for viewer in self.viewers:
            viewer.peer.hang_up()
        await rest()
        for edge in self.edges:
            assert edge.hub.topics == 0
            await edge.edge.stop()
        self.installation.clock.move(30_000)
        self.check()
        assert self.owner.stage.work.topics == set()
        assert self.owner.owner.edges == 0
        await self.owner.owner.stop()


@pytest.mark.fuzz
async def test_in_the_end_everybody_knows_the_same() -> None:
    for seed in range(scaled(25, 1_000)):
        chaos = Chaos(seed)
        await chaos.start()
        for _ in range(chaos.random.randrange(5, 80)):
            await chaos.step()
        await chaos.settle()
        try:
            chaos.verify()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error
        await chaos.end()
