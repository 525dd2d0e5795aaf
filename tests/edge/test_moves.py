"""Clients whose every connection may lead to the other process: they know what REST knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.process import ServerProcess, serving
from tests.resilience.proxy import Cut
from tests.resilience.scene import OPTIONS, Scene, scene
from tests.resilience.test_cuts import check_nothing_was_lost, cut
from tests.resilience.typescript import typescript_scene
from tests.scale import scaled
from tests.valkey_server import valkey_server


@contextmanager
def two_processes(data_dir: Path) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    """The server, and a process with streams alone."""
    with valkey_server() as valkey:
        options = {**OPTIONS, "BACKPLANE_URL": valkey.url}
        with (
            serving(data_dir, **options) as server,
            serving(data_dir, "stream", **options) as edge,
        ):
            yield server, edge


def let_it_move(played: Scene, *processes: ServerProcess) -> None:
    """The next connections lead to any of them."""
    plan = played.proxy.plan

    def anywhere() -> Cut:
        played.proxy.target = played.random.choice(processes).address
        return plan()

    played.proxy.plan = anywhere


@pytest.mark.fuzz
async def test_nothing_is_lost_between_two_processes(tmp_path: Path) -> None:
    times = scaled(20, 100)
    for seed in range(61, 61 + scaled(1, 10)):
        with two_processes(tmp_path / str(seed)) as (server, edge):
            async with scene(server, seed) as played:
                let_it_move(played, server, edge)
                await cut(played, times)
                await check_nothing_was_lost(played)
                assert all(book.compared >= times * 6 for book in played.books.values())
            assert [line for line in edge.log if "rror" in line] == []


@pytest.mark.fuzz
async def test_nothing_is_lost_by_the_generated_client_either(tmp_path: Path) -> None:
    times = scaled(10, 100)
    for seed in range(81, 81 + scaled(1, 10)):
        with two_processes(tmp_path / str(seed)) as (server, edge):
            async with typescript_scene(server, seed) as played:
                let_it_move(played, server, edge)
                await cut(played, times)
                await check_nothing_was_lost(played)
            assert [line for line in edge.log if "rror" in line] == []
