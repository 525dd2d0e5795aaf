"""Watches what margin accounts hold: has their margin enforced as prices move."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, Protocol, final

from typing_extensions import override

from generated.models import AccountClock, Resolution
from handlers.clock import Clock
from handlers.feeds.feed import Feed, FeedSink
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking.arriving import PricedVenue
from handlers.trading.booking.draft import Draft
from handlers.trading.ledger.events import (
    AccountReset,
    BalanceChanged,
    Event,
    PositionEvent,
    StandingEvent,
)
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.market import Instant
from handlers.trading.risk import liquidation
from handlers.trading.risk.bands import Bands, bands
from handlers.trading.risk.liquidation import Need
from handlers.working import WatchedMarket

_WEIGHTY: Final = AccountReset | BalanceChanged | PositionEvent | StandingEvent
"""Events after which an account's margin is another."""


class Accounts(Protocol):
    """The OMS, as far as it concerns what accounts hold."""

    def states(self) -> Iterable[AccountState]: ...

    def find(self, account_id: str) -> AccountState | None: ...

    def soon(
        self,
        account_id: str,
        decision: Callable[[AccountState], Draft | None],
        done: Callable[[], None],
    ) -> None:
        """Carries a decision out in its turn; then `done`."""
        ...


@final
class MarginWatch(FeedSink):
    """A price costs what it reaches; the symbols that margin accounts hold are streamed for it."""

    def __init__(
        self, oms: Accounts, market: WatchedMarket, venue: PricedVenue, clock: Clock
    ) -> None:
        self._oms = oms
        self._market = market
        self._venue = venue
        self._clock = clock
        self._bands = Bands()
        self._watched: dict[str, frozenset[str]] = {}
        """By account the symbols that are watched for it."""
        self._deciding: set[str] = set()
        """Accounts whose margin is about to be decided on."""
        self._changed: dict[str, None] = {}

    def start(self) -> None:
        """Looks at all accounts once; after the OMS has started."""
        for state in self._oms.states():
            self._look(state)

    def on_transaction(self, account_id: str, transaction: Transaction) -> None:
        """What is stored together is looked at once, before any of its clients is answered."""
        if any(_is_weighty(event) for event in transaction.events):
            if not self._changed:
                asyncio.get_running_loop().call_soon(self._look_at_changed)
            self._changed[account_id] = None

    @override
    def on_quote(self, quote: Quote) -> None:
        for account_id in self._bands.reached(quote.symbol, quote.bid, quote.ask):
            self._look_at(account_id)

    @override
    def on_bar(self, symbol_id: str, resolution: Resolution, bar: Bar, closed: bool) -> None:
        """Recorded symbols have no quotes: each day is looked at by its close."""
        symbol = self._market.symbol(symbol_id)
        if symbol is None or symbol.clock is not AccountClock.REPLAY or not closed:
            return
        quote = self._market.quote(symbol_id) if resolution is Resolution.DAY else None
        if quote is not None:
            self.on_quote(quote)

    @override
    def on_epoch(self, feed: Feed) -> None:
        """The accounts are reset by the OMS, and that is told as a transaction."""

    def _look_at_changed(self) -> None:
        changed, self._changed = self._changed, {}
        for account_id in changed:
            self._look_at(account_id)

    def _look_at(self, account_id: str) -> None:
        state = self._oms.find(account_id)
        if state is not None:
            self._look(state)

    def _look(self, state: AccountState) -> None:
        if state.terms.in_full:
            return
        found = liquidation.figures(state, self._market)
        self._bands.put(state.account_id, bands(state, found, self._market))
        self._watch(state.account_id, self._bands.symbols(state.account_id))
        if liquidation.need(state, found) is not Need.NOTHING:
            self._enforce(state.account_id)

    def _enforce(self, account_id: str) -> None:
        if account_id not in self._deciding:
            self._deciding.add(account_id)
            self._oms.soon(account_id, self._decide, lambda: self._deciding.discard(account_id))

    def _decide(self, state: AccountState) -> Draft | None:
        return liquidation.enforce(state, Instant(self._market), self._venue, self._clock.now())

    def _watch(self, account_id: str, symbols: frozenset[str]) -> None:
        before = self._watched.pop(account_id, frozenset())
        for symbol in symbols - before:
            self._market.watch(symbol)
        for symbol in before - symbols:
            self._market.unwatch(symbol)
        if symbols:
            self._watched[account_id] = symbols


def _is_weighty(event: Event) -> bool:
    return isinstance(event, _WEIGHTY)
