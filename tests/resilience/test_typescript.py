"""The generated client through the same cuts and kills as the independent one."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.process import serving
from tests.resilience.scene import OPTIONS
from tests.resilience.test_cuts import check_nothing_was_lost, cut
from tests.resilience.test_kill import kill_in_the_midst
from tests.resilience.typescript import typescript_scene
from tests.scale import scaled


@pytest.mark.fuzz
async def test_the_state_equals_every_list_after_each_cut(tmp_path: Path) -> None:
    times = scaled(15, 100)
    for seed in range(31, 31 + scaled(1, 10)):
        with serving(tmp_path / str(seed), **OPTIONS) as server:
            async with typescript_scene(server, seed) as played:
                await cut(played, times)
                await check_nothing_was_lost(played)
                assert all(book.compared >= 6 for book in played.books.values())


@pytest.mark.fuzz
async def test_an_account_that_begins_anew_meanwhile_is_no_exception(tmp_path: Path) -> None:
    options = {**OPTIONS, "REPLAY_BAR_SECONDS": "0.05", "REPLAY_HISTORY": "3241"}
    with serving(tmp_path, **options) as server:
        async with typescript_scene(server, seed=41) as played:
            await cut(played, scaled(15, 200))
            live, replay = played.accounts.values()
            assert live.snapshots == 1
            assert len({entry.place.epoch for entry in replay.log}) > 1


@pytest.mark.fuzz
async def test_the_stream_goes_on_after_kill_9(tmp_path: Path) -> None:
    kills = scaled(1, 25)
    with ExitStack() as servers:
        first = servers.enter_context(serving(tmp_path, **OPTIONS))
        async with typescript_scene(first, seed=51) as played:
            played.calm = True
            for _ in range(kills):
                await kill_in_the_midst(played)
                await played.moved(servers.enter_context(serving(tmp_path, **OPTIONS)))
                await played.settle()
            for stream in played.accounts.values():
                assert stream.snapshots == 1, "all the rest was resumed"
