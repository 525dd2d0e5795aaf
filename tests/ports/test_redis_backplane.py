"""The backplane on a real Valkey: the suite, and what only a server can show."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from typing_extensions import override

from handlers.realtime import redis_backplane
from handlers.realtime.backplane import Backplane, Unlinked
from handlers.realtime.redis_backplane import RedisBackplane
from tests.ports.backplane_suite import BackplaneSuite, until
from tests.valkey_server import ValkeyServer, valkey_server

PASSWORD = "not-a-real-password"


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with valkey_server(PASSWORD) as server:
        yield server


class TestRedisBackplane(BackplaneSuite):
    @pytest.fixture(autouse=True)
    def quick(self, server: ValkeyServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redis_backplane, "PAUSES", (0.005, 0.02))
        self.url = server.url

    @override
    def backplane(self) -> AbstractAsyncContextManager[Backplane]:
        return self._backplane()

    @asynccontextmanager
    async def _backplane(self) -> AsyncIterator[Backplane]:
        yield RedisBackplane(self.url, PASSWORD)

    async def test_it_heals_when_the_server_is_back(self, server: ValkeyServer) -> None:
        async with self.processes(2) as (one, other):
            await other.backplane.subscribe("a")
            server.kill()
            await until(lambda: one.links == other.links == [True, False])
            with pytest.raises(Unlinked):
                await one.backplane.probe()
            one.backplane.publish("a", b"lost")
            server.start()
            await until(lambda: one.links == other.links == [True, False, True])
            one.backplane.publish("a", b"1")
            await until(lambda: other.received == [("a", b"1")])

    async def test_a_channel_subscribed_in_an_outage_is_delivered_after_it(
        self, server: ValkeyServer
    ) -> None:
        async with self.processes(1) as (one,):
            server.kill()
            await until(lambda: one.links == [True, False])
            await one.backplane.subscribe("a")
            server.start()
            await until(lambda: one.links == [True, False, True])
            one.backplane.publish("a", b"1")
            await until(lambda: one.received == [("a", b"1")])

    async def test_a_silent_server_is_noticed_and_publishing_waits_for_nothing(
        self, server: ValkeyServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(redis_backplane, "PATIENCE", 0.2)
        monkeypatch.setattr(redis_backplane, "ASKED_EVERY", 0.05)
        async with self.processes(1) as (one,):
            await one.backplane.subscribe("a")
            server.pause()
            try:
                for _ in range(1_000):
                    one.backplane.publish("a", b"x" * 1_000)
                await until(lambda: one.links == [True, False])
            finally:
                server.resume()
            await until(lambda: one.links == [True, False, True])

    async def test_a_listener_that_fails_does_not_end_it(self, server: ValkeyServer) -> None:
        links: list[bool] = []

        def linked(is_linked: bool) -> None:
            links.append(is_linked)
            if not is_linked:
                raise RuntimeError

        backplane = RedisBackplane(self.url, PASSWORD)
        await backplane.start(lambda _channel, _message: None, linked)
        await until(lambda: links == [True])
        server.kill()
        await until(lambda: links == [True, False])
        server.start()
        await until(lambda: links == [True, False, True])
        await backplane.stop()

    async def test_what_waits_is_bounded(self) -> None:
        backplane = RedisBackplane(self.url, PASSWORD, queue_size=1_000)
        links: list[bool] = []
        await backplane.start(lambda _channel, _message: None, links.append)
        await until(lambda: links == [True])
        for _ in range(100):
            backplane.publish("a", bytes(100))
        assert backplane.dropped == 90
        await backplane.stop()

    async def test_databases_are_kept_apart(self, server: ValkeyServer) -> None:
        elsewhere = RedisBackplane(server.url.replace("/0", "/1"), PASSWORD)
        async with self.processes(1) as (one,):
            await one.backplane.subscribe("a")
            links: list[bool] = []
            await elsewhere.start(lambda _channel, _message: None, links.append)
            await until(lambda: links == [True])
            elsewhere.publish("a", b"theirs")
            await elsewhere.stop()
            one.backplane.publish("a", b"ours")
            await until(lambda: bool(one.received))
            assert one.received == [("a", b"ours")]

    async def test_a_wrong_password_is_told_without_it(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        backplane = RedisBackplane(self.url, "wrong-secret")
        await backplane.start(lambda _channel, _message: None, lambda _: None)
        await asyncio.sleep(0.05)
        with pytest.raises(Unlinked, match="AuthenticationError") as refusal:
            await backplane.probe()
        await backplane.stop()
        assert "wrong-secret" not in f"{refusal.value} {caplog.text}"
