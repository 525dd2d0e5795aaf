"""The record of each account's daily equity: worked out once a day is over, stored, and kept."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Final, Protocol, final

from generated.models import Resolution
from handlers.market.bars import Bar, BarPage
from handlers.market.symbols import Symbol
from handlers.storage.equity_days import EquityDays
from handlers.storage.ledger import LedgerUnavailable
from handlers.trading.accounts.account import AccountState, AccountView
from handlers.trading.positions.conversion import pair_for
from handlers.trading.reporting.equity import DAY, EquityDay, equity_days

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
        self._looked: dict[str, tuple[int, int]] = {}
        """By account the beginning of its epoch and the day up to which all is recorded."""
        self._traded: dict[str, tuple[int, int, frozenset[str]]] = {}
        """By account the beginning of its epoch, and the symbols traded up to that transaction."""

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
            except Exception:
                log.exception("equity of %s is not recorded", state.account_id)
            await asyncio.sleep(0)  # others first: there may be many accounts

    async def days(self, view: AccountView) -> tuple[EquityDay, ...]:
        """All trading days of the view's epoch that are over, oldest first.

        Raises LedgerUnavailable.
        """
        await self._record(view)
        return await self._days.read(view.identity.account_id, view.began)

    def today(self, view: AccountView) -> int | None:
        """The day that is not over yet; None for an account without a symbol that is offered."""
        times = [self._prices.market_time(item) for item in self._offered(view)]
        return max(times) // DAY * DAY if times else None

    async def _record(self, view: AccountView) -> None:
        account_id, began = view.identity.account_id, view.began
        today = self.today(view)
        if today is None or self._looked.get(account_id) == (began, today):
            return
        stored = await self._days.read(account_id, began)
        after = stored[-1].day if stored else None
        if missing := await self._missing(view, after, today):
            await self._days.save(account_id, began, missing)
        self._looked[account_id] = began, today

    async def _missing(
        self, view: AccountView, after: int | None, before: int
    ) -> tuple[EquityDay, ...]:
        first = view.executions()[0].market_time if after is None else after
        start = max(0, first - LOOK_BACK)
        symbols, pairs = self._offered(view), self._pairs(view)
        await self._prices.ready(*symbols, *(pair.id for pair in pairs.values()))

        def bars(symbol: str) -> tuple[Bar, ...]:
            return self._prices.history(symbol, Resolution.DAY, start, before).bars

        def work() -> tuple[EquityDay, ...]:
            closes = {item: bars(item) for item in symbols}
            currency = view.balance.currency
            rates = {
                item: (bars(pair.id), pair.currency != currency) for item, pair in pairs.items()
            }
            return equity_days(view, closes, after, before, rates)

        return await asyncio.to_thread(work)

    def _pairs(self, view: AccountView) -> dict[str, Symbol]:
        """By symbol in another currency the pair that converts it."""
        offered = (self._prices.symbol(item) for item in self._offered(view))
        currency = view.balance.currency
        found = (
            (item, pair_for(item, currency, self._prices))
            for item in offered
            if item is not None and item.currency != currency
        )
        return {item.id: pair for item, pair in found if pair is not None}

    def _offered(self, view: AccountView) -> tuple[str, ...]:
        """The symbols that it has traded and that still have prices."""
        traded = self._symbols(view)
        return tuple(item for item in sorted(traded) if self._prices.symbol(item) is not None)

    def _symbols(self, view: AccountView) -> frozenset[str]:
        account_id, began = view.identity.account_id, view.began
        known, sequence, symbols = self._traded.get(account_id, (began, 0, frozenset[str]()))
        if known != began:
            sequence, symbols = 0, frozenset()
        symbols |= {item.symbol for item in view.executions(sequence)}
        self._traded[account_id] = began, view.sequence, symbols
        return symbols
