"""Beside clients that misbehave the others are served as ever, and memory does not grow."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

import pytest

from tests.process import ServerProcess, serving
from tests.resilience.abuse import HOW
from tests.scale import scaled
from tests.ws.raw_client import TEXT, RawClient, frame

_ROOT = Path(__file__).parents[2]
_PATIENCE = 1.0
"""Seconds within which everybody is answered, on a machine that is busy with other tests."""
_GROWTH = 64 * 1_024 * 1_024
_PACE = 0.02


@asynccontextmanager
async def abused(server: ServerProcess, how: str) -> AsyncIterator[None]:
    """Another process misbehaves meanwhile."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.resilience.abuse", how, server.address),
        cwd=_ROOT,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readline()
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def latencies(client: RawClient, count: int) -> list[float]:
    """Milliseconds from a question to its answer, sorted."""
    found = []
    for _ in range(count):
        asked = perf_counter()
        client.send(frame(TEXT, b'{"type":"ping"}'))
        assert (await client.answer())["type"] == "pong"
        found.append((perf_counter() - asked) * 1_000)
        await asyncio.sleep(_PACE)
    return sorted(found)


@pytest.mark.fuzz
async def test_the_others_are_served_as_ever(tmp_path: Path) -> None:
    count = scaled(20, 300)
    with serving(tmp_path, LOG_LEVEL="warning") as server:
        async with RawClient(f"ws://{server.address}/api/v1/ws") as client:
            tell("nobody", server, quiet := await latencies(client, count))
            at_rest = server.memory
            for how in HOW:
                async with abused(server, how):
                    tell(how, server, found := await latencies(client, count))
                assert found[count // 2] < quiet[count // 2] + _PATIENCE * 1_000
                assert server.memory < at_rest + _GROWTH
        assert len(server.log) == 1, server.log


def tell(how: str, server: ServerProcess, found: list[float]) -> None:
    half, most = found[len(found) // 2], found[len(found) * 99 // 100]
    memory = server.memory / 1_048_576
    print(f"{how:26} p50 {half:7.2f} ms  p99 {most:7.2f} ms  {memory:6.1f} MiB")
