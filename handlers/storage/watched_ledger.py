"""A ledger that knows whether it takes writes, and tells when that changes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar, final

from typing_extensions import override

from handlers.clock import Clock
from handlers.storage.ledger import Ledger, LedgerAccount, LedgerUnavailable
from handlers.trading.ledger.transactions import Transaction

log = logging.getLogger(__name__)

INTERVAL: Final = 1.0
"""Seconds between two attempts while it does not take writes."""
PATIENCE: Final = 5.0
"""Seconds after which an attempt has failed."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Availability:
    """Since when, in Unix milliseconds, the ledger does take writes or does not."""

    available: bool
    since: int


@final
class WatchedLedger(Ledger):
    """Nothing is asked of a ledger that works; one that failed is probed until it works again.

    `probe` returns when the ledger can be read and written, and raises when not.
    """

    def __init__(
        self, ledger: Ledger, clock: Clock, probe: Callable[[], Awaitable[object]]
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._probe = probe
        self._listeners: list[Callable[[], None]] = []
        self.availability = Availability(True, clock.now())

    def add_listener(self, listener: Callable[[], None]) -> None:
        """Called after `availability` changed; must not wait or raise."""
        self._listeners.append(listener)

    async def run(self) -> None:
        """Check until canceled."""
        while True:
            await asyncio.sleep(INTERVAL)
            await self.check()

    async def check(self) -> None:
        """Probe the ledger if it failed."""
        if self.availability.available:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._probe()
        except Exception as error:
            log.debug("the ledger does not take writes yet: %s", type(error).__name__)
        else:
            self._set(True)

    @override
    async def append(self, transaction: Transaction, expected_sequence: int) -> None:
        await self._watch(self._ledger.append(transaction, expected_sequence))
        self._set(True)

    @override
    async def append_all(self, transactions: Sequence[Transaction]) -> None:
        await self._watch(self._ledger.append_all(transactions))
        self._set(True)

    @override
    async def read(
        self, account_id: str, after: int = 0, limit: int | None = None
    ) -> tuple[Transaction, ...]:
        return await self._watch(self._ledger.read(account_id, after, limit))

    @override
    async def accounts(self) -> tuple[LedgerAccount, ...]:
        return await self._watch(self._ledger.accounts())

    async def _watch(self, work: Awaitable[T]) -> T:
        try:
            return await work
        except LedgerUnavailable:
            self._set(False)
            raise

    def _set(self, available: bool) -> None:
        if available is self.availability.available:
            return
        self.availability = Availability(available, self._clock.now())
        log.warning("the ledger takes writes again" if available else "the ledger takes no writes")
        for listener in self._listeners:
            listener()
