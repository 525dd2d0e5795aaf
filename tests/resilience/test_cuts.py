"""A socket that is cut at any byte while fills happen: the client always knows what REST knows."""

from pathlib import Path

import pytest

from tests.process import serving
from tests.resilience.scene import OPTIONS, Scene, scene, trading
from tests.scale import scaled


async def cut(scene: Scene, times: int) -> None:
    """So many connections end at a random byte; REST is read after each."""
    done = scene.proxy.cuts + times
    async with trading(scene):
        while scene.proxy.cuts < done:
            await scene.follower.connection()
            await scene.read()
    await scene.settle()


async def check_nothing_was_lost(scene: Scene) -> None:
    for account, stream in scene.accounts.items():
        assert stream.snapshots == 1, "all the rest was resumed"
        transactions = len(scene.books[account].transactions)
        assert transactions == scene.books[account].sequence - stream.log[0].place.seq
    await scene.check_bars()
    assert [line for line in scene.server.log if "rror" in line] == []


@pytest.mark.fuzz
async def test_the_state_equals_every_list_after_each_cut(tmp_path: Path) -> None:
    times = scaled(20, 100)
    for seed in range(1, scaled(1, 10) + 1):
        with serving(tmp_path / str(seed), **OPTIONS) as server:
            async with scene(server, seed) as played:
                await cut(played, times)
                await check_nothing_was_lost(played)
                assert all(book.compared >= times * 6 for book in played.books.values())


@pytest.mark.fuzz
async def test_an_account_that_begins_anew_meanwhile_is_no_exception(tmp_path: Path) -> None:
    """The recording ends every few seconds, and with it the epoch of who trades in it."""
    options = {**OPTIONS, "REPLAY_BAR_SECONDS": "0.05", "REPLAY_HISTORY": "3241"}
    with serving(tmp_path, **options) as server:
        async with scene(server, seed=41) as played:
            await cut(played, scaled(10, 200))
            live, replay = played.accounts.values()
            assert live.snapshots == 1
            assert len({entry.place.epoch for entry in replay.log}) > 1
