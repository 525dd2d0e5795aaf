"""Splits and dividends that accounts have still to apply, before anything else is decided."""

from typing import final

from handlers.clock import Clock
from handlers.trading import corporate
from handlers.trading.account import AccountState
from handlers.trading.draft import Draft
from handlers.trading.market import Market


@final
class ActionBacklog:
    """The accounts that may have something to apply; of all others nothing need be asked."""

    def __init__(self, market: Market, clock: Clock) -> None:
        self._market = market
        self._clock = clock
        self._accounts: set[str] = set()

    def add(self, account_id: str) -> None:
        self._accounts.add(account_id)

    def accounts(self) -> tuple[str, ...]:
        return tuple(self._accounts)

    def oldest(self, state: AccountState, until: int | None = None) -> Draft | None:
        """The oldest that is left, up to that market time; None where nothing is."""
        if state.account_id not in self._accounts:
            return None
        draft = corporate.act(state, self._market, self._clock.now(), until)
        if draft is None and until is None:
            self._accounts.discard(state.account_id)
        return draft
