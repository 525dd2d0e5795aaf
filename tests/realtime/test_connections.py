"""One clock for the checks of all connections."""

import asyncio
from itertools import pairwise
from typing import cast

from handlers.realtime.connection import Connection
from handlers.realtime.connections import Connections
from handlers.realtime.policy import Policy


class Standing:
    """Ends when it is told."""

    closed = None

    def __init__(self) -> None:
        self.checks = 0
        self.over = asyncio.Event()

    async def run(self) -> None:
        await self.over.wait()

    def check(self) -> None:
        self.checks += 1


async def test_others_get_their_turn_while_many_are_checked() -> None:
    connections = Connections(Policy())
    standing = [Standing() for _ in range(1_000)]
    tasks = [
        asyncio.ensure_future(connections.serve(cast(Connection, each), None, ""))
        for each in standing
    ]
    await asyncio.sleep(0)
    watching = asyncio.ensure_future(connections.watch(0))
    checked: list[int] = []
    while not standing[-1].checks:
        await asyncio.sleep(0)
        checked.append(sum(each.checks for each in standing))
    watching.cancel()
    steps = [after - before for before, after in pairwise(checked)]
    assert len(checked) >= 10
    assert max(steps) <= 100
    for each in standing:
        each.over.set()
    await asyncio.gather(*tasks)
    assert len(connections) == 0
