from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from typing_extensions import override

from handlers.realtime.backplane import Backplane, Unlinked
from handlers.realtime.memory_backplane import Exchange, MemoryBackplane
from tests.ports.backplane_suite import BackplaneSuite, until


class TestMemoryBackplane(BackplaneSuite):
    @pytest.fixture(autouse=True)
    def exchange(self) -> Exchange:
        self._exchange = Exchange()
        return self._exchange

    @override
    def backplane(self) -> AbstractAsyncContextManager[Backplane]:
        return self._backplane()

    @asynccontextmanager
    async def _backplane(self) -> AsyncIterator[Backplane]:
        yield MemoryBackplane(self._exchange)

    async def test_a_cut_is_told_and_loses_what_is_published(self, exchange: Exchange) -> None:
        async with self.processes(2) as (one, other):
            await other.backplane.subscribe("a")
            exchange.cut()
            one.backplane.publish("a", b"lost")
            with pytest.raises(Unlinked):
                await one.backplane.probe()
            exchange.heal()
            assert one.links == other.links == [True, False, True]
            one.backplane.publish("a", b"1")
            await until(lambda: other.received == [("a", b"1")])
