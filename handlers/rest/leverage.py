"""The leverage of a symbol in an account."""

from decimal import Decimal
from typing import final

from typing_extensions import override

from generated import models
from generated.base import optional
from generated.rest.handlers import LeverageHandler
from handlers import wire
from handlers.clock import Clock
from handlers.market.symbols import Symbol
from handlers.oms import Oms
from handlers.pnl import Pnl
from handlers.refusals import as_problems
from handlers.trading import money
from handlers.trading.accounts.account import AccountState, AccountView
from handlers.trading.decisions import leverage_change
from handlers.trading.market import Instant, Market
from handlers.trading.risk import pretrade


@final
class Leverage(LeverageHandler):
    def __init__(self, oms: Oms, pnl: Pnl, market: Market, clock: Clock) -> None:
        self._oms = oms
        self._pnl = pnl
        self._market = market
        self._clock = clock

    @override
    async def get_leverage(
        self, session: models.Session, account_id: models.AccountId, symbol: models.SymbolId
    ) -> models.LeverageResult:
        with as_problems():
            state = self._oms.account(session.user_id, account_id)
            return _result(state.view(), pretrade.check_symbol(state, symbol, self._market))

    @override
    async def set_leverage(
        self,
        session: models.Session,
        account_id: models.AccountId,
        symbol: models.SymbolId,
        body: models.LeverageRequest,
    ) -> models.LeverageResult:
        with as_problems():
            state = self._oms.account(session.user_id, account_id)
            transaction = await self._oms.carry_out(
                session.user_id,
                account_id,
                lambda current: leverage_change.change(
                    current, symbol, body.leverage, Instant(self._market), self._clock.now()
                ),
            )
            view = state.view(transaction.sequence if transaction else None)
            return _result(view, pretrade.check_symbol(state, symbol, self._market))

    @override
    async def preview_leverage(
        self,
        session: models.Session,
        account_id: models.AccountId,
        symbol: models.SymbolId,
        body: models.LeverageRequest,
    ) -> models.LeveragePreview:
        with as_problems():
            state = self._oms.account(session.user_id, account_id)
            return self._preview(state, pretrade.check_symbol(state, symbol, self._market), body)

    def _preview(
        self, state: AccountState, symbol: Symbol, body: models.LeverageRequest
    ) -> models.LeveragePreview:
        before, after = state.terms, state.terms.choosing(symbol, body.leverage)
        lacking = leverage_change.missing(state, before, after, symbol, self._market)
        return models.LeveragePreview(
            before=wire.leverage(symbol, before),
            after=wire.leverage(symbol, after),
            margin_before=wire.margin_figures(self._pnl.figures(state)),
            margin_after=wire.margin_figures(self._pnl.figures(state, after)),
            missing=optional(Decimal(money.text(lacking)) if lacking else None),
            as_of=wire.as_of(state.view().as_of),
        )


def _result(view: AccountView, symbol: Symbol) -> models.LeverageResult:
    return models.LeverageResult(
        leverage=wire.leverage(symbol, view.terms), as_of=wire.as_of(view.as_of)
    )
