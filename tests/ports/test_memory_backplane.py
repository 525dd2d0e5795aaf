from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from typing_extensions import override

from handlers.realtime.backplane import Backplane
from handlers.realtime.memory_backplane import MemoryBackplane
from tests.ports.backplane_suite import BackplaneSuite


class TestMemoryBackplane(BackplaneSuite):
    @override
    def backplane(self) -> AbstractAsyncContextManager[Backplane]:
        return _memory()


@asynccontextmanager
async def _memory() -> AsyncIterator[Backplane]:
    yield MemoryBackplane()
