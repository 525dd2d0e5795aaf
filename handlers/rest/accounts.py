"""Paper accounts and their figures."""

from collections.abc import Iterator
from typing import final

from typing_extensions import override

from generated import models
from generated.base import optional
from generated.rest.handlers import AccountsHandler
from handlers import wire
from handlers.clock import Clock
from handlers.market.symbols import canonical_id
from handlers.oms import Oms
from handlers.paging import page
from handlers.pnl import Pnl
from handlers.refusals import as_problems
from handlers.trading.account import AccountState, AccountView
from handlers.trading.activities import Activity


@final
class Accounts(AccountsHandler):
    def __init__(self, oms: Oms, pnl: Pnl, clock: Clock) -> None:
        self._oms = oms
        self._pnl = pnl
        self._clock = clock

    @override
    async def list_accounts(self, session: models.Session) -> models.AccountList:
        states = self._oms.accounts(session.user_id)
        return models.AccountList(accounts=[self._account(state) for state in states])

    @override
    async def get_account(
        self, session: models.Session, account_id: models.AccountId
    ) -> models.Account:
        with as_problems():
            return self._account(self._oms.account(session.user_id, account_id))

    @override
    async def list_activities(
        self,
        session: models.Session,
        account_id: models.AccountId,
        *,
        kind: tuple[models.ActivityType, ...] | None = None,
        symbol: models.SymbolId | None = None,
        from_: models.Timestamp | None = None,
        to: models.Timestamp | None = None,
        after_sequence: models.Sequence | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> models.ActivityPage:
        kinds = frozenset(kind or models.ActivityType)
        only = None if symbol is None else canonical_id(symbol)

        def matching(view: AccountView) -> Iterator[Activity]:
            found = view.activities(after_sequence or 0)
            return (
                item
                for item in (reversed(found) if after_sequence is None else found)
                if item.kind in kinds
                and only in (None, item.symbol)
                and (from_ is None or item.time >= from_)
                and (to is None or item.time < to)
            )

        scope = ("activities", sorted(kinds), only, from_, to, after_sequence)
        with as_problems():
            state = self._oms.account(session.user_id, account_id)
            found = page(state, scope, matching, lambda item: item.activity_id, cursor, limit)
        return models.ActivityPage(
            activities=[wire.activity(item) for item in found.items],
            next_cursor=optional(found.next_cursor),
            as_of=wire.as_of(found.view.as_of),
        )

    def _account(self, state: AccountState) -> models.Account:
        return wire.account(state.view(), self._pnl.figures(state), self._clock.now())
