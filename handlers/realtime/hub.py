"""The subscribers of this process: topics to clients, one write per client and tick."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from handlers.realtime import frames
from handlers.realtime.client import Client
from handlers.realtime.frame import Frame
from handlers.realtime.tick import Schedule, Tick
from handlers.realtime.topic import Joined, Page, Place, Source, Topic
from handlers.realtime.update import Update

log = logging.getLogger(__name__)

Answer = Callable[[Joined], bytes]


class Relay(Protocol):
    """Passes on to other processes what is published here."""

    def take(self, update: Update) -> None: ...

    def gap(self, address: str, place: Place) -> None: ...


class Hub:
    """`schedule` runs a callback at the end of the tick; `now` is in milliseconds.

    `epoch` is different in each run of the process. A conflated topic keeps its newest
    `keys_per_topic` values, and goes on for `resume_window` ms after its last client was lost.
    """

    def __init__(
        self,
        *,
        epoch: str,
        now: Callable[[], int],
        schedule: Schedule,
        topics_per_client: int = 1_024,
        keys_per_topic: int = 64,
        resume_window: int = 30_000,
    ) -> None:
        self._epoch = epoch
        self._now = now
        self._tick = Tick(schedule, now)
        self._topics_per_client = topics_per_client
        self._keys_per_topic = keys_per_topic
        self._resume_window = resume_window
        self._topics: dict[str, Topic] = {}
        self._lingering: dict[str, int] = {}
        self._opened = 0
        self.relay: Relay | None = None
        self.resumed = 0
        self.gaps = 0

    async def stop(self) -> None:
        for address in tuple(self._lingering):
            self._close(self._topics[address])

    @property
    def topics(self) -> int:
        return len(self._topics)

    @property
    def deliveries(self) -> int:
        """Updates and notices that were handed to clients."""
        return self._tick.deliveries

    @property
    def conflated(self) -> int:
        """Values that a newer one replaced before they left for a client."""
        return self._tick.conflated

    def watched(self, address: str) -> bool:
        return address in self._topics

    def admits(self, client: Client, address: str) -> bool:
        """Whether the client may have this topic besides those it has."""
        return address in client.topics or len(client.topics) < self._topics_per_client

    async def join(
        self, client: Client, address: str, source: Source, resume: Place | None, answer: Answer
    ) -> None:
        """Subscribe, or take a fresh snapshot if the client is subscribed already.

        The answer is sent in one step with joining, and after it what was missed since `resume`.
        """
        if source.lossless and resume is not None:
            await self._catch_up(client, address, source, resume, answer)
        else:
            self._join(client, address, source, resume, answer)

    def leave(self, client: Client, address: str) -> bool:
        """False when the client was not subscribed."""
        if address not in client.topics:
            return False
        topic = self._part(client, address)
        if not topic:
            self._close(topic)
        return True

    def forget(self, client: Client) -> None:
        """The connection is over: leave everything."""
        client.end()
        for address in tuple(client.topics):
            topic = self._part(client, address)
            if not topic:
                self._linger(topic)

    def check(self) -> None:
        """Close what nobody came back to."""
        now = self._now()
        for address in [each for each, ends in self._lingering.items() if ends <= now]:
            self._close(self._topics[address])

    async def watch(self, interval: float = 1.0) -> None:
        """Check every `interval` seconds, until canceled."""
        while True:
            await asyncio.sleep(interval)
            self.check()

    def publish(self, address: str, message: str, key: str, payload: bytes) -> None:
        """A newer value of `key`. Costs nothing when nobody listens."""
        topic = self._topics.get(address)
        if topic is not None:
            self._publish(topic.next(message, key, payload))

    def append(self, address: str, message: str, epoch: str, seq: int, payload: bytes) -> None:
        """The next transaction of a lossless topic, numbered by its ledger."""
        if address in self._topics:
            self._publish(Update(address, message, epoch, seq, None, payload))

    def notify(self, address: str, message: str, payload: bytes, *, retained: bool) -> None:
        """A notice about the topic; a retained one is told to newcomers until one that is not."""
        topic = self._topics.get(address)
        if topic is not None:
            notice = Update(
                address, message, topic.epoch, topic.seq, message, payload, True, retained
            )
            self._publish(notice)

    def gap(self, address: str, epoch: str, seq: int) -> None:
        """Tell everybody on the topic that what came before this place cannot be had."""
        topic = self._topics.get(address)
        if topic is not None:
            self._tick.release(topic)
            now = Joined(epoch, seq)
            for client, last in topic.move(now):
                self._tell_gap(client, topic, now, last)
            if self.relay is not None:
                self.relay.gap(address, (epoch, seq))

    def enter(self, client: Client, address: str, source: Source, place: Place) -> None:
        """Join at a place that another process has told, in one step with its answer."""
        self._admit(client, self._topic(address, source), Joined(*place))

    def hold(self, address: str) -> None:
        """Keep an open topic open for those who follow it through the relay."""
        self._topics[address].held = True

    def release(self, address: str, *, lost: bool) -> None:
        """Nobody follows it through the relay; whoever was lost may come back in a moment."""
        topic = self._topics[address]
        topic.held = False
        if not topic and lost:
            self._linger(topic)
        elif not topic:
            self._close(topic)

    def deliver(self, update: Update) -> None:
        """Hand an update to the subscribers of this process, as the same bytes to each."""
        topic = self._topics.get(update.topic)
        if topic is None:
            return
        if update.notice:
            topic.note(update)
            self._tick.add(topic, frames.notice(update))
        elif topic.advance(update):
            self._tick.add(topic, frames.update(update))
        else:
            self._tick.release(topic)
            self._tick.put(topic.due(update), frames.update(update))

    def send(self, client: Client, frame: bytes, *, lossless: bool = False) -> None:
        """A frame for one client: an answer, a notice."""
        self._tick.send(client, Frame(frame, lossless=lossless))

    def flush(self) -> None:
        """The end of the tick: each client that has something due gets it in one write."""
        self._tick.end()

    def _join(
        self, client: Client, address: str, source: Source, resume: Place | None, answer: Answer
    ) -> None:
        topic = self._topic(address, source)
        missed = None if resume is None or source.lossless else topic.missed(resume)
        if resume is not None and missed is not None:
            self.resumed += 1
            joined = Joined(*resume, resumed=True)
        else:
            joined = self._state(topic, None if resume is None else False)
        self.send(client, answer(joined))
        for update in missed or ():
            self._tick.put((client,), frames.update(update))
        self._seat(client, topic, joined)

    async def _catch_up(
        self, client: Client, address: str, source: Source, resume: Place, answer: Answer
    ) -> None:
        """Send what the source has kept page by page, at the pace of the client, then join."""
        page = await source.after(*resume)
        self.leave(client, address)
        if page is None:
            self._join(client, address, source, resume, answer)
            return
        self.resumed += 1
        self.send(client, answer(Joined(*resume, resumed=True)))
        place = resume
        while page is not None and not client.closed:
            if not page and self._go_live(client, address, source, place):
                return
            place = self._send_page(client, address, source, place, page)
            await client.room()
            page = await _next_page(source, place)
        self._go_on(client, address, source, place)

    def _send_page(
        self, client: Client, address: str, source: Source, place: Place, page: Page
    ) -> Place:
        epoch, seq = place
        for seq, payload in page:
            missed = Update(address, f"{source.family}.update", epoch, seq, None, payload)
            self._tick.put((client,), frames.update(missed))
        return epoch, seq

    def _go_live(self, client: Client, address: str, source: Source, place: Place) -> bool:
        """Join, unless more was booked since the last page was read."""
        if source.snapshot()[1] != place:
            return False
        self._seat(client, self._topic(address, source), Joined(*place))
        return True

    def _go_on(self, client: Client, address: str, source: Source, place: Place) -> None:
        """What is missing between a place and now cannot be had."""
        if client.closed:
            return
        topic = self._topic(address, source)
        now = self._state(topic, None)
        self._seat(client, topic, now)
        self._tell_gap(client, topic, now, place[1])

    def _seat(self, client: Client, topic: Topic, joined: Joined) -> None:
        self._admit(client, topic, joined)
        for notice in topic.notices.values():
            self._tick.put((client,), frames.notice(notice))

    def _admit(self, client: Client, topic: Topic, joined: Joined) -> None:
        self._lingering.pop(topic.address, None)
        topic.join(client, joined)
        client.topics.add(topic.address)

    def _publish(self, update: Update) -> None:
        self.deliver(update)
        if self.relay is not None:
            self.relay.take(update)

    def _state(self, topic: Topic, resumed: bool | None) -> Joined:
        try:
            return topic.state(resumed)
        except BaseException:
            if not topic and topic.address not in self._lingering:
                self._close(topic)
            raise

    def _tell_gap(self, client: Client, topic: Topic, now: Joined, last: int) -> None:
        self.gaps += 1
        self.send(client, frames.gap(topic.source.family, topic.address, now, last))

    def _topic(self, address: str, source: Source) -> Topic:
        """For somebody who joins now, so after all that was published."""
        topic = self._topics.get(address)
        if topic is None:
            return self._open(address, source)
        self._tick.release(topic)
        return topic

    def _open(self, address: str, source: Source) -> Topic:
        self._opened += 1
        topic = Topic(address, f"{self._epoch}-{self._opened}", source, self._keys_per_topic)
        self._topics[address] = topic
        try:
            source.opened()
        except BaseException:
            self._drop(topic)
            raise
        self._tick.release(topic)  # what it told at once is kept for whoever joins
        return topic

    def _part(self, client: Client, address: str) -> Topic:
        client.topics.discard(address)
        client.discard(address)
        topic = self._topics[address]
        topic.leave(client)
        return topic

    def _linger(self, topic: Topic) -> None:
        """A client that was cut off comes back in a moment; a ledger does not need us for that."""
        if topic.source.lossless or self._resume_window <= 0:
            self._close(topic)
        else:
            self._lingering[topic.address] = self._now() + self._resume_window

    def _close(self, topic: Topic) -> None:
        self._drop(topic)
        try:
            topic.source.closed()
        except Exception:
            log.exception("closing %s failed", topic.address)

    def _drop(self, topic: Topic) -> None:
        self._lingering.pop(topic.address, None)
        del self._topics[topic.address]


async def _next_page(source: Source, place: Place) -> Page | None:
    try:
        return await source.after(*place)
    except Exception:
        log.exception("what a client has missed could not be read")
        return None
