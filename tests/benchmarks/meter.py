"""What a server process measures of itself while it publishes."""

import asyncio
import gc
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from tests.benchmarks.child import Answer

TEXT: Final = (
    '{"type":"quotes.update","topic":"quotes:S%02d","seq":%06d,"payload":{"time":%016d,'
    '"last":187.43,"bid":187.43,"ask":187.44,"bidSize":100,"size":50}}'
)
"""About 160 bytes, the size of a small quote or bar. `time` is a monotonic clock (microseconds)."""

_MEMORY: Final = Path("/proc/self/statm")

Tick = Callable[[int], Awaitable[None]]
"""Publish once to everybody, and return when all of it is with the transports."""


def text(topic: int, seq: int) -> str:
    return TEXT % (topic, seq, time.monotonic_ns() // 1_000)


async def measure(tick: Tick, ticks: int, burst: int = 10, pause: float = 0.01) -> Answer:
    """CPU time of this process, in microseconds, for so many ticks.

    Between two bursts the peers have `pause` seconds to read; that does not count.
    """
    gc.collect()
    await asyncio.sleep(pause)
    spent = 0
    for start in range(0, ticks, burst):
        before = time.process_time_ns()
        for number in range(start, min(start + burst, ticks)):
            await tick(number)
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        spent += time.process_time_ns() - before
        await asyncio.sleep(pause)
    return {"cpu": spent / 1_000}


async def memory() -> Answer:
    """Bytes of this process that are in memory."""
    gc.collect()
    pages = int(_MEMORY.read_text().split()[1])
    return {"bytes": pages * os.sysconf("SC_PAGE_SIZE")}
