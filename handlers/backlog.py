"""Splits and dividends that accounts have still to apply, before anything else is decided."""

from typing import final

from handlers.clock import Clock
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import corporate
from handlers.trading.booking.draft import Draft
from handlers.trading.market import Market


@final
class ActionBacklog:
    """The accounts that may have something to apply; of all others nothing need be asked."""

    def __init__(self, market: Market, clock: Clock) -> None:
        self._market = market
        self._clock = clock
        self._accounts: set[str] = set()
        self._taken: set[str] = set()

    def add(self, account_id: str) -> None:
        self._accounts.add(account_id)

    def take(self) -> tuple[str, ...]:
        """The accounts that nobody is about to look after; whoever takes one gives it back."""
        found = tuple(self._accounts - self._taken)
        self._taken.update(found)
        return found

    def give_back(self, account_id: str) -> None:
        self._taken.discard(account_id)

    def oldest(self, state: AccountState, until: int | None = None) -> Draft | None:
        """The oldest that is left, up to that market time; None where nothing is."""
        if state.account_id not in self._accounts:
            return None
        draft = corporate.act(state, self._market, self._clock.now(), until)
        if draft is None and until is None:
            self._accounts.discard(state.account_id)
        return draft
