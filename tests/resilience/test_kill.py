"""The server is killed while fills happen and comes back: the stream goes on where it was."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.process import serving
from tests.resilience.scene import OPTIONS, Scene, scene, trading
from tests.scale import scaled

SLOWER = {**OPTIONS, "REPLAY_BAR_SECONDS": "0.5"}
"""The recording must not end, and with it the epoch of who trades in it, between the kills."""


async def kill_in_the_midst(scene: Scene) -> None:
    """While orders are under way, after some more transactions have come."""
    async with trading(scene):
        await scene.read()
        connection = asyncio.ensure_future(scene.follower.connection())
        enough = scene.transactions + scene.random.randrange(1, 30)
        await scene.follower.until(lambda: scene.transactions >= enough)
        scene.server.kill()
        await connection


@pytest.mark.fuzz
async def test_the_stream_goes_on_after_kill_9(tmp_path: Path) -> None:
    kills = scaled(1, 25)
    with ExitStack() as servers:
        first = servers.enter_context(serving(tmp_path, **SLOWER))
        async with scene(first, seed=21) as played:
            played.calm = True
            for _ in range(kills):
                await kill_in_the_midst(played)
                await played.moved(servers.enter_context(serving(tmp_path, **SLOWER)))
                await played.settle()
            for stream in played.accounts.values():
                assert stream.snapshots == 1, "all the rest was resumed"
            answered = {order for trader in played.traders for order in trader.answered}
            assert answered <= {order for book in played.books.values() for order in book.orders}
            assert played.bars.snapshots == 1 + kills
