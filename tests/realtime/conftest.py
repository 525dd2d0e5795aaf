from collections.abc import AsyncIterator

import pytest_asyncio

from tests.realtime.doubles import Stage


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    yield stage
    await stage.hub.stop()
