"""Fills, each with the price and the rule that made it."""

from collections.abc import Sequence
from typing import final

from typing_extensions import override

from generated import models
from generated.base import optional
from generated.rest.handlers import ExecutionsHandler
from handlers import wire
from handlers.market.symbols import canonical_id
from handlers.oms import Oms
from handlers.paging import page
from handlers.refusals import as_problems
from handlers.trading.accounts.account import AccountView
from handlers.trading.accounts.execution import Execution


@final
class Executions(ExecutionsHandler):
    def __init__(self, oms: Oms) -> None:
        self._oms = oms

    @override
    async def list_executions(
        self,
        session: models.Session,
        account_id: models.AccountId,
        *,
        symbol: models.SymbolId | None = None,
        from_: models.Timestamp | None = None,
        to: models.Timestamp | None = None,
        after_sequence: models.Sequence | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> models.ExecutionPage:
        only = None if symbol is None else canonical_id(symbol)

        def rows(view: AccountView) -> Sequence[Execution]:
            return view.executions(after_sequence or 0)

        def wanted(item: Execution) -> bool:
            return (
                only in (None, item.symbol)
                and (from_ is None or item.time >= from_)
                and (to is None or item.time < to)
            )

        newest_first = after_sequence is None
        scope = ("executions", only, from_, to, after_sequence)
        with as_problems():
            state = self._oms.account(session.user_id, account_id)
            found = page(state, scope, rows, wanted, cursor, limit, newest_first=newest_first)
        return models.ExecutionPage(
            executions=[wire.execution(item, account_id) for item in found.items],
            next_cursor=optional(found.next_cursor),
            as_of=wire.as_of(found.view.as_of),
        )
