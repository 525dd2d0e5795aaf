"""Clients whose every connection may lead to the other process: they know what REST knows."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from tests.process import ServerProcess, serving
from tests.resilience.proxy import Cut
from tests.resilience.scene import OPTIONS, Scene, scene
from tests.resilience.test_cuts import check_nothing_was_lost, cut
from tests.resilience.typescript import typescript_scene
from tests.scale import scaled
from tests.valkey_server import ValkeyServer, valkey_server


class Processes(NamedTuple):
    """The server, a process with streams alone, and what is between them."""

    server: ServerProcess
    edge: ServerProcess
    valkey: ValkeyServer


@contextmanager
def processes(data_dir: Path) -> Iterator[Processes]:
    with valkey_server() as valkey:
        options = {**OPTIONS, "BACKPLANE_URL": valkey.url}
        with (
            serving(data_dir, **options) as server,
            serving(data_dir, "stream", **options) as edge,
        ):
            yield Processes(server, edge, valkey)


@asynccontextmanager
async def dying(valkey: ValkeyServer, random: Random) -> AsyncIterator[None]:
    """It is killed again and again, and is back in a moment."""

    async def die() -> None:
        while True:
            await asyncio.sleep(1 + random.random())
            valkey.kill()
            await asyncio.sleep(random.random())
            valkey.start()

    task = asyncio.ensure_future(die())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    valkey.kill()
    valkey.start()


def let_it_move(played: Scene, to: Processes) -> None:
    """The next connections lead to either of them."""
    plan = played.proxy.plan

    def anywhere() -> Cut:
        played.proxy.target = played.random.choice((to.server, to.edge)).address
        return plan()

    played.proxy.plan = anywhere


@pytest.mark.fuzz
async def test_nothing_is_lost_between_two_processes(tmp_path: Path) -> None:
    times = scaled(20, 100)
    for seed in range(61, 61 + scaled(1, 10)):
        with processes(tmp_path / str(seed)) as all_of_them:
            async with scene(all_of_them.server, seed) as played:
                let_it_move(played, all_of_them)
                await cut(played, times)
                await check_nothing_was_lost(played)
                assert all(book.compared >= times * 6 for book in played.books.values())
            assert [line for line in all_of_them.edge.log if "rror" in line] == []


@pytest.mark.fuzz
async def test_nothing_is_lost_by_the_generated_client_either(tmp_path: Path) -> None:
    times = scaled(10, 100)
    for seed in range(81, 81 + scaled(1, 10)):
        with processes(tmp_path / str(seed)) as all_of_them:
            async with typescript_scene(all_of_them.server, seed) as played:
                let_it_move(played, all_of_them)
                await cut(played, times)
                await check_nothing_was_lost(played)
            assert [line for line in all_of_them.edge.log if "rror" in line] == []


@pytest.mark.fuzz
async def test_nothing_is_lost_while_what_is_between_them_dies_again_and_again(
    tmp_path: Path,
) -> None:
    for seed in range(201, 201 + scaled(1, 5)):
        with processes(tmp_path / str(seed)) as all_of_them:
            async with scene(all_of_them.server, seed) as played:
                let_it_move(played, all_of_them)
                async with dying(all_of_them.valkey, played.random):
                    await cut(played, scaled(6, 40))
                for account, stream in played.accounts.items():
                    assert stream.snapshots == 1, "all the rest was resumed"
                    book = played.books[account]
                    assert len(book.transactions) == book.sequence - stream.log[0].place.seq
