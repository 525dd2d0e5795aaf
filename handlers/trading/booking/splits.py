"""Splits: positions and orders in new shares. Pure.

A share is a quantity step at the least: a fraction of it that is left of a position is paid out at
the last price before, and of an order is dropped. Prices of orders go to the tick that lies away
from the market, so that none fills or triggers earlier. A modify on its way is of old shares and is
refused. What was filled stays as it was filled.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from generated.models import ActivityType, OrderType, PendingAction, Side, TrailingOffsetType
from handlers.market.actions import Split
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.booking import brackets
from handlers.trading.booking.arriving import arrive
from handlers.trading.booking.draft import Draft
from handlers.trading.ledger.events import (
    BalanceChanged,
    OrderChangeRefused,
    OrderRescaled,
    PositionRescaled,
    SplitApplied,
)
from handlers.trading.market import Market
from handlers.trading.money import ZERO
from handlers.trading.orders.in_flight import after, has_arrived
from handlers.trading.orders.order import Order
from handlers.trading.positions import conversion
from handlers.trading.positions.position import Position

SPLIT: Final = "split"
"""Why an order was canceled of which not one step is left, and why a modify was refused."""


def apply(draft: Draft, split: Split, symbol: Symbol, market: Market) -> None:
    """To what was held and ordered before its day."""
    draft.add(SplitApplied(split.symbol, split.time, split.numerator, split.denominator))
    for order in _standing(draft, split):
        _decide_change(draft, order, split)
    position = draft.positions.get(split.symbol)
    if position is not None and position.opened_market_time < split.time:
        _rescale_position(draft, position, split, symbol, market)
    gone = []
    for order, opened in _family(draft, split, symbol):
        terms = rescaled(order, split, symbol) if order.open else _terms_of(order)
        if terms is None:
            gone.append(order)
            terms = _terms_of(order)
        draft.add(replace(terms, opened_quantity=opened))
    for order in gone:
        if draft.order(order.order_id).open:
            draft.cancel(order.order_id, SPLIT)
    brackets.reconcile(draft, split.symbol)


def _decide_change(draft: Draft, order: Order, split: Split) -> None:
    """What arrived before the split is of old shares; a modify that comes later is refused."""
    if has_arrived(order, split.time):
        arrive(draft, order, touch=None)
    elif order.pending_action is PendingAction.MODIFY:
        draft.add(OrderChangeRefused(order.order_id, SPLIT))


def rescaled(order: Order, split: Split, symbol: Symbol) -> OrderRescaled | None:
    """The terms of an open order in new shares; None where nothing is left of it."""
    remaining = _steps(_scaled(order.remaining, split), symbol)
    if remaining <= ZERO:
        return None
    tick = symbol.tick_size
    buying = order.side is Side.BUY
    offset = order.trailing_offset
    if offset is not None and order.trailing_offset_type is TrailingOffsetType.PRICE:
        offset = _price(offset, split)
    trailing = order.type is OrderType.TRAILING_STOP
    return OrderRescaled(
        order_id=order.order_id,
        quantity=order.filled_quantity + remaining,
        limit_price=_price(order.limit_price, split, tick, up=not buying),
        stop_price=_price(order.stop_price, split, None if trailing else tick, up=buying),
        trailing_offset=offset,
        trail_mark=_price(order.trail_mark, split),
        opened_quantity=order.opened_quantity,
    )


def applied(order: Order, split: Split, symbol: Symbol) -> Order | None:
    """An order of the venue's book after a split; None where nothing is left of it."""
    if order.created_market_time >= split.time:
        return order
    order = _unchanging(order, split)
    terms = rescaled(order, split, symbol)
    if terms is None:
        return None
    return replace(
        order,
        quantity=terms.quantity,
        limit_price=terms.limit_price,
        stop_price=terms.stop_price,
        trailing_offset=terms.trailing_offset,
        trail_mark=terms.trail_mark,
    )


