"""Charges what margin accounts hold, at the end of each session of what they hold."""

import asyncio
from collections.abc import Callable
from typing import Final, final

from handlers.clock import Clock
from handlers.margin_watch import Accounts
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking.draft import Draft
from handlers.trading.ledger.events import (
    AccountReset,
    FinancingCharged,
    PositionClosed,
    PositionOpened,
)
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.market import Instant, Market
from handlers.trading.risk import financing
from handlers.trading.risk.financing import AnnualRates

TICK: Final = 0.25
"""Seconds between two looks at the clock."""
REST: Final = 60_000
"""Milliseconds after which an account is asked again that is due but has nothing to pay yet."""
_WEIGHTY: Final = AccountReset | PositionOpened | PositionClosed | FinancingCharged


@final
class FinancingClock:
    """Keeps by symbol who is due when; a look at the clock costs the symbols that are held."""

    def __init__(self, oms: Accounts, market: Market, clock: Clock, rates: AnnualRates) -> None:
        self._oms = oms
        self._market = market
        self._clock = clock
        self._rates = rates
        self._due: dict[str, dict[str, int]] = {}
        """By symbol and account: the market time of the next charge."""
        self._symbols: dict[str, frozenset[str]] = {}
        self._deciding: set[str] = set()
        self._rests: dict[str, int] = {}
        """Until when: its calendar does not know of a further session."""

    def start(self) -> None:
        """Takes in all accounts; after the OMS has started."""
        for state in self._oms.states():
            self._arm(state)

    async def run(self) -> None:
        """Until canceled."""
        while True:
            await asyncio.sleep(TICK)
            self.on_clock()

    def on_transaction(self, account_id: str, transaction: Transaction) -> None:
        if any(isinstance(event, _WEIGHTY) for event in transaction.events):
            state = self._oms.find(account_id)
            if state is not None:
                self._arm(state)

    def on_clock(self) -> None:
        """Charges the accounts that hold what has ended its session."""
        for symbol, accounts in tuple(self._due.items()):
            if self._market.symbol(symbol) is None:
                continue
            now = self._market.market_time(symbol)
            for account_id in [item for item, due in accounts.items() if due <= now]:
                self._charge(account_id)

    def _charge(self, account_id: str) -> None:
        rests = self._rests.get(account_id, 0) > self._clock.now()
        if account_id not in self._deciding and not rests:
            self._deciding.add(account_id)
            self._oms.soon(account_id, self._decide, self._done(account_id))

    def _done(self, account_id: str) -> Callable[[], None]:
        return lambda: self._deciding.discard(account_id)

    def _decide(self, state: AccountState) -> Draft | None:
        draft = financing.charge(state, Instant(self._market), self._rates, self._clock.now())
        if draft is None:
            self._rests[state.account_id] = self._clock.now() + REST
        return draft

    def _arm(self, state: AccountState) -> None:
        self._rests.pop(state.account_id, None)
        for symbol in self._symbols.pop(state.account_id, frozenset()):
            del self._due[symbol][state.account_id]
            if not self._due[symbol]:
                del self._due[symbol]
        if state.terms.in_full:
            return
        held = set()
        for position in state.open_positions.values():
            due = financing.due_at(state, position, self._market)
            if due is not None:
                self._due.setdefault(position.symbol, {})[state.account_id] = due
                held.add(position.symbol)
        if held:
            self._symbols[state.account_id] = frozenset(held)
