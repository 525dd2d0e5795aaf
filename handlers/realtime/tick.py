"""One turn of the event loop: what changed in it leaves at its end, in one write a client."""

import logging
from collections.abc import Callable, Iterable

from handlers.realtime.client import Client
from handlers.realtime.frame import Frame
from handlers.realtime.topic import Topic

log = logging.getLogger(__name__)

Schedule = Callable[[Callable[[], None]], object]


class Tick:
    """`schedule` runs a callback at the end of the turn; `now` is in milliseconds."""

    def __init__(self, schedule: Schedule, now: Callable[[], int]) -> None:
        self._schedule = schedule
        self._now = now
        self._scheduled = False
        self._changed: list[Topic] = []
        self._due: list[Client] = []
        self.deliveries = 0
        self.conflated = 0

    def add(self, topic: Topic, frame: Frame) -> None:
        """For all members of the topic; an older value of this turn is replaced for all at once."""
        pending = topic.pending
        if not pending:
            self._changed.append(topic)
            self._wake()
        slot = frame.slot or frame
        if pending.pop(slot, None) is not None:
            self.conflated += len(topic.members)
        pending[slot] = frame

    def release(self, topic: Topic) -> None:
        """Give the members what has been added: whoever joins from here on comes after it."""
        if topic.pending:
            frames = list(topic.pending.values())
            topic.pending.clear()
            self.deliveries += len(frames) * len(topic.members)
            for frame in frames:
                self._put(topic.members, frame)

    def put(self, clients: Iterable[Client], frame: Frame) -> None:
        """For some of a topic's members."""
        for client in clients:
            self.deliveries += 1
            self.send(client, frame)

    def send(self, client: Client, frame: Frame) -> None:
        """For one client alone: an answer, a notice."""
        self._put((client,), frame)
        self._wake()

    def end(self) -> None:
        """Each client that has something due gets it in one write."""
        self._scheduled = False
        changed, self._changed = self._changed, []
        for topic in changed:
            self.release(topic)
        due, self._due = self._due, []
        now = self._now()
        for client in due:
            try:
                self.conflated += client.flush(now)
            except Exception:
                log.exception("a client could not be written to")
                client.fail()

    def _put(self, clients: Iterable[Client], frame: Frame) -> None:
        """The innermost loop of the product."""
        due = self._due
        for client in clients:
            fresh = client.fresh
            if not fresh:
                due.append(client)
            fresh.append(frame)

    def _wake(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._schedule(self.end)
