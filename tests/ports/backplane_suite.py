"""What every backplane promises. An implementation's test class derives and makes it."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from handlers.realtime.backplane import Backplane, Update


class BackplaneSuite(ABC):
    @abstractmethod
    def backplane(self) -> AbstractAsyncContextManager[Backplane]:
        """One that has not been started, and its end."""

    @asynccontextmanager
    async def started(self) -> AsyncIterator[tuple[Backplane, list[Update]]]:
        async with self.backplane() as backplane:
            delivered: list[Update] = []
            await backplane.start(delivered.append)
            yield backplane, delivered
            await backplane.stop()

    async def test_subscribed_topics_are_delivered_in_order(self) -> None:
        async with self.started() as (backplane, delivered):
            backplane.subscribe("a")
            updates = [update("a", seq) for seq in range(1, 101)]
            for each in updates:
                backplane.publish(each)
            await arrived(delivered, 100)
            assert delivered == updates

    async def test_other_topics_are_not(self) -> None:
        async with self.started() as (backplane, delivered):
            backplane.subscribe("a")
            backplane.publish(update("b", 1))
            backplane.publish(update("a", 2))
            await arrived(delivered, 1)
            assert [each.topic for each in delivered] == ["a"]

    async def test_nothing_follows_the_last_unsubscribe(self) -> None:
        async with self.started() as (backplane, delivered):
            backplane.subscribe("a")
            backplane.unsubscribe("a")
            backplane.subscribe("b")
            backplane.publish(update("a", 1))
            backplane.publish(update("b", 1))
            await arrived(delivered, 1)
            assert [each.topic for each in delivered] == ["b"]

    async def test_unsubscribing_twice_is_harmless(self) -> None:
        async with self.started() as (backplane, _):
            backplane.unsubscribe("a")
            backplane.subscribe("a")
            backplane.unsubscribe("a")
            backplane.unsubscribe("a")

    async def test_bytes_arrive_as_they_were(self) -> None:
        async with self.started() as (backplane, delivered):
            backplane.subscribe("ü:1")
            sent = Update("ü:1", "ü.update", "e", 9_007_199_254_740_991, None, b'{"a":"\xc3\xbc"}')
            backplane.publish(sent)
            await arrived(delivered, 1)
            assert delivered == [sent]

    async def test_nothing_is_delivered_after_the_end(self) -> None:
        async with self.backplane() as backplane:
            delivered: list[Update] = []
            await backplane.start(delivered.append)
            backplane.subscribe("a")
            await backplane.stop()
            backplane.publish(update("a", 1))
            await asyncio.sleep(0)
            assert delivered == []


def update(topic: str, seq: int) -> Update:
    return Update(topic, f"{topic}.update", "e", seq, "", b"{}")


async def arrived(delivered: list[Update], count: int) -> None:
    """Wait, five seconds at most, until so many were delivered."""
    for _ in range(1_000):
        if len(delivered) >= count:
            return
        await asyncio.sleep(0.005)
