"""A process that has clients and no topics of its own: it asks the owner, and passes on."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Final

from typing_extensions import override

from handlers.realtime import frames, link
from handlers.realtime.backplane import Backplane
from handlers.realtime.client import Client
from handlers.realtime.hub import Hub
from handlers.realtime.link import Answer, Arrival, Ask, Now, Outgoing, Part
from handlers.realtime.restoring import restore
from handlers.realtime.seats import Pending, RemoteSource, Seat, Told, Wish, family_of
from handlers.realtime.topic import Joined, Place
from handlers.realtime.update import Update

log = logging.getLogger(__name__)

PATIENCE: Final = 10_000
"""Milliseconds after which a request without an answer is given up."""
AT_ONCE: Final = 32
"""Requests on their way: the answers to more could be too much for the backplane."""

Freshness = Callable[[bool, int], bytes]
"""The payload of a status: whether the source is stale, and its age in ms."""


class Unreachable(Exception):
    """The owner did not answer."""


class _State(Enum):
    APART = auto()
    GREETING = auto()
    RESTORING = auto()
    LINKED = auto()


class EdgeHub(Hub):
    """Tells the edge when a client is gone."""

    edge: "Edge | None" = None

    @override
    def forget(self, client: Client) -> None:
        super().forget(client)
        if self.edge is not None:
            self.edge.forget(client)


class Edge:
    """What an edge knows of its clients: where each topic stands, and what they wait for.

    When the link breaks everybody is told that nothing is fresh. Once it is back the owner begins
    anew: it is told who is on which topic, gives what they missed, and then what they asked.
    `stale_after` is for how many milliseconds the owner may be silent.
    """

    def __init__(
        self,
        hub: EdgeHub,
        backplane: Backplane,
        name: str,
        now: Now,
        freshness: Freshness,
        *,
        stale_after: int,
    ) -> None:
        self._hub = hub
        self._backplane = backplane
        self._name = name
        self._now = now
        self._freshness = freshness
        self._stale_after = stale_after
        self._state = _State.APART
        self._out = Outgoing(backplane, link.OWNER, name)
        self._owner = ""
        self._expected = 0
        self._heard_at = self._linked_at = now()
        self._token = 0
        self._numbers: dict[Client, int] = {}
        self._topics: dict[Client, set[str]] = {}
        self._named = 0
        self._asked = 0
        self._seats: dict[str, Seat] = {}
        self._restoring: dict[int, Seat] = {}
        self._pending: dict[int, Pending] = {}
        self._line: deque[int] = deque()
        self._on_their_way: set[int] = set()
        self._work: set[asyncio.Task[None]] = set()
        hub.edge = self

    @property
    def linked(self) -> bool:
        """Whether the owner answers and every topic is fresh."""
        return self._state is _State.LINKED

    async def start(self) -> None:
        await self._backplane.subscribe(link.edge_channel(self._name))
        await self._backplane.subscribe(link.EDGES)
        await self._backplane.start(self._receive, self._reach)

    async def stop(self) -> None:
        self._out.send(link.Bye())
        self._out.closed = True
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await self._backplane.stop()

    def check(self) -> None:
        """Give signs of life; notice when the owner gives none."""
        now = self._now()
        for pending in tuple(self._pending.values()):
            if not pending.reading and now - pending.moved_at > PATIENCE:
                self._give_up(pending)
        if self._state is _State.GREETING:
            self._greet()
        elif self._state is not _State.APART:
            self._out.send(link.Beat())
            if now - self._heard_at > self._stale_after:
                log.warning("the owner of the topics is silent")
                self._greet()

    async def watch(self, interval: float = 1.0) -> None:
        """Check every `interval` seconds, until canceled."""
        while True:
            await asyncio.sleep(interval)
            self.check()

    async def ask(self, client: Client, wish: Wish) -> None:
        """Have the owner answer one request of a client. Raises Unreachable if it does not."""
        if client.closed:
            return
        if not self.linked and self._now() - self._linked_at > PATIENCE:
            raise Unreachable
        self._asked += 1
        done = asyncio.get_running_loop().create_future()
        pending = Pending(self._asked, client, wish, self._now(), done)
        self._pending[pending.number] = pending
        if self._state is _State.LINKED:
            self._queue(pending.number)
        try:
            await pending.done
        finally:
            self._pending.pop(pending.number, None)

    def forget(self, client: Client) -> None:
        """The client is gone, and has left the hub already."""
        for pending in [each for each in self._pending.values() if each.client is client]:
            del self._pending[pending.number]
            pending.settle()
        number = self._numbers.pop(client, None)
        if number is None:
            return
        for address in self._topics.pop(client):
            self._rise(address, client)
        if self._state in (_State.RESTORING, _State.LINKED):
            self._out.send(link.Gone(number))

    def _reach(self, reached: bool) -> None:
        if reached:
            self._greet()
        else:
            self._part()
            self._state = _State.APART

    def _greet(self) -> None:
        """Begin anew with whoever owns the topics."""
        if self._state is not _State.GREETING:
            self._part()
        self._state = _State.GREETING
        self._token += 1
        self._out = Outgoing(self._backplane, link.OWNER, self._name)
        self._out.send(link.Hello(self._token))

    def _part(self) -> None:
        """What comes of the owner no longer counts; nothing is known to be fresh."""
        self._restoring.clear()
        self._line.clear()
        self._on_their_way.clear()
        for pending in self._pending.values():
            if pending.reading:
                pending.reading, pending.moved_at = False, self._now()
        if self._state is _State.LINKED:
            self._linked_at = self._now()
        if self._state in (_State.LINKED, _State.RESTORING):
            age = max(0, self._now() - self._heard_at)
            for seat in self._seats.values():
                self._tell(seat, stale=True, age=age)

    def _tell(self, seat: Seat, *, stale: bool, age: int) -> None:
        if seat.stale == stale:
            return
        seat.stale = stale
        message = f"{seat.family}.status"
        payload = self._freshness(stale, age)
        self._hub.deliver(
            Update(seat.address, message, *seat.place, message, payload, True, retained=stale)
        )

    def _receive(self, channel: str, data: bytes) -> None:
        arrival = Arrival.of(data)
        if channel == link.EDGES:
            self._hear(arrival)
        elif isinstance(arrival.message, link.Welcome):
            self._settle(arrival, arrival.message)
        elif self._state in (_State.RESTORING, _State.LINKED) and arrival.sender == self._owner:
            self._count(arrival)

    def _hear(self, arrival: Arrival) -> None:
        """An owner has come, or ours is about to go."""
        ended = isinstance(arrival.message, link.Down) and arrival.sender == self._owner
        if ended or isinstance(arrival.message, link.Up):
            self._greet()

    def _settle(self, arrival: Arrival, welcome: link.Welcome) -> None:
        if self._state is not _State.GREETING or welcome.token != self._token:
            return
        self._owner, self._expected, self._heard_at = arrival.sender, 1, self._now()
        self._state = _State.RESTORING
        for seat in self._seats.values():
            self._asked += 1
            self._restoring[self._asked] = seat
        for number in tuple(self._restoring):
            self._queue(number)
        self._restored()

    def _restored(self) -> None:
        if self._state is _State.RESTORING and not self._restoring:
            self._state = _State.LINKED
            log.info("the owner of the topics answers")
            for number in tuple(self._pending):
                self._queue(number)

    def _count(self, arrival: Arrival) -> None:
        if arrival.number != self._expected or isinstance(arrival.message, link.Lost):
            log.warning("something the owner sent was lost: beginning anew")
            self._greet()
            return
        self._expected += 1
        self._heard_at = self._now()
        if isinstance(arrival.message, Part | Answer):
            self._on_their_way.discard(arrival.message.number)
        try:
            self._take(arrival.message)
        except Exception:
            log.exception("something the owner sent could not be taken: beginning anew")
            self._part()
            self._state = _State.GREETING  # the next check greets, so as not to do it in a loop
            return
        self._send()

    def _take(self, message: link.Message) -> None:
        match message:
            case Update():
                self._publish(message)
            case Part(number) | Answer(number) if number in self._restoring:
                self._restore(self._restoring[number], message)
            case Part(number) | Answer(number) if number in self._pending:
                self._pass_on(self._pending[number], message)
            case link.Moved(topic) if topic in self._seats:
                self._hub.gap(topic, *message.place)
                self._seats[topic].place = message.place
            case _:
                return

    def _publish(self, update: Update) -> None:
        self._hub.deliver(update)
        seat = self._seats.get(update.topic)
        if seat is not None and not update.notice:
            seat.place = update.epoch, update.seq

    def _queue(self, number: int) -> None:
        self._line.append(number)
        self._send()

    def _send(self) -> None:
        """Ask what stands in line, as long as not too much is on its way."""
        while self._line and len(self._on_their_way) < AT_ONCE:
            number = self._line.popleft()
            if number in self._restoring:
                seat = self._restoring[number]
                clients = [self._numbers[client] for client in seat.clients]
                self._ask(number, clients, seat.wish.resuming(seat.place))
            elif number in self._pending:
                self._ask_for(self._pending[number])

    def _ask_for(self, pending: Pending) -> None:
        pending.moved_at = self._now()
        if pending.reading:
            pending.reading = False
            self._take_more(pending.number)
        else:
            self._ask(pending.number, [self._number(pending.client)], pending.request())

    def _take_more(self, number: int) -> None:
        self._on_their_way.add(number)
        self._out.send(link.Taken(number))

    def _ask(self, number: int, clients: Sequence[int], wish: Wish) -> None:
        self._on_their_way.add(number)
        self._out.send(Ask(number, clients, wish.type, wish.id, wish.session, wish.json))

    def _number(self, client: Client) -> int:
        if client not in self._numbers:
            self._named += 1
            self._numbers[client] = self._named
            self._topics[client] = set()
        return self._numbers[client]

    def _pass_on(self, pending: Pending, message: Part | Answer) -> None:
        """Frames for one client; at the end of the answer it is on the topic, or no longer."""
        client = pending.client
        if client.closed:
            self.forget(client)
            return
        pending.moved_at = self._now()
        if isinstance(message, Answer) and message.left is not None:
            self._hub.leave(client, message.left)
            self._rise(message.left, client)
        for frame in message.frames:
            self._tell_one(pending, Told(frame), frame, lossless=isinstance(message, Part))
        if isinstance(message, Part):
            self._take_time(pending)
            return
        if message.joined is not None and pending.place is not None:
            self._sit(pending, message.joined, pending.place)
        pending.settle()

    def _tell_one(self, pending: Pending, told: Told, frame: bytes, *, lossless: bool) -> None:
        before = pending.place
        pending.advance(told)
        if not told.answers:
            self._hub.send(pending.client, frame, lossless=lossless)
        elif not pending.resent:
            self._hub.send(pending.client, frame)
            if lossless and told.topic is not None and self._hub.leave(pending.client, told.topic):
                self._rise(told.topic, pending.client)
        elif before is not None and told.accepts and not told.resumed:
            now = Joined(*(pending.place or before))
            gap = frames.gap(family_of(told.topic or ""), told.topic or "", now, before[1])
            self._hub.send(pending.client, gap)

    def _sit(self, pending: Pending, address: str, place: Place) -> None:
        self._hub.enter(pending.client, address, RemoteSource(address), place)
        seat = self._seats.get(address)
        if seat is None:
            seat = Seat(address, place, pending.wish)
            self._seats[address] = seat
        seat.clients.add(pending.client)
        self._topics[pending.client].add(address)

    def _rise(self, address: str, client: Client) -> None:
        self._topics.get(client, set()).discard(address)
        seat = self._seats.get(address)
        if seat is None:  # the owner answered after we gave up
            return
        seat.clients.discard(client)
        if not seat.clients:
            del self._seats[address]

    def _restore(self, seat: Seat, message: Part | Answer) -> None:
        """What the clients of a topic have missed, for all of them."""
        self._tell(seat, stale=False, age=0)
        restore(self._hub, seat, message)
        if isinstance(message, Part):  # waiting for one who does not read would delay all
            self._take_more(message.number)
        else:
            del self._restoring[message.number]
            self._restored()

    def _take_time(self, pending: Pending) -> None:
        """Ask for more of an answer when what there is has left."""
        pending.reading = True

        async def room(out: Outgoing) -> None:
            await pending.client.room()
            if out is self._out and pending.number in self._pending:
                self._queue(pending.number)

        task = asyncio.create_task(room(self._out))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def _give_up(self, pending: Pending) -> None:
        log.warning("the owner of the topics does not answer a request")
        if not pending.done.done():
            pending.done.set_exception(Unreachable())
        del self._pending[pending.number]
        if pending.number in self._on_their_way:
            self._on_their_way.discard(pending.number)
            self._out.send(link.Stop(pending.number))
            self._send()
