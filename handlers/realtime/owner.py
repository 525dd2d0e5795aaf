"""The owner of the topics, seen from the edges: it answers their clients and tells updates."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from handlers.realtime import link
from handlers.realtime.asking import Asking, Follower
from handlers.realtime.backplane import Backplane
from handlers.realtime.hub import Answer, Hub
from handlers.realtime.link import Arrival, Ask, Now, Outgoing
from handlers.realtime.topic import Place, Source
from handlers.realtime.update import Update

log = logging.getLogger(__name__)

LEASE: Final = 10_000
"""Milliseconds of silence after which an edge is forgotten."""

Serve = Callable[[Asking, Ask], Awaitable[None]]


class Owner:
    """To the hub a relay, to the dispatch of the edges' requests the topics.

    `serve` runs one request; it never raises. A topic stays open while an edge follows it, and
    each update goes once to each such edge, however many clients it has there.
    """

    def __init__(
        self,
        hub: Hub,
        backplane: Backplane,
        name: str,
        now: Now,
        *,
        topics_per_client: int,
        unread_size: int,
    ) -> None:
        self.serve: Serve | None = None
        self._hub = hub
        self._backplane = backplane
        self._name = name
        self._now = now
        self._topics_per_client = topics_per_client
        self._unread_size = unread_size
        self._edges: dict[str, Follower] = {}
        self._followers: dict[str, set[Follower]] = {}
        self._work: set[asyncio.Task[None]] = set()
        hub.relay = self

    @property
    def edges(self) -> int:
        return len(self._edges)

    async def start(self) -> None:
        await self._backplane.subscribe(link.OWNER)
        await self._backplane.start(self._receive, self._linked)

    async def stop(self) -> None:
        self._announce(link.Down())
        for name in tuple(self._edges):
            self._drop(name)
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await self._backplane.stop()

    def check(self) -> None:
        """Tell every edge that we live; forget those that do not."""
        for name, edge in tuple(self._edges.items()):
            if self._now() - edge.heard_at > LEASE:
                log.warning("the edge %s is silent and is forgotten", name)
                self._drop(name)
            else:
                edge.out.send(link.Beat())

    async def watch(self, interval: float = 1.0) -> None:
        """Check every `interval` seconds, until canceled."""
        while True:
            await asyncio.sleep(interval)
            self.check()

    def admits(self, asking: Asking, address: str) -> bool:
        """Whether the clients may have this topic besides those they have."""
        topics = [asking.edge.clients[each] for each in asking.clients]
        return all(address in each or len(each) < self._topics_per_client for each in topics)

    async def join(
        self, asking: Asking, address: str, source: Source, resume: Place | None, answer: Answer
    ) -> None:
        """As of the hub. From the step of joining on, the edge is told the updates."""
        if source.lossless and resume is not None:
            self._leave(asking, address)
        client = asking.client(self._unread_size, self._now)
        await self._hub.join(client, address, source, resume, answer)
        asking.send_rest(client)
        if address in client.topics and asking.clients:
            self._seat(asking, address)
            asking.answer()
        self._hub.forget(client)

    def leave(self, asking: Asking, address: str) -> bool:
        """False when the client was not subscribed."""
        if not self._leave(asking, address):
            return False
        asking.left = address
        return True

    def send(self, asking: Asking, frame: bytes) -> None:
        asking.send(frame)

    def take(self, update: Update) -> None:
        """Tell the edges that follow the topic."""
        edges = self._followers.get(update.topic)
        if edges:
            message = link.encode(update)
            for edge in edges:
                edge.out.send_encoded(message)

    def gap(self, address: str, place: Place) -> None:
        for edge in self._followers.get(address, ()):
            edge.out.send(link.Moved(address, *place))

    def _linked(self, linked: bool) -> None:
        if linked:
            self._announce(link.Up())

    def _announce(self, message: link.Message) -> None:
        Outgoing(self._backplane, link.EDGES, self._name).send(message)

    def _receive(self, channel: str, data: bytes) -> None:
        arrival = Arrival.of(data)
        if isinstance(arrival.message, link.Hello):
            self._welcome(arrival.sender, arrival.message)
            return
        if isinstance(arrival.message, link.Bye):
            self._drop(arrival.sender)
            return
        edge = self._edges.get(arrival.sender)
        if edge is None or arrival.number != edge.expected:
            self._drop(arrival.sender)
            self._out(arrival.sender).send(link.Lost())
            return
        edge.expected += 1
        edge.heard_at = self._now()
        try:
            self._take(edge, arrival.message)
        except Exception:
            log.exception("what the edge %s sent could not be taken", arrival.sender)
            self._drop(arrival.sender)  # its next sign of life is answered with Lost

    def _welcome(self, name: str, hello: link.Hello) -> None:
        self._drop(name)
        edge = self._edges[name] = Follower(self._out(name), self._now())
        edge.out.send(link.Welcome(hello.token))

    def _out(self, name: str) -> Outgoing:
        return Outgoing(self._backplane, link.edge_channel(name), self._name)

    def _take(self, edge: Follower, message: link.Message) -> None:
        match message:
            case link.Ask():
                self._begin(edge, message)
            case link.Taken(number) if number in edge.asking:
                edge.asking[number].taken()
            case link.Stop(number) if number in edge.asking:
                edge.asking[number].stop()
            case link.Gone(client):
                self._forget(edge, client)
            case _:
                return

    def _begin(self, edge: Follower, ask: Ask) -> None:
        asking = edge.asking[ask.number] = Asking(edge, ask)
        for client in asking.clients:
            edge.clients.setdefault(client, set())
        work = asyncio.create_task(self._answer(asking, ask))
        self._work.add(work)
        work.add_done_callback(self._work.discard)

    async def _answer(self, asking: Asking, ask: Ask) -> None:
        try:
            if self.serve is not None:
                await self.serve(asking, ask)
        except Exception:
            log.exception("a request of an edge failed")
        finally:
            asking.answer()
            asking.edge.asking.pop(ask.number, None)

    def _seat(self, asking: Asking, address: str) -> None:
        edge = asking.edge
        asking.joined = address
        for client in asking.clients:
            edge.clients[client].add(address)
        edge.topics.setdefault(address, set()).update(asking.clients)
        self._followers.setdefault(address, set()).add(edge)
        self._hub.hold(address)

    def _unseat(self, edge: Follower, client: int, address: str, *, lost: bool) -> None:
        edge.clients[client].discard(address)
        edge.topics[address].discard(client)
        if edge.topics[address]:
            return
        del edge.topics[address]
        self._followers[address].discard(edge)
        if not self._followers[address]:
            del self._followers[address]
            self._hub.release(address, lost=lost)

    def _leave(self, asking: Asking, address: str) -> bool:
        edge = asking.edge
        members = [each for each in asking.clients if address in edge.clients[each]]
        for client in members:
            self._unseat(edge, client, address, lost=False)
        return bool(members)

    def _forget(self, edge: Follower, client: int) -> None:
        for asking in edge.asking.values():
            asking.forget(client)
        for address in tuple(edge.clients.get(client, ())):
            self._unseat(edge, client, address, lost=True)
        edge.clients.pop(client, None)

    def _drop(self, name: str) -> None:
        edge = self._edges.pop(name, None)
        if edge is not None:
            edge.out.closed = True
            for client in tuple(edge.clients):
                self._forget(edge, client)
