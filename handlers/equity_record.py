"""The record of each account's daily equity: worked out once a day is over, stored, and kept."""

import asyncio
import logging
from collections.abc import Collection, Iterable
from typing import Final, Protocol, final

from generated.models import Resolution
from handlers.market.bars import Bar, BarPage
from handlers.market.symbols import Symbol
from handlers.storage.equity_days import EquityDays
from handlers.storage.ledger import LedgerUnavailable
from handlers.trading.account import AccountState, AccountView
from handlers.trading.conversion import pair_for
from handlers.trading.equity import DAY, EquityDay, Pairs, equity_days

log = logging.getLogger(__name__)

INTERVAL: Final = 60.0
"""Seconds between two looks for days that are over."""
LOOK_BACK: Final = 30 * DAY
"""So long before a day a close may be that values a symbol without one of that day."""


class Prices(Protocol):
    """Daily bars by symbol; all but `symbol` raise KeyError for unknown ones."""

    def symbol(self, symbol_id: str) -> Symbol | None: ...

    def pairs(self) -> tuple[Symbol, ...]: ...

    def market_time(self, symbol_id: str) -> int: ...

    async def ready(self, *symbol_ids: str) -> None: ...

    def history(
        self, symbol_id: str, resolution: Resolution, start: int | None, end: int | None
    ) -> BarPage: ...


class Accounts(Protocol):
    def states(self) -> Iterable[AccountState]: ...


@final
class EquityRecord:
    def __init__(self, accounts: Accounts, prices: Prices, days: EquityDays) -> None:
        self._accounts = accounts
        self._prices = prices
        self._days = days
        self._looked: dict[str, tuple[str, int]] = {}
        """By account the epoch and the day up to which all is recorded."""
        self._traded: dict[str, tuple[str, int, frozenset[str]]] = {}
        """By account its epoch, and the symbols traded in it by that transaction."""

    async def run(self) -> None:
        """Record until canceled."""
        while True:
            await asyncio.sleep(INTERVAL)
            await self.catch_up()

    async def catch_up(self) -> None:
        """Records the days that are over, for all accounts that have traded."""
        for state in tuple(self._accounts.states()):
            try:
                await self._record(state.view())
            except LedgerUnavailable as error:
                log.warning("equity of %s is not recorded: %s", state.account_id, error)
            await asyncio.sleep(0)  # others first: there may be many accounts

    async def days(self, view: AccountView) -> tuple[EquityDay, ...]:
        """All trading days of the view's epoch that are over, oldest first.

        Raises LedgerUnavailable.
        """
        await self._record(view)
        return await self._days.read(view.identity.account_id, view.as_of.epoch)

    def today(self, view: AccountView) -> int | None:
        """The day that is not over yet; None for an account without a symbol that is offered."""
        times = [self._prices.market_time(item) for item in self._offered(view)]
        return max(times) // DAY * DAY if times else None

    async def _record(self, view: AccountView) -> None:
        account_id, epoch = view.identity.account_id, view.as_of.epoch
        today = self.today(view)
        if today is None or self._looked.get(account_id) == (epoch, today):
            return
        stored = await self._days.read(account_id, epoch)
        after = stored[-1].day if stored else None
        start = self._start(view, after)
        closes = await self._closes(self._offered(view), start, today)
        pairs = await self._pairs_of(view, start, today)
        if missing := equity_days(view, closes, after, today, pairs):
            await self._days.save(account_id, epoch, missing)
        self._looked[account_id] = epoch, today

    def _start(self, view: AccountView, after: int | None) -> int:
        first = view.executions()[0].market_time if after is None else after
        return max(0, first - LOOK_BACK)

    async def _closes(
        self, symbols: Collection[str], start: int, before: int
    ) -> dict[str, tuple[Bar, ...]]:
        await self._prices.ready(*symbols)

        def read() -> dict[str, tuple[Bar, ...]]:
            return {
                item: self._prices.history(item, Resolution.DAY, start, before).bars
                for item in symbols
            }

        return await asyncio.to_thread(read)

    async def _pairs_of(self, view: AccountView, start: int, before: int) -> Pairs:
        currency = view.balance.currency
        found: dict[str, Symbol] = {}
        for item in self._offered(view):
            symbol = self._prices.symbol(item)
            pair = pair_for(symbol, currency, self._prices) if symbol else None
            if pair is not None:
                found[item] = pair
        closes = await self._closes({pair.id for pair in found.values()}, start, before)
        return {item: (closes[pair.id], pair.currency != currency) for item, pair in found.items()}

    def _offered(self, view: AccountView) -> tuple[str, ...]:
        """The symbols that it has traded and that still have prices."""
        traded = self._symbols(view)
        return tuple(item for item in sorted(traded) if self._prices.symbol(item) is not None)

    def _symbols(self, view: AccountView) -> frozenset[str]:
        account_id, epoch = view.identity.account_id, view.as_of.epoch
        known, sequence, symbols = self._traded.get(account_id, (epoch, 0, frozenset[str]()))
        if known != epoch:
            sequence, symbols = 0, frozenset()
        symbols |= {item.symbol for item in view.executions(sequence)}
        self._traded[account_id] = epoch, view.sequence, symbols
        return symbols
