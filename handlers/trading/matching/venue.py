"""The rules of the simulated venue: what one quote or one bar does to one order. Pure.

The path inside a bar is not recorded. It is taken to be the one that is worse for the trader: the
bar reaches a stop before a limit on the other side, and a trailing stop before it follows. What the
close shows is certain all the same: a close beyond the stop to which it followed has reached it.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from generated.models import OrderStatus, Side, TimeInForce
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.trading.ledger.basis import bar_basis, exact_price, quote_basis
from handlers.trading.ledger.events import BarBasis, QuoteBasis
from handlers.trading.matching.models.modeled import ModeledFills
from handlers.trading.matching.reports import (
    NOT_FILLED_AT_ONCE,
    Activate,
    Arrive,
    Cancel,
    Fill,
    Reject,
    Report,
    Trail,
    Trigger,
)
from handlers.trading.orders import trailing, triggers
from handlers.trading.orders.in_flight import POST_ONLY, after, has_arrived
from handlers.trading.orders.limits import touch, within_limit
from handlers.trading.orders.order import AT_ONCE, Order


def on_quote(order: Order, quote: Quote, fills: ModeledFills) -> tuple[Report, ...]:
    """What the quote does to the order, in order; nothing where it is older than the order."""
    if quote.time < order.working_since:
        return ()
    there = _changed(order, quote.time, touch(order, quote))
    reports = _on_quote(there, quote, fills) if there else ()
    return (*_arrival(order, quote.time, touch(order, quote)), *reports)


def on_bar(order: Order, bar: Bar, fills: ModeledFills) -> tuple[Report, ...]:
    """What the bar does to the order; nothing where it was open when the order was accepted."""
    if bar.time < order.working_since:
        return ()
    opening = exact_price(bar.open)
    there = _changed(order, bar.time, opening)
    reports = _on_bar(there, bar, fills) if there else ()
    return (*_arrival(order, bar.time, opening), *reports)


def _changed(order: Order, time: int, price: Decimal) -> Order | None:
    """The order with the change that is there by then; None where that cancels it."""
    return after(order, price) if has_arrived(order, time) else order


def _arrival(order: Order, time: int, price: Decimal) -> Iterator[Report]:
    if has_arrived(order, time):
        yield Arrive(order.order_id, time, price)


def _on_quote(order: Order, quote: Quote, fills: ModeledFills) -> Iterator[Report]:
    if order.status is OrderStatus.PENDING:
        seen = seen_by(order, quote)
        yield Activate(order.order_id, quote.time, seen)
        order = _activated(order, seen, quote.time)
        if order.post_only and within_limit(order, touch(order, quote)):
            yield Reject(order.order_id, POST_ONLY, quote.time)
            return
    if order.waits_for_trigger and (seen := seen_by(order, quote)) is not None:
        if order.stop_price is None:
            yield Trail(order.order_id, seen, quote.time)
            order = trailing.moved(order, seen)
        if not _reached(order, seen):
            yield from _followed(order, seen, quote.time)
            return
        yield _triggered(order, seen, quote_basis(quote), quote.time)
        order = replace(order, triggered_at=quote.time)
    yield from _ended(order, fills.on_quote(order, quote), quote.time)


def _on_bar(order: Order, bar: Bar, fills: ModeledFills) -> Iterator[Report]:
    basis = bar_basis(bar)
    if order.status is OrderStatus.PENDING:
        yield Activate(order.order_id, bar.time, basis.open)
        order = _activated(order, basis.open, bar.time)
        if order.post_only and within_limit(order, basis.open):
            yield Reject(order.order_id, POST_ONLY, bar.time)
            return
    if order.waits_for_trigger and order.stop_price is None:
        yield Trail(order.order_id, basis.open, bar.time)
        order = trailing.moved(order, basis.open)
    stop = order.stop_price
    if not order.waits_for_trigger or stop is None:
        yield from _ended(order, fills.on_bar(order, bar), bar.time)
        return
    buying = order.side is Side.BUY
    gone_to = basis.high if buying else basis.low
    if _reached(order, basis.open):
        yield _triggered(order, basis.open, basis, bar.time)
        order = replace(order, triggered_at=bar.time)
        yield from _ended(order, fills.on_bar(order, bar), bar.time)
    elif _reached(order, gone_to):
        yield _triggered(order, stop, basis, bar.time)
        order = replace(order, triggered_at=bar.time)
        yield from _ended(order, fills.on_bar_at_stop(order, bar, stop), bar.time)
    else:
        yield from _trailed_on_bar(order, bar, fills)


def _trailed_on_bar(order: Order, bar: Bar, fills: ModeledFills) -> Iterator[Report]:
    """It follows the bar to its end; the close came afterwards and may lie beyond the new stop."""
    basis = bar_basis(bar)
    gone_to = basis.low if order.side is Side.BUY else basis.high
    followed = tuple(_followed(order, gone_to, bar.time))
    yield from followed
    moved = trailing.moved(order, gone_to)
    stop = moved.stop_price
    if not followed or stop is None or not triggers.reached(order.side, stop, basis.close):
        return
    yield _triggered(moved, stop, basis, bar.time)
    moved = replace(moved, triggered_at=bar.time)
    yield from _ended(moved, fills.on_bar_at_stop(moved, bar, stop), bar.time)


def seen_by(order: Order, quote: Quote) -> Decimal | None:
    """The price that a stop looks at; None for an order that is no stop."""
    if order.trigger_by is None:
        return None
    return triggers.price(quote, order.side, order.trigger_by)


def _reached(order: Order, seen: Decimal) -> bool:
    return order.stop_price is not None and triggers.reached(order.side, order.stop_price, seen)


def _activated(order: Order, seen: Decimal | None, time: int) -> Order:
    active = replace(order, status=OrderStatus.WORKING, working_since=time)
    return active if seen is None else trailing.moved(active, seen)


def _triggered(order: Order, seen: Decimal, basis: QuoteBasis | BarBasis, time: int) -> Trigger:
    beyond = "at or above" if order.side is Side.BUY else "at or below"
    price = order.trigger_by.value if order.trigger_by else ""
    return Trigger(order.order_id, seen, f"{price} is {beyond} the stop", basis, time)


def _followed(order: Order, seen: Decimal, time: int) -> Iterator[Report]:
    if order.trail_mark is not None and trailing.is_better(order.side, seen, order.trail_mark):
        yield Trail(order.order_id, seen, time)


def _ended(order: Order, fill: Fill | None, time: int) -> Iterator[Report]:
    """The fill; and the end of an order that acts once."""
    whole = fill is not None and fill.quantity == order.remaining
    if fill and (whole or order.time_in_force is not TimeInForce.FOK):
        yield fill
    if order.time_in_force in AT_ONCE and not whole:
        yield Cancel(order.order_id, NOT_FILLED_AT_ONCE, time)
