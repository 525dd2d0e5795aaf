"""Open and closed positions."""

from typing import final

from typing_extensions import override

from generated import models
from generated.base import given, optional
from generated.rest import problems
from generated.rest.handlers import PositionsHandler
from generated.rest.results import ClosePositionOk, ReversePositionOk
from handlers import order_wire, requests, wire
from handlers.market.symbols import canonical_id
from handlers.oms import Oms
from handlers.paging import page
from handlers.refusals import as_problems
from handlers.trading.decisions.protecting import legs_of
from handlers.trading.orders.commands import ClosePosition, ReversePosition, SetPositionBrackets
from handlers.trading.positions.position import Position


@final
class Positions(PositionsHandler):
    def __init__(self, oms: Oms) -> None:
        self._oms = oms

    @override
    async def list_positions(
        self,
        session: models.Session,
        account_id: models.AccountId,
        *,
        status: models.PositionStatus = models.PositionStatus.OPEN,
        symbol: models.SymbolId | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> models.PositionPage:
        only = None if symbol is None else canonical_id(symbol)

        opened = status is models.PositionStatus.OPEN

        def wanted(item: Position) -> bool:
            return item.open is opened and only in (None, item.symbol)

        scope = ("positions", status, only)
        with as_problems():
            state = self._oms.account(session.user_id, account_id)
            found = page(
                state,
                scope,
                lambda view: view.position_rows,
                wanted,
                cursor,
                limit,
                known=(lambda view: view.open_positions()) if opened else None,
            )
        return models.PositionPage(
            positions=[wire.position(item, account_id) for item in found.items],
            next_cursor=optional(found.next_cursor),
            as_of=wire.as_of(found.view.as_of),
        )

    @override
    async def get_position(
        self, session: models.Session, account_id: models.AccountId, position_id: models.PositionId
    ) -> models.PositionResult:
        with as_problems():
            view = self._oms.account(session.user_id, account_id).view()
        position = view.position(position_id)
        if position is None:
            raise problems.PositionNotFound(f"There is no position {position_id} in this account.")
        return models.PositionResult(
            position=wire.position(position, account_id), as_of=wire.as_of(view.as_of)
        )

    @override
    async def close_position(
        self,
        session: models.Session,
        account_id: models.AccountId,
        position_id: models.PositionId,
        body: models.ClosePositionRequest,
        *,
        idempotency_key: str | None = None,
    ) -> ClosePositionOk:
        command = ClosePosition(position_id, given(body.quantity), idempotency_key)
        with as_problems():
            outcome = await self._oms.submit(session.user_id, account_id, command)
        body_out = wire.order_result(outcome.order, outcome.view)
        return ClosePositionOk(body=body_out, idempotency_replayed=outcome.replayed)

    @override
    async def reverse_position(
        self,
        session: models.Session,
        account_id: models.AccountId,
        position_id: models.PositionId,
        *,
        idempotency_key: str | None = None,
    ) -> ReversePositionOk:
        command = ReversePosition(position_id, idempotency_key)
        with as_problems():
            outcome = await self._oms.submit(session.user_id, account_id, command)
        body = wire.order_result(outcome.order, outcome.view)
        return ReversePositionOk(body=body, idempotency_replayed=outcome.replayed)

    @override
    async def set_position_brackets(
        self,
        session: models.Session,
        account_id: models.AccountId,
        position_id: models.PositionId,
        body: models.PositionBracketsRequest,
    ) -> models.PositionBrackets:
        wanted = SetPositionBrackets(
            position_id,
            requests.take_profit(given(body.take_profit)),
            requests.stop_loss(given(body.stop_loss)),
        )
        with as_problems():
            done = await self._oms.submit_many(session.user_id, account_id, wanted)
        position = done.view.position(position_id)
        if position is None:
            raise problems.PositionNotFound(f"There is no position {position_id}.")
        legs = legs_of(tuple(reversed(done.view.open_orders())), position)
        return order_wire.brackets(position, legs, done.view)
