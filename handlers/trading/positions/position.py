"""Netted positions, one open at a time for an account and symbol."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from generated.models import PositionEffect, PositionSide, Side
from handlers.trading import money
from handlers.trading.ledger.events import (
    PositionChanged,
    PositionClosed,
    PositionEvent,
    PositionOpened,
    PositionRescaled,
)
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.money import ZERO


class BrokenPosition(Exception):
    """An event that does not fit the position: a fault of the program or of the ledger."""


@dataclass(frozen=True, slots=True)
class Position:
    position_id: str
    symbol: str
    side: PositionSide
    quantity: Decimal
    cost_basis: Decimal
    """What the open quantity cost, or brought when short; stored, averages derive from it."""
    realized_pnl: Decimal
    """In the account's currency."""
    entry_quantity: Decimal
    """All that was ever opened, and its cost: the entry price of a closed position."""
    entry_cost: Decimal
    revision: int
    opened_at: int
    opened_market_time: int
    updated_at: int
    updated_market_time: int
    sequence: int
    """The transaction that opened it."""

    @property
    def open(self) -> bool:
        return self.quantity > ZERO

    @property
    def sign(self) -> int:
        return 1 if self.side is PositionSide.LONG else -1

    @property
    def closing_side(self) -> Side:
        return Side.SELL if self.side is PositionSide.LONG else Side.BUY

    @property
    def average_price(self) -> Decimal:
        if self.open:
            return money.quotient(self.cost_basis, self.quantity)
        return money.quotient(self.entry_cost, self.entry_quantity)

    def market_value(self, price: Decimal) -> Decimal:
        """Signed; negative when short."""
        return self.sign * money.value_of(self.quantity, price)

    def unrealized_pnl(self, price: Decimal) -> Decimal:
        return self.market_value(price) - self.sign * self.cost_basis

    def apply(self, event: PositionEvent, stamp: Transaction) -> "Position":
        """The position after the event; the only way in which a position changes."""
        match event:
            case PositionOpened():
                raise BrokenPosition(f"{self.position_id} is open already")
            case PositionChanged():
                return self._changed(event, stamp)
            case PositionRescaled():
                return self._touched(
                    stamp,
                    event.realized_pnl,
                    quantity=event.quantity,
                    cost_basis=event.cost_basis,
                    entry_quantity=event.entry_quantity,
                )
            case PositionClosed():
                return self._touched(stamp, event.realized_pnl, quantity=ZERO, cost_basis=ZERO)

    def _changed(self, event: PositionChanged, stamp: Transaction) -> "Position":
        added = max(ZERO, event.quantity - self.quantity)
        paid = event.cost_basis - self.cost_basis if added else ZERO
        return self._touched(
            stamp,
            event.realized_pnl,
            quantity=event.quantity,
            cost_basis=event.cost_basis,
            entry_quantity=self.entry_quantity + added,
            entry_cost=self.entry_cost + paid,
        )

    def _touched(self, stamp: Transaction, realized_pnl: Decimal, **changes: Any) -> "Position":
        if not self.open:
            raise BrokenPosition(f"{self.position_id} is closed")
        return replace(
            self,
            realized_pnl=realized_pnl,
            revision=self.revision + 1,
            updated_at=stamp.recorded_at,
            updated_market_time=stamp.market_time,
            **changes,
        )


def opened(event: PositionOpened, stamp: Transaction) -> Position:
    """The position that begins with this event."""
    return Position(
        position_id=event.position_id,
        symbol=event.symbol,
        side=event.side,
        quantity=event.quantity,
        cost_basis=event.cost_basis,
        realized_pnl=ZERO,
        entry_quantity=event.quantity,
        entry_cost=event.cost_basis,
        revision=1,
        opened_at=stamp.recorded_at,
        opened_market_time=stamp.market_time,
        updated_at=stamp.recorded_at,
        updated_market_time=stamp.market_time,
        sequence=stamp.sequence,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One side of what a fill does to the net position."""

    effect: PositionEffect
    quantity: Decimal
    realized_pnl: Decimal
    """In the symbol's currency."""
    event: PositionEvent

    @property
    def position_id(self) -> str:
        return self.event.position_id


def _as_it_is(amount: Decimal) -> Decimal:
    return amount


def settle(
    current: Position | None,
    symbol: str,
    side: Side,
    quantity: Decimal,
    price: Decimal,
    new_position_id: str,
    convert: Callable[[Decimal], Decimal] = _as_it_is,
) -> tuple[Part, ...]:
    """What a fill does: opens, adds, reduces, or closes and opens on the other side of zero.

    `convert` gives profit and loss in the account's currency, as positions add it up.
    """
    if current is None or not current.open:
        return (_opening(symbol, side, quantity, price, new_position_id),)
    if side is not current.closing_side:
        return (_adding(current, quantity, price),)
    closing = min(quantity, current.quantity)
    parts = (_reducing(current, closing, price, convert),)
    if quantity == closing:
        return parts
    return (*parts, _opening(symbol, side, quantity - closing, price, new_position_id))


def _opening(symbol: str, side: Side, quantity: Decimal, price: Decimal, position_id: str) -> Part:
    direction = PositionSide.LONG if side is Side.BUY else PositionSide.SHORT
    cost = money.value_of(quantity, price)
    event = PositionOpened(position_id, symbol, direction, quantity, cost)
    return Part(PositionEffect.OPEN, quantity, ZERO, event)


def _adding(current: Position, quantity: Decimal, price: Decimal) -> Part:
    event = PositionChanged(
        current.position_id,
        current.quantity + quantity,
        current.cost_basis + money.value_of(quantity, price),
        current.realized_pnl,
    )
    return Part(PositionEffect.OPEN, quantity, ZERO, event)


def _reducing(
    current: Position, quantity: Decimal, price: Decimal, convert: Callable[[Decimal], Decimal]
) -> Part:
    cost = money.share_of(current.cost_basis, quantity, current.quantity)
    realized = current.sign * (money.value_of(quantity, price) - cost)
    total = current.realized_pnl + convert(realized)
    event: PositionEvent = PositionClosed(current.position_id, total)
    if quantity < current.quantity:
        rest = current.quantity - quantity
        event = PositionChanged(current.position_id, rest, current.cost_basis - cost, total)
    return Part(PositionEffect.CLOSE, quantity, realized, event)
