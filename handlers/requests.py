"""Order requests of the wire as commands of the core."""

from dataclasses import replace

from pydantic import MISSING

from generated import models
from generated.base import given
from handlers.trading.orders.commands import KEEP, ModifyOrder, PlaceOrder, StopLoss, TakeProfit


def place_order(body: models.PlaceOrderRequest) -> PlaceOrder:
    command = _common(body)
    match body:
        case models.MarketOrderRequest():
            return command
        case models.LimitOrderRequest():
            return replace(command, limit_price=body.limit_price, post_only=body.post_only)
        case models.StopOrderRequest():
            return replace(command, stop_price=body.stop_price, trigger_by=given(body.trigger_by))
        case models.StopLimitOrderRequest():
            return replace(
                command,
                stop_price=body.stop_price,
                limit_price=body.limit_price,
                trigger_by=given(body.trigger_by),
            )
        case models.TrailingStopOrderRequest():
            return replace(
                command,
                trailing_offset=body.trailing_offset,
                trailing_offset_type=body.trailing_offset_type,
                trigger_by=given(body.trigger_by),
            )


def modify_order(order_id: str, body: models.ModifyOrderRequest) -> ModifyOrder:
    return ModifyOrder(
        order_id=order_id,
        quantity=given(body.quantity),
        limit_price=given(body.limit_price),
        stop_price=given(body.stop_price),
        trailing_offset=given(body.trailing_offset),
        trailing_offset_type=given(body.trailing_offset_type),
        time_in_force=given(body.time_in_force),
        expires_at=KEEP if body.expires_at is MISSING else body.expires_at,
        take_profit=KEEP if body.take_profit is MISSING else take_profit(body.take_profit),
        stop_loss=KEEP if body.stop_loss is MISSING else stop_loss(body.stop_loss),
        expected_revision=given(body.expected_revision),
    )


def take_profit(wanted: models.TakeProfit | None) -> TakeProfit | None:
    return TakeProfit(wanted.limit_price) if wanted else None


def stop_loss(wanted: models.StopLoss | None) -> StopLoss | None:
    if wanted is None:
        return None
    return StopLoss(
        given(wanted.stop_price),
        given(wanted.limit_price),
        given(wanted.trailing_offset),
        wanted.trailing_offset_type,
    )


def _common(body: models.PlaceOrderRequest) -> PlaceOrder:
    return PlaceOrder(
        symbol=body.symbol,
        side=body.side,
        type=models.OrderType(body.type),
        quantity=body.quantity,
        time_in_force=body.time_in_force,
        client_order_id=given(body.client_order_id),
        expires_at=given(body.expires_at),
        reduce_only=body.reduce_only,
        take_profit=take_profit(given(body.take_profit)),
        stop_loss=stop_loss(given(body.stop_loss)),
        oco_group_id=given(body.oco_group_id),
        confirm_id=given(body.confirm_id),
    )
