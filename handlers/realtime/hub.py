"""The subscribers of this process: topics to clients, one write per client and tick."""

import logging
from collections.abc import Callable

from handlers.realtime.backplane import Backplane, Update
from handlers.realtime.client import Client
from handlers.realtime.topic import Joined, Source, Topic

log = logging.getLogger(__name__)

Schedule = Callable[[Callable[[], None]], object]


class Hub:
    """`schedule` runs a callback at the end of the tick; `now` is in milliseconds.

    `epoch` is different in each run of the process.
    """

    def __init__(
        self,
        backplane: Backplane,
        *,
        epoch: str,
        now: Callable[[], int],
        schedule: Schedule,
        topics_per_client: int = 1_024,
    ) -> None:
        self._backplane = backplane
        self._epoch = epoch
        self._now = now
        self._schedule = schedule
        self._topics_per_client = topics_per_client
        self._topics: dict[str, Topic] = {}
        self._opened = 0
        self._waiting: dict[Client, None] = {}
        self._scheduled = False
        self.deliveries = 0
        self.conflated = 0

    async def start(self) -> None:
        await self._backplane.start(self.deliver)

    async def stop(self) -> None:
        await self._backplane.stop()

    @property
    def topics(self) -> int:
        return len(self._topics)

    def watched(self, address: str) -> bool:
        return address in self._topics

    def admits(self, client: Client, address: str) -> bool:
        """Whether the client may have this topic besides those it has."""
        return address in client.topics or len(client.topics) < self._topics_per_client

    def join(self, client: Client, address: str, source: Source) -> Joined:
        """Subscribe, or take a fresh snapshot if the client is subscribed already."""
        topic = self._topics.get(address) or self._open(address, source)
        try:
            joined = topic.join(client)
        except BaseException:
            self._close_if_empty(topic)
            raise
        client.topics.add(address)
        return joined

    def leave(self, client: Client, address: str) -> bool:
        """False when the client was not subscribed."""
        if address not in client.topics:
            return False
        client.topics.discard(address)
        client.outbox.discard(address)
        topic = self._topics[address]
        topic.leave(client)
        self._close_if_empty(topic)
        return True

    def forget(self, client: Client) -> None:
        """The connection is over: leave everything."""
        client.closed = True
        self._waiting.pop(client, None)
        for address in tuple(client.topics):
            self.leave(client, address)

    def publish(self, address: str, message: str, key: str, payload: bytes) -> None:
        """A newer value of `key`. Costs nothing when nobody listens."""
        topic = self._topics.get(address)
        if topic is not None:
            self._backplane.publish(topic.next(message, key, payload))

    def append(self, address: str, message: str, epoch: str, seq: int, payload: bytes) -> None:
        """The next transaction of a lossless topic, numbered by its ledger."""
        if address in self._topics:
            self._backplane.publish(Update(address, message, epoch, seq, None, payload))

    def deliver(self, update: Update) -> None:
        """Hand an update to the subscribers of this process, as the same bytes to each."""
        topic = self._topics.get(update.topic)
        if topic is None:
            return
        frame = _frame(update)
        for client in topic.due(update):
            self._put(client, update, frame)

    def send(self, client: Client, frame: bytes) -> None:
        """A frame for one client: an answer, a notice."""
        client.outbox.append(frame)
        self._wake(client)

    def flush(self) -> None:
        """The end of the tick: each client that has something due gets it in one write."""
        self._scheduled = False
        waiting, self._waiting = self._waiting, {}
        now = self._now()
        for client in waiting:
            try:
                client.flush(now)
            except Exception:
                log.exception("a client could not be written to")

    def _put(self, client: Client, update: Update, frame: bytes) -> None:
        self.deliveries += 1
        if update.key is None:
            client.outbox.append(frame, lossless=True)
        elif client.outbox.replace(update.topic, update.key, frame):
            self.conflated += 1
        self._wake(client)

    def _wake(self, client: Client) -> None:
        if client.closed:
            return
        self._waiting[client] = None
        if not self._scheduled:
            self._scheduled = True
            self._schedule(self.flush)

    def _open(self, address: str, source: Source) -> Topic:
        self._opened += 1
        topic = Topic(address, f"{self._epoch}-{self._opened}", source)
        self._topics[address] = topic
        self._backplane.subscribe(address)
        try:
            source.opened()
        except BaseException:
            self._drop(topic)
            raise
        return topic

    def _close_if_empty(self, topic: Topic) -> None:
        if not topic:
            self._drop(topic)
            try:
                topic.source.closed()
            except Exception:
                log.exception("closing %s failed", topic.address)

    def _drop(self, topic: Topic) -> None:
        del self._topics[topic.address]
        self._backplane.unsubscribe(topic.address)


def _frame(update: Update) -> bytes:
    """Built by hand: the payload is JSON already and addresses need no escaping."""
    return b'{"type":"%b","topic":"%b","seq":%d,"payload":%b}' % (
        update.message.encode(),
        update.topic.encode(),
        update.seq,
        update.payload,
    )
