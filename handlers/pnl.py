"""The figures of accounts that somebody watches: told once a tick at most, however prices move."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, Protocol, final

from typing_extensions import override

from generated.models import AccountClock, Resolution
from handlers.feeds.feed import Feed, FeedSink
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.market.symbols import Symbol
from handlers.trading.accounts.account import AccountState, AccountView
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.positions import margin
from handlers.trading.positions.conversion import pair_for
from handlers.trading.positions.leverage import MarginTerms
from handlers.trading.positions.margin import Figures
from handlers.working import WatchedMarket

log = logging.getLogger(__name__)

TICK: Final = 0.25
"""Seconds between two tellings of one account."""


class SymbolMarket(WatchedMarket, Protocol):
    def symbols(self) -> tuple[Symbol, ...]: ...


class PnlListener(Protocol):
    def on_figures(self, account_id: str, figures: Figures) -> None:
        """Must not wait or raise."""
        ...


class Accounts(Protocol):
    def find(self, account_id: str) -> AccountState | None: ...


@final
class Pnl(FeedSink):
    """Watches the symbols of the positions and working orders of watched accounts."""

    def __init__(self, accounts: Accounts, market: SymbolMarket) -> None:
        self._accounts = accounts
        self._market = market
        self._listener: PnlListener | None = None
        self._watched: dict[str, frozenset[str]] = {}
        """By account the symbols that are watched for it."""
        self._accounts_of: dict[str, set[str]] = {}
        self._dirty: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    def connect(self, listener: PnlListener) -> None:
        self._listener = listener

    def figures(self, state: AccountState, terms: MarginTerms | None = None) -> Figures:
        """At the prices of this instant; as they would be on other `terms`."""
        terms = terms or state.terms
        return margin.figures(
            state.balance.balance,
            state.open_positions,
            state.open_orders.values(),
            self._market,
            terms,
            self.lowest_rate(state.identity.clock, terms),
        )

    def first_figures(self, view: AccountView) -> Figures:
        """Of an account that begins: without orders and positions."""
        rate = self.lowest_rate(view.identity.clock, view.terms)
        return margin.figures(view.balance.balance, {}, (), self._market, view.terms, rate)

    def lowest_rate(self, clock: AccountClock, terms: MarginTerms) -> Decimal:
        """The lowest initial margin rate among the clock's symbols, 1 where it has none."""
        symbols = (item for item in self._market.symbols() if item.clock is clock)
        return min((terms.rates(item).initial for item in symbols), default=Decimal(1))

    def valued(self, account_id: str) -> tuple[str, ...]:
        """The symbols of its open positions that have a price somewhere."""
        state = self._accounts.find(account_id)
        held = state.open_positions if state else ()
        return tuple(symbol for symbol in held if self._market.symbol(symbol) is not None)

    def watch(self, account_id: str) -> None:
        self._watched.setdefault(account_id, frozenset())
        self._follow(account_id)

    def unwatch(self, account_id: str) -> None:
        self._change(account_id, frozenset())
        self._watched.pop(account_id, None)
        self._dirty.discard(account_id)

    def on_transaction(self, account_id: str, transaction: Transaction) -> None:
        if account_id in self._watched:
            self._follow(account_id)
            self._mark({account_id})

    @override
    def on_quote(self, quote: Quote) -> None:
        self._mark(self._accounts_of.get(quote.symbol, set()))

    @override
    def on_bar(self, symbol_id: str, resolution: Resolution, bar: Bar, closed: bool) -> None:
        self._mark(self._accounts_of.get(symbol_id, set()))

    @override
    def on_epoch(self, feed: Feed) -> None:
        """The accounts are reset by the OMS, and that is told as a transaction."""

    def flush(self) -> None:
        """Tells the figures of all accounts whose prices moved."""
        self._timer = None
        dirty, self._dirty = self._dirty, set()
        for account_id in dirty:
            state = self._accounts.find(account_id)
            if state is not None and self._listener is not None:
                self._listener.on_figures(account_id, self.figures(state))

    def _mark(self, accounts: set[str]) -> None:
        if not accounts:
            return
        self._dirty |= accounts
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK, self.flush)

    def _follow(self, account_id: str) -> None:
        state = self._accounts.find(account_id)
        if state is None:
            return
        symbols = {*state.open_positions, *(order.symbol for order in state.open_orders.values())}
        symbols |= set(self._pairs(symbols, state.balance.currency))
        offered = (item for item in symbols if self._market.symbol(item) is not None)
        self._change(account_id, frozenset(offered))

    def _pairs(self, symbol_ids: Iterable[str], currency: str) -> Iterator[str]:
        """The pairs by which money of those symbols is converted."""
        for symbol_id in symbol_ids:
            symbol = self._market.symbol(symbol_id)
            if symbol is not None and symbol.currency != currency:
                pair = pair_for(symbol, currency, self._market)
                if pair is not None:
                    yield pair.id

    def _change(self, account_id: str, symbols: frozenset[str]) -> None:
        before = self._watched.get(account_id, frozenset())
        for symbol in symbols - before:
            self._market.watch(symbol)
            self._accounts_of.setdefault(symbol, set()).add(account_id)
        for symbol in before - symbols:
            self._market.unwatch(symbol)
            self._accounts_of[symbol].discard(account_id)
        self._watched[account_id] = symbols
