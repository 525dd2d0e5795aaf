"""Placing, reading and canceling orders."""

from typing import final

from typing_extensions import override

from generated import models
from generated.base import given, optional
from generated.rest import problems
from generated.rest.handlers import OrdersHandler
from generated.rest.results import CancelOrderOk, CancelOrdersOk, PlaceOrderCreated
from generated.rest.version import BASE_PATH
from handlers import order_wire, wire
from handlers.market.symbols import canonical_id
from handlers.oms import Oms
from handlers.paging import page
from handlers.refusals import as_problems
from handlers.requests import modify_order, place_order
from handlers.trading.orders.commands import CancelOrder, CancelOrders
from handlers.trading.orders.order import OPEN, Order


@final
class Orders(OrdersHandler):
    def __init__(self, oms: Oms) -> None:
        self._oms = oms

    @override
    async def place_order(
        self, session: models.Session, account_id: models.AccountId, body: models.PlaceOrderRequest
    ) -> PlaceOrderCreated:
        with as_problems():
            outcome = await self._oms.submit(session.user_id, account_id, place_order(body))
        return PlaceOrderCreated(
            body=wire.order_result(outcome.order, outcome.view),
            location=f"{BASE_PATH}/accounts/{account_id}/orders/{outcome.order.order_id}",
            idempotency_replayed=outcome.replayed,
        )

    @override
    async def list_orders(
        self,
        session: models.Session,
        account_id: models.AccountId,
        *,
        status: tuple[models.OrderStatus, ...] | None = None,
        symbol: models.SymbolId | None = None,
        client_order_id: models.ClientOrderId | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> models.OrderPage:
        states = frozenset(status or models.OrderStatus)
        only = None if symbol is None else canonical_id(symbol)

        def wanted(order: Order) -> bool:
            return (
                order.status in states
                and only in (None, order.symbol)
                and client_order_id in (None, order.client_order_id)
            )

        scope = ("orders", sorted(states), only, client_order_id)
        with as_problems():
            state = self._oms.account(session.user_id, account_id)
            found = page(
                state,
                scope,
                lambda view: view.order_rows,
                wanted,
                cursor,
                limit,
                known=(lambda view: view.open_orders()) if states.issubset(OPEN) else None,
            )
        return models.OrderPage(
            orders=[wire.order(order, account_id) for order in found.items],
            next_cursor=optional(found.next_cursor),
            as_of=wire.as_of(found.view.as_of),
        )

    @override
    async def get_order(
        self, session: models.Session, account_id: models.AccountId, order_id: models.OrderId
    ) -> models.OrderResult:
        with as_problems():
            view = self._oms.account(session.user_id, account_id).view()
        order = view.order(order_id)
        if order is None:
            raise problems.OrderNotFound(f"There is no order {order_id} in this account.")
        return wire.order_result(order, view)

    @override
    async def preview_order(
        self, session: models.Session, account_id: models.AccountId, body: models.PlaceOrderRequest
    ) -> models.OrderPreview:
        command = place_order(body)
        with as_problems():
            view = self._oms.account(session.user_id, account_id).view()
            found = self._oms.preview(session.user_id, account_id, command)
        return order_wire.preview(found, command, view)

    @override
    async def modify_order(
        self,
        session: models.Session,
        account_id: models.AccountId,
        order_id: models.OrderId,
        body: models.ModifyOrderRequest,
    ) -> models.OrderResult:
        command = modify_order(order_id, body)
        with as_problems():
            outcome = await self._oms.submit(session.user_id, account_id, command)
        return wire.order_result(outcome.order, outcome.view)

    @override
    async def explain_order(
        self, session: models.Session, account_id: models.AccountId, order_id: models.OrderId
    ) -> models.OrderExplanation:
        with as_problems():
            state = self._oms.account(session.user_id, account_id)
        view = state.view()
        order = view.order(order_id)
        if order is None:
            raise problems.OrderNotFound(f"There is no order {order_id} in this account.")
        waits_for = self._oms.waits_for(state, order)
        return order_wire.explanation(order, state.versions(order_id), waits_for, view)

    @override
    async def cancel_orders(
        self,
        session: models.Session,
        account_id: models.AccountId,
        body: models.CancelOrdersRequest,
        *,
        idempotency_key: str | None = None,
    ) -> CancelOrdersOk:
        symbol, side = given(body.symbol), given(body.side)
        command = CancelOrders(symbol, side, body.include_brackets, idempotency_key)
        with as_problems():
            done = await self._oms.submit_many(session.user_id, account_id, command)
        return CancelOrdersOk(
            body=order_wire.canceled(done.orders, done.view), idempotency_replayed=done.replayed
        )

    @override
    async def cancel_order(
        self,
        session: models.Session,
        account_id: models.AccountId,
        order_id: models.OrderId,
        *,
        idempotency_key: str | None = None,
    ) -> CancelOrderOk:
        command = CancelOrder(order_id, idempotency_key)
        with as_problems():
            outcome = await self._oms.submit(session.user_id, account_id, command)
        body = wire.order_result(outcome.order, outcome.view)
        return CancelOrderOk(body=body, idempotency_replayed=outcome.replayed)
