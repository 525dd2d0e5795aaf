"""Paper accounts and their figures."""

from collections.abc import Sequence
from typing import final

from typing_extensions import override

from generated import models
from generated.base import given, optional
from generated.rest.handlers import AccountsHandler
from generated.rest.results import CreateAccountCreated, ResetAccountOk
from generated.rest.version import BASE_PATH
from handlers import wire
from handlers.clock import Clock
from handlers.market.symbols import canonical_id
from handlers.oms import Oms
from handlers.paging import page
from handlers.paper_accounts import PaperAccounts
from handlers.pnl import Pnl
from handlers.refusals import as_problems
from handlers.trading.accounts.account import AccountState, AccountView
from handlers.trading.accounts.activities import Activity
from handlers.trading.decisions.account_commands import CreateAccount, ResetAccount, UpdateAccount


@final
class Accounts(AccountsHandler):
    def __init__(self, oms: Oms, paper: PaperAccounts, pnl: Pnl, clock: Clock) -> None:
        self._oms = oms
        self._paper = paper
        self._pnl = pnl
        self._clock = clock

    @override
    async def list_accounts(
        self, session: models.Session, *, include_archived: bool = False
    ) -> models.AccountList:
        states = self._oms.accounts(session.user_id)
        return models.AccountList(
            accounts=[
                self._account(state)
                for state in states
                if include_archived or not state.profile.archived
            ]
        )

    @override
    async def create_account(
        self,
        session: models.Session,
        body: models.CreateAccountRequest,
        *,
        idempotency_key: str | None = None,
    ) -> CreateAccountCreated:
        command = CreateAccount(
            body.name, body.type, body.clock, body.currency, body.balance, idempotency_key
        )
        with as_problems():
            outcome = await self._paper.create(session.user_id, command)
        return CreateAccountCreated(
            body=self._began(outcome.view),
            location=f"{BASE_PATH}/accounts/{outcome.view.identity.account_id}",
            idempotency_replayed=outcome.replayed,
        )

    @override
    async def get_account(
        self, session: models.Session, account_id: models.AccountId
    ) -> models.Account:
        with as_problems():
            return self._account(self._oms.account(session.user_id, account_id))

    @override
    async def update_account(
        self,
        session: models.Session,
        account_id: models.AccountId,
        body: models.UpdateAccountRequest,
    ) -> models.Account:
        command = UpdateAccount(given(body.name), given(body.archived))
        with as_problems():
            return self._account(await self._paper.update(session.user_id, account_id, command))

    @override
    async def reset_account(
        self,
        session: models.Session,
        account_id: models.AccountId,
        body: models.ResetAccountRequest,
        *,
        idempotency_key: str | None = None,
    ) -> ResetAccountOk:
        command = ResetAccount(given(body.balance), idempotency_key)
        with as_problems():
            outcome = await self._paper.reset(session.user_id, account_id, command)
        body_out = self._began(outcome.view)
        return ResetAccountOk(body=body_out, idempotency_replayed=outcome.replayed)

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

        def rows(view: AccountView) -> Sequence[Activity]:
            return view.activities(after_sequence or 0)

        def wanted(item: Activity) -> bool:
            return (
                item.kind in kinds
                and only in (None, item.symbol)
                and (from_ is None or item.time >= from_)
                and (to is None or item.time < to)
            )

        newest_first = after_sequence is None
        scope = ("activities", sorted(kinds), only, from_, to, after_sequence)
        with as_problems():
            state = self._oms.account(session.user_id, account_id)
            found = page(state, scope, rows, wanted, cursor, limit, newest_first=newest_first)
        return models.ActivityPage(
            activities=[wire.activity(item) for item in found.items],
            next_cursor=optional(found.next_cursor),
            as_of=wire.as_of(found.view.as_of),
        )

    def _began(self, view: AccountView) -> models.Account:
        """An account whose epoch begins with the transaction of the view."""
        return wire.account(view, self._pnl.first_figures(view), view.began_at)

    def _account(self, state: AccountState) -> models.Account:
        return wire.account(state.view(), self._pnl.figures(state), self._clock.now())
