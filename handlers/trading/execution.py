"""Executions: fills as the account keeps them."""

from dataclasses import dataclass
from decimal import Decimal

from generated.models import PositionEffect, Side
from handlers.trading.conversion import converted
from handlers.trading.events import BarBasis, Conversion, OrderFilled, QuoteBasis
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
    """In the account's currency, as is the commission."""
    conversion: Conversion | None
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
        commission=converted(event.commission, event.conversion),
        realized_pnl=converted(event.realized_pnl, event.conversion),
        conversion=event.conversion,
        model=event.model,
        rule=event.rule,
        basis=event.basis,
        time=stamp.recorded_at,
        market_time=stamp.market_time,
        sequence=stamp.sequence,
    )
