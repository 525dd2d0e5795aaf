"""What every backplane promises. An implementation's test class derives and makes them."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import pytest

from handlers.realtime.backplane import Backplane, Unlinked


class Process:
    """One process's end of a backplane, and what it was told."""

    def __init__(self, backplane: Backplane) -> None:
        self.backplane = backplane
        self.received: list[tuple[str, bytes]] = []
        self.links: list[bool] = []

    async def start(self) -> None:
        await self.backplane.start(
            lambda channel, message: self.received.append((channel, message)), self.links.append
        )
        await until(lambda: self.links == [True])


class BackplaneSuite(ABC):
    @abstractmethod
    def backplane(self) -> AbstractAsyncContextManager[Backplane]:
        """One that has not been started; all of a test reach each other."""

    @asynccontextmanager
    async def processes(self, count: int) -> AsyncIterator[list[Process]]:
        async with AsyncExitStack() as stack:
            started = []
            for _ in range(count):
                process = Process(await stack.enter_async_context(self.backplane()))
                stack.push_async_callback(process.backplane.stop)
                await process.start()
                started.append(process)
            yield started

    async def test_messages_reach_another_process_in_order(self) -> None:
        async with self.processes(2) as (one, other):
            await other.backplane.subscribe("a")
            sent = [("a", b"%d" % number) for number in range(2_000)]
            for channel, message in sent:
                one.backplane.publish(channel, message)
            await until(lambda: len(other.received) == len(sent))
            assert other.received == sent
            assert one.received == []

    async def test_channels_of_one_publisher_keep_their_order_too(self) -> None:
        async with self.processes(2) as (one, other):
            for channel in ("a", "b"):
                await other.backplane.subscribe(channel)
            sent = [("ab"[number % 2], b"%d" % number) for number in range(100)]
            for channel, message in sent:
                one.backplane.publish(channel, message)
            await until(lambda: len(other.received) == len(sent))
            assert other.received == sent

    async def test_every_subscribed_process_gets_a_message_and_no_other(self) -> None:
        async with self.processes(3) as (one, two, three):
            await one.backplane.subscribe("a")
            await two.backplane.subscribe("a")
            await three.backplane.subscribe("b")
            two.backplane.publish("a", b"1")
            two.backplane.publish("b", b"2")
            await until(lambda: all(each.received for each in (one, two, three)))
            assert one.received == two.received == [("a", b"1")]
            assert three.received == [("b", b"2")]

    async def test_publishing_delivers_nothing_before_it_returns(self) -> None:
        async with self.processes(1) as (one,):
            await one.backplane.subscribe("a")
            one.backplane.publish("a", b"1")
            assert one.received == []
            await until(lambda: one.received == [("a", b"1")])

    async def test_bytes_arrive_as_they_were(self) -> None:
        async with self.processes(2) as (one, other):
            await other.backplane.subscribe("ü:1")
            message = bytes(range(256)) * 1_000 + b"\r\n"
            one.backplane.publish("ü:1", message)
            await until(lambda: bool(other.received))
            assert other.received == [("ü:1", message)]

    async def test_subscribing_twice_delivers_once(self) -> None:
        async with self.processes(2) as (one, other):
            await other.backplane.subscribe("a")
            await other.backplane.subscribe("a")
            await other.backplane.subscribe("end")
            one.backplane.publish("a", b"1")
            one.backplane.publish("end", b"")
            await until(lambda: ("end", b"") in other.received)
            assert other.received == [("a", b"1"), ("end", b"")]

    async def test_what_was_published_before_the_end_is_sent_and_nothing_comes_after(self) -> None:
        async with self.processes(2) as (one, other):
            for process in (one, other):
                await process.backplane.subscribe("a")
            one.backplane.publish("a", b"last")
            await one.backplane.stop()
            await until(lambda: other.received == [("a", b"last")])
            one.received.clear()
            other.backplane.publish("a", b"more")
            one.backplane.publish("a", b"late")
            await until(lambda: len(other.received) == 2)
            assert other.received[1] == ("a", b"more")
            assert one.received == []

    async def test_a_message_that_cannot_be_taken_does_not_stop_the_next(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with self.processes(1) as (one,), self.backplane() as other:
            taken: list[bytes] = []

            def take(channel: str, message: bytes) -> None:
                if message == b"bad":
                    raise LookupError(channel)
                taken.append(message)

            await other.start(take, lambda _: None)
            await other.subscribe("a")
            await until(lambda: _probes(other))
            for message in (b"bad", b"good"):
                one.backplane.publish("a", message)
            await until(lambda: taken == [b"good"])
            await other.stop()
        assert "could not be taken" in caplog.text

    async def test_a_linked_backplane_is_well(self) -> None:
        async with self.processes(1) as (one,):
            await one.backplane.probe()


def _probes(backplane: Backplane) -> bool:
    probe = backplane.probe()
    try:
        probe.send(None)
    except StopIteration:
        return True
    except Unlinked:
        return False
    return True


async def until(holds: Callable[[], bool]) -> None:
    """Wait, ten seconds at most, until something holds."""
    for _ in range(2_000):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come about within 10 s")
