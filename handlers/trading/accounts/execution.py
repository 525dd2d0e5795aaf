"""Executions: fills as the account keeps them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from generated.models import PositionEffect, Side
from handlers.trading.ledger.events import BarBasis, Conversion, OrderFilled, QuoteBasis
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.money import ZERO
from handlers.trading.orders.order import Order
from handlers.trading.positions.conversion import converted


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


@dataclass(frozen=True, slots=True)
class Offered:
    """What one quote or bar offers to one side."""

    symbol: str
    side: Side
    basis: QuoteBasis | BarBasis
    since: int | None
    """A quote that is asked again carries a newer time; since then its prices are the same."""

    @property
    def began(self) -> int:
        return self.basis.time if self.since is None else self.since

    def taken_by(self, executions: Iterable[Execution]) -> Decimal:
        return sum((item.quantity for item in executions if self._fills(item)), ZERO)

    def _fills(self, item: Execution) -> bool:
        if item.symbol != self.symbol or item.side is not self.side:
            return False
        if self.since is None or item.basis.time < self.since:
            return item.basis == self.basis
        return replace(item.basis, time=self.basis.time) == self.basis


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
