"""Work that goes on beside the requests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

from handlers.operations.logging import logger

log = logger(__name__)


def end_of_tick(callback: Callable[[], None]) -> None:
    """Call back when all that is due in this turn of the event loop has run."""
    asyncio.get_running_loop().call_soon(callback)


@asynccontextmanager
async def running(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Keep the work running meanwhile; none of it may end by itself."""
    tasks = [asyncio.create_task(each) for each in work]
    for task in tasks:
        task.add_done_callback(_ended)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        log.error("background work ended", exc_info=task.exception())
