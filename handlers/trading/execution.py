"""Executions: fills as the account keeps them."""

from dataclasses import dataclass
from decimal import Decimal

from generated.models import PositionEffect, Side
from handlers.trading.events import BarBasis, OrderFilled, QuoteBasis
from handlers.trading.order import Order
from handlers.trading.transactions import Transaction


@dataclass(frozen=True, slots=True)
class Execution:
    execution_id: str
    order_id: str
    client_order_id: str | None
    position_id: str
    symbol: str
    side: Side
    effect: PositionEffect
    quantity: Decimal
    price: Decimal
    commission: Decimal
    realized_pnl: Decimal
    model: str
    rule: str
    basis: QuoteBasis | BarBasis
    time: int
    """When it was recorded."""
    market_time: int
    sequence: int


def executed(event: OrderFilled, order: Order, stamp: Transaction) -> Execution:
    return Execution(
        execution_id=event.execution_id,
        order_id=event.order_id,
        client_order_id=order.client_order_id,
        position_id=event.position_id,
        symbol=order.symbol,
        side=order.side,
        effect=event.effect,
        quantity=event.quantity,
        price=event.price,
        commission=event.commission,
        realized_pnl=event.realized_pnl,
        model=event.model,
        rule=event.rule,
        basis=event.basis,
        time=stamp.recorded_at,
        market_time=stamp.market_time,
        sequence=stamp.sequence,
    )
