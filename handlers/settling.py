"""Waiting until what is under way in the accounts is stored."""

import asyncio
from collections.abc import Collection, Iterable
from typing import Any, Final

from handlers.writer import AccountWriter

ROUNDS: Final = 20
"""New work comes while the old is waited for; under unceasing load nobody waits for ever."""


async def settled(
    tasks: Collection[asyncio.Task[object]], writers: Iterable[AccountWriter]
) -> None:
    """Returns when nothing is under way. What fails has been told, and is nothing to wait for."""
    for _ in range(ROUNDS):
        under_way: set[asyncio.Future[Any]] = set(tasks)
        under_way |= {item.under_way for item in writers if item.under_way is not None}
        if not under_way:
            return
        await asyncio.wait(under_way)