def _unchanging(order: Order, split: Split) -> Order:
    """With what has arrived, and without a modify that is on its way."""
    there = after(order) if has_arrived(order, split.time) else order
    if there is None or there.pending_action is PendingAction.CANCEL:
        return order
    return replace(there, change=None)


def _standing(draft: Draft, split: Split) -> list[Order]:
    return [
        order
        for order in draft.open_orders
        if order.symbol == split.symbol and order.created_market_time < split.time
    ]


def _family(draft: Draft, split: Split, symbol: Symbol) -> Iterator[tuple[Order, Decimal]]:
    """The orders that stand and the entries of those that are legs.

    With each what it has opened, such that what its legs have still to close is in new shares.
    """
    standing = _standing(draft, split)
    entries = {leg.parent_id: None for leg in standing if leg.parent_id is not None}
    for order_id in {**entries, **{order.order_id: None for order in standing}}:
        order = draft.order(order_id)
        closed = sum((leg.filled_quantity for leg in draft.legs(order_id)), ZERO)
        unprotected = _steps(_scaled(order.opened_quantity - closed, split), symbol)
        yield order, closed + unprotected if order_id in entries else order.opened_quantity


def _terms_of(order: Order) -> OrderRescaled:
    """The terms that a finished order had; they stay."""
    return OrderRescaled(
        order.order_id,
        order.quantity,
        order.limit_price,
        order.stop_price,
        order.trailing_offset,
        order.trail_mark,
        order.opened_quantity,
    )


def _rescale_position(
    draft: Draft, position: Position, split: Split, symbol: Symbol, market: Market
) -> None:
    """The cost basis stays, but for the share of the fraction that is paid out."""
    whole = _scaled(position.quantity, split)
    quantity = _steps(whole, symbol)
    fraction = whole - quantity
    cost = money.share_of(position.cost_basis, fraction, whole) if fraction else ZERO
    terms, proceeds = draft.terms, position.sign * money.value_of(fraction, split.last_price)
    rate = conversion.last_rate(symbol.id, terms.currency, market, terms.rates_used)
    rate = rate or conversion.SAME
    amount = proceeds if terms.in_full else proceeds - position.sign * cost
    by = rate.of(amount)
    realized = conversion.converted(proceeds - position.sign * cost, by)
    draft.add(
        PositionRescaled(
            position_id=position.position_id,
            quantity=quantity,
            cost_basis=position.cost_basis - cost,
            realized_pnl=position.realized_pnl + realized,
            entry_quantity=_scaled(position.entry_quantity, split),
        )
    )
    if amount:
        change = conversion.converted(amount, by)
        draft.add(
            BalanceChanged(
                change,
                draft.balance + change,
                ActivityType.SALE if terms.in_full else ActivityType.REALIZED_PNL,
                position.symbol,
                position_id=position.position_id,
                note=f"{money.text(fraction)} paid out at {money.text(split.last_price)}",
                conversion=by,
            )
        )


def _scaled(quantity: Decimal, split: Split) -> Decimal:
    """In new shares, rounded at 12 digits."""
    return money.quotient(
        money.CONTEXT.multiply(quantity, split.numerator), Decimal(split.denominator)
    )


def _steps(quantity: Decimal, symbol: Symbol) -> Decimal:
    """Without a fraction of a step."""
    return money.floor_multiple(quantity, symbol.quantity_step)


def _price(
    price: Decimal | None, split: Split, tick: Decimal | None = None, *, up: bool = False
) -> Decimal | None:
    """Of a new share; to the tick above or below, at least one tick."""
    if price is None:
        return None
    exact = money.CONTEXT.multiply(price, split.denominator)
    exact = money.quotient(exact, Decimal(split.numerator))
    if tick is None:
        return exact
    floor = money.floor_multiple(exact, tick)
    return max(tick, floor + tick if up and floor < exact else floor)
