"""Paper accounts and their figures."""

from typing import final

from typing_extensions import override

from generated import models
from generated.rest.handlers import AccountsHandler
from handlers import wire
from handlers.clock import Clock
from handlers.oms import Oms
from handlers.pnl import Pnl
from handlers.refusals import as_problems
from handlers.trading.account import AccountState


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

    def _account(self, state: AccountState) -> models.Account:
        return wire.account(state.view(), self._pnl.figures(state), self._clock.now())
