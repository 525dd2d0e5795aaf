"""The backplane of a single process: publishing delivers at once."""

from typing_extensions import override

from handlers.realtime.backplane import Backplane, Deliver, Update


class MemoryBackplane(Backplane):
    def __init__(self) -> None:
        self._deliver: Deliver | None = None
        self._topics: set[str] = set()

    @override
    async def start(self, deliver: Deliver) -> None:
        self._deliver = deliver

    @override
    async def stop(self) -> None:
        self._deliver = None

    @override
    def subscribe(self, topic: str) -> None:
        self._topics.add(topic)

    @override
    def unsubscribe(self, topic: str) -> None:
        self._topics.discard(topic)

    @override
    def publish(self, update: Update) -> None:
        if self._deliver is not None and update.topic in self._topics:
            self._deliver(update)
