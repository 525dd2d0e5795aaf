"""What trading brought: the equity of each day, trades, and figures of both."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import final

from typing_extensions import override

from generated import models
from generated.base import optional
from generated.rest.handlers import PerformanceHandler
from handlers import performance_wire, wire
from handlers.equity_record import EquityRecord
from handlers.excursions import ExcursionsOf
from handlers.market.symbols import canonical_id
from handlers.oms import Oms
from handlers.paging import page
from handlers.pnl import Pnl
from handlers.refusals import as_problems
from handlers.trading.accounts.account import AccountState, AccountView
from handlers.trading.market import Market
from handlers.trading.reporting import performance, returns
from handlers.trading.reporting.equity import EquityDay
from handlers.trading.reporting.performance import SymbolResult, TradeStatistics
from handlers.trading.reporting.trades import Trade, TradeBook


@dataclass(frozen=True, slots=True)
class _Curve:
    first: Decimal
    over: tuple[EquityDay, ...]
    all: tuple[EquityDay, ...]
    today: int | None


@final
class Performance(PerformanceHandler):
    def __init__(
        self,
        oms: Oms,
        pnl: Pnl,
        record: EquityRecord,
        excursions: ExcursionsOf,
        market: Market,
    ) -> None:
        self._oms = oms
        self._pnl = pnl
        self._record = record
        self._excursions = excursions
        self._market = market
        self._books: dict[str, TradeBook] = {}

    @override
    async def get_performance(
        self,
        session: models.Session,
        account_id: models.AccountId,
        *,
        from_: models.Timestamp | None = None,
        to: models.Timestamp | None = None,
    ) -> models.Performance:
        within = _range(from_, to)
        with as_problems():
            state = self._oms.account(session.user_id, account_id)
            past = await self._past(state)
        view = state.view()
        curve = self._curve(state, view, past, from_, within)
        closed, symbols = await self._results(view, within)
        return models.Performance(
            account_id=account_id,
            clock=view.identity.clock,
            currency=view.balance.currency,
            first_equity=performance_wire.plain(curve.first),
            days=list(performance_wire.days(curve.first, curve.all, curve.today)),
            returns=performance_wire.return_figures(
                curve.first, curve.over, curve.all, self._periods(view)
            ),
            trades=performance_wire.trade_figures(closed),
            exposure=optional(performance_wire.exposure_figures(curve.all)),
            symbols=[performance_wire.symbol(item) for item in symbols],
            as_of=wire.as_of(view.as_of),
        )

    @override
    async def list_trades(
        self,
        session: models.Session,
        account_id: models.AccountId,
        *,
        symbol: models.SymbolId | None = None,
        from_: models.Timestamp | None = None,
        to: models.Timestamp | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> models.AccountTradePage:
        only = None if symbol is None else canonical_id(symbol)
        within = _range(from_, to)

        def rows(view: AccountView) -> Sequence[Trade]:
            return book.read(view)[::-1]

        def wanted(item: Trade) -> bool:
            return only in (None, item.position.symbol) and within(item.closed_at)

        scope = ("trades", only, from_, to)
        with as_problems():
            state = self._oms.account(session.user_id, account_id)
            book = await self._book(state.view())
            found = page(state, scope, rows, wanted, cursor, limit)
        reached = await self._excursions.find(found.items)
        return models.AccountTradePage(
            trades=[
                performance_wire.trade(item, reached.get(item.position.position_id))
                for item in found.items
            ],
            next_cursor=optional(found.next_cursor),
            as_of=wire.as_of(found.view.as_of),
        )

    async def _results(
        self, view: AccountView, within: Callable[[int], bool]
    ) -> tuple[TradeStatistics, tuple[SymbolResult, ...]]:
        book = await self._book(view)

        def work() -> tuple[TradeStatistics, tuple[SymbolResult, ...]]:
            closed = (item for item in book.read(view) if within(item.closed_at))
            filled = (item for item in view.executions() if within(item.market_time))
            booked = (item for item in view.activities() if within(item.market_time))
            return performance.statistics(closed), performance.by_symbol(filled, booked)

        return await asyncio.to_thread(work)

    async def _book(self, view: AccountView) -> TradeBook:
        """The account's trades by now, worked out beside the event loop."""
        book = self._books.setdefault(view.identity.account_id, TradeBook())
        await asyncio.to_thread(book.read, view)
        return book

    async def _past(self, state: AccountState) -> tuple[EquityDay, ...]:
        """Of the epoch that is the present one still when it has been read."""
        while True:
            epoch = state.epoch
            past = await self._record.days(state.view())
            if state.epoch == epoch:
                return past

    def _periods(self, view: AccountView) -> int:
        """Trading days of a year."""
        symbols = {self._market.symbol(item.symbol) for item in view.executions()}
        always = any(item is not None and item.session == "24x7" for item in symbols)
        return returns.CALENDAR_DAYS if always else returns.TRADING_DAYS

    def _curve(
        self,
        state: AccountState,
        view: AccountView,
        past: tuple[EquityDay, ...],
        start: int | None,
        within: Callable[[int], bool],
    ) -> _Curve:
        before = [item for item in past if start is not None and item.day < start]
        first = before[-1].equity if before else view.first_balance
        over = tuple(item for item in past if within(item.day))
        today = self._record.today(view)
        if today is None or not within(today):
            return _Curve(first, over, over, None)
        figures = self._pnl.figures(state)
        gross = sum((abs(item.market_value) for item in figures.positions), Decimal(0))
        return _Curve(first, over, (*over, EquityDay(today, figures.equity, gross)), today)


def _range(start: int | None, end: int | None) -> Callable[[int], bool]:
    return lambda time: (start is None or time >= start) and (end is None or time < end)
