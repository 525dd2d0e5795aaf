"""Previews, explanations and lists of orders as the wire has them."""

from collections.abc import Iterable

from generated import models
from generated.base import optional
from handlers import wire
from handlers.refusals import as_error
from handlers.trading import money
from handlers.trading.accounts.account import AccountView
from handlers.trading.decisions.preview import Preview
from handlers.trading.decisions.waiting import Condition
from handlers.trading.orders.commands import PlaceOrder
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import Rejection
from handlers.trading.positions.margin import Figures
from handlers.trading.positions.position import Position


def preview(value: Preview, command: PlaceOrder, view: AccountView) -> models.OrderPreview:
    price = value.price
    worth = None if price is None else money.value_of(command.quantity, price)
    return models.OrderPreview(
        symbol=value.symbol,
        side=command.side,
        quantity=wire.plain(command.quantity),
        price=optional(wire.maybe(price)),
        value=optional(wire.maybe(worth)),
        currency=value.currency,
        commission=wire.plain(value.commission),
        before=_figures(value.before),
        after=_figures(value.after),
        warnings=list(value.warnings),
        errors=[_refusal(value.refusal)] if value.refusal else [],
        confirm_id=optional(value.confirm_id),
        valid_until=optional(value.valid_until),
        as_of=wire.as_of(view.as_of),
    )


def explanation(
    order: Order, versions: Iterable[Order], waits_for: Iterable[Condition], view: AccountView
) -> models.OrderExplanation:
    account_id = view.identity.account_id
    return models.OrderExplanation(
        order=wire.order(order, account_id),
        history=[_version(item) for item in versions],
        executions=[wire.execution(item, account_id) for item in view.executions_of(order)],
        waits_for=[_condition(item) for item in waits_for],
        as_of=wire.as_of(view.as_of),
    )


def canceled(orders: Iterable[Order], view: AccountView) -> models.CanceledOrders:
    """Of the orders that a transaction touched, those that it ended or whose end is on its way."""
    account_id = view.identity.account_id
    ended = [
        wire.order(item, account_id) for item in orders if not item.open or item.pending_action
    ]
    return models.CanceledOrders(orders=ended, as_of=wire.as_of(view.as_of))


def brackets(
    position: Position, legs: Iterable[Order], view: AccountView
) -> models.PositionBrackets:
    account_id = view.identity.account_id
    return models.PositionBrackets(
        position=wire.position(position, account_id),
        legs=[wire.order(leg, account_id) for leg in legs],
        as_of=wire.as_of(view.as_of),
    )


def _figures(value: Figures) -> models.PreviewFigures:
    return models.PreviewFigures(
        initial_margin=wire.plain(value.initial_margin),
        maintenance_margin=wire.plain(value.maintenance_margin),
        order_margin=wire.plain(value.order_margin),
        available_funds=wire.plain(value.available_funds),
    )


def _refusal(refusal: Rejection) -> models.PreviewError:
    return models.PreviewError(
        code=refusal.code,
        detail=refusal.detail,
        errors=[as_error(fault) for fault in refusal.faults],
    )


def _version(order: Order) -> models.OrderVersion:
    return models.OrderVersion(
        revision=order.revision,
        status=order.status,
        quantity=wire.plain(order.quantity),
        filled_quantity=wire.plain(order.filled_quantity),
        limit_price=optional(wire.maybe(order.limit_price)),
        stop_price=optional(wire.maybe(order.stop_price)),
        triggered_at=optional(order.triggered_at),
        reason=optional(order.reason),
        time=order.updated_at,
        market_time=order.updated_market_time,
    )


def _condition(condition: Condition) -> models.OrderCondition:
    return models.OrderCondition(
        condition=condition.kind,
        description=condition.description,
        price=optional(wire.maybe(condition.price)),
        market_price=optional(wire.maybe(condition.market_price)),
        order_id=optional(condition.order_id),
        market_time=optional(condition.market_time),
        model=optional(condition.model),
        offered=optional(wire.maybe(condition.offered)),
        taken=optional(wire.maybe(condition.taken)),
    )
