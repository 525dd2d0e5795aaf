"""Scenarios: rare events of a venue on request, where the operator allows them."""

from typing import final

from typing_extensions import override

from generated import models
from generated.base import given
from generated.rest import problems
from generated.rest.handlers import ScenariosHandler
from generated.rest.results import PlayScenarioOk
from handlers import wire
from handlers.clock import Clock
from handlers.oms import Oms
from handlers.refusals import as_problems
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking.draft import Draft
from handlers.trading.decisions import decide, scenarios
from handlers.trading.decisions.scenarios import Action, PlayScenario
from handlers.trading.market import Instant, Market


@final
class Scenarios(ScenariosHandler):
    def __init__(self, oms: Oms, market: Market, clock: Clock, *, allowed: bool) -> None:
        self._oms = oms
        self._market = market
        self._clock = clock
        self._allowed = allowed

    @override
    async def play_scenario(
        self,
        session: models.Session,
        account_id: models.AccountId,
        order_id: models.OrderId,
        body: models.PlayScenarioRequest,
        *,
        idempotency_key: str | None = None,
    ) -> PlayScenarioOk:
        if not self._allowed:
            raise problems.ScenariosOff("The operator can allow them: TRADING_PRO_SCENARIOS.")
        command = _command(order_id, body, idempotency_key)
        with as_problems():
            sequence, replayed = await self._play(session.user_id, account_id, command)
            view = self._oms.account(session.user_id, account_id).view(sequence)
        order = view.order(order_id)
        if order is None:
            raise problems.OrderNotFound(f"There is no order {order_id} in this account.")
        return PlayScenarioOk(body=wire.order_result(order, view), idempotency_replayed=replayed)

    async def _play(
        self, user_id: str, account_id: str, command: PlayScenario
    ) -> tuple[int | None, bool]:
        """The transaction, None where nothing was left to do; and whether it had been done."""

        def decision(state: AccountState) -> Draft | None:
            market = Instant(self._market)
            return scenarios.play(state, command, market, self._clock.now())

        try:
            transaction = await self._oms.carry_out(user_id, account_id, decision)
        except decide.Repeated as repeated:
            return repeated.sequence, True
        return (transaction.sequence if transaction else None), False


def _command(order_id: str, body: models.PlayScenarioRequest, key: str | None) -> PlayScenario:
    match body:
        case models.FillScenario():
            return PlayScenario(
                order_id,
                Action.FILL,
                quantity=given(body.quantity),
                price=given(body.price),
                idempotency_key=key,
            )
        case models.RejectScenario():
            return PlayScenario(order_id, Action.REJECT, reason=body.reason, idempotency_key=key)
        case models.DelayScenario():
            return PlayScenario(
                order_id, Action.DELAY, milliseconds=body.milliseconds, idempotency_key=key
            )
        case models.DisconnectScenario():
            return PlayScenario(order_id, Action.DISCONNECT, idempotency_key=key)
        case models.ConnectScenario():
            return PlayScenario(order_id, Action.CONNECT, idempotency_key=key)
