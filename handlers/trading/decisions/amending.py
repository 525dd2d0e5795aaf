"""Modifying an order: what may change in which state, and what follows from it. Pure."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from generated.models import OrderType, TimeInForce, TransactionCause
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import acceptance, funds
from handlers.trading.booking.arriving import Venue, arrival
from handlers.trading.booking.draft import Draft
from handlers.trading.booking.hearing import carry_out
from handlers.trading.decisions.decide import check_repeated, find_open
from handlers.trading.decisions.legs import change_legs, check_sides
from handlers.trading.ledger.transactions import Cause
from handlers.trading.market import Market
from handlers.trading.money import ZERO
from handlers.trading.orders import trailing, triggers
from handlers.trading.orders.commands import KEEP, ModifyOrder
from handlers.trading.orders.in_flight import is_canceling, modified, possible, sent
from handlers.trading.orders.order import AT_ONCE, REQUESTED, STOPS, Order
from handlers.trading.orders.rejections import (
    BracketsNotAllowed,
    Fault,
    FieldNotApplicable,
    NoPrice,
    OrderNotWorking,
    QuantityFilledAlready,
    RevisionMismatch,
    fault,
)
from handlers.trading.positions import margin
from handlers.trading.risk import pretrade, terms

_FIELDS: Final = (
    ("limit_price", "/limitPrice"),
    ("stop_price", "/stopPrice"),
    ("trailing_offset", "/trailingOffset"),
    ("trailing_offset_type", "/trailingOffsetType"),
)


@money.exact
def modify(
    state: AccountState, command: ModifyOrder, market: Market, venue: Venue, now: int
) -> Draft | None:
    """None where nothing changes. Raises a Rejection."""
    check_repeated(state, None)
    order = find_open(state, command.order_id)
    if is_canceling(order):
        raise OrderNotWorking("A cancel of the order is on its way.")
    _check_revision(order, command)
    symbol = market.symbol(order.symbol)
    if symbol is None or market.quote(order.symbol) is None:
        raise NoPrice(f"{order.symbol} has no price yet.")
    before = possible(order)[-1]
    wanted = _wanted(before, command, symbol, market)
    check_sides(state, before, wanted, command, symbol, market)
    cause = Cause(TransactionCause.ORDER_MODIFIED, order.order_id)
    draft = Draft(state, cause, now, market.market_time(order.symbol))
    missing = max(funds.shortfall(draft, market), ZERO)
    if wanted != before:
        draft.add(modified(wanted, REQUESTED))
    change_legs(draft, wanted, command, symbol, market)
    draft.reconcile(order.symbol)
    if not draft.events:
        return None
    opening = margin.opening_quantity(draft.positions.get(order.symbol), wanted)
    _check_margin(draft, wanted, opening, missing, market)
    arrives_at = arrival(draft, order, venue, market)
    if arrives_at is not None and wanted != before:
        sending = Cause(TransactionCause.ORDER_CHANGE_SENT, order.order_id)
        draft = Draft(state, sending, now, draft.market_time)
        draft.add(sent(order, wanted, arrives_at))
        change_legs(draft, wanted, command, symbol, market)
        draft.reconcile(order.symbol)
        return draft
    changed = draft.order(order.order_id)
    if changed.working and wanted != before:
        carry_out(draft, venue.at_once(changed, market), market)
        _check_margin(draft, wanted, opening, missing, market)
    return draft


def _check_revision(order: Order, command: ModifyOrder) -> None:
    expected = command.expected_revision
    if expected is not None and expected != order.revision:
        message = f"It is {order.revision} by now."
        raise RevisionMismatch(
            f"The order has revision {order.revision}.",
            Fault("/expectedRevision", "revision", message, str(expected), str(order.revision)),
        )


def _wanted(order: Order, command: ModifyOrder, symbol: Symbol, market: Market) -> Order:
    """The order with the new terms, all of them checked."""
    _check_applicable(order, command)
    changes = {name: value for name, _ in _FIELDS if (value := getattr(command, name)) is not None}
    wanted = replace(order, **changes)
    if command.quantity is not None:
        _check_quantity(order, symbol, command.quantity)
        wanted = replace(wanted, quantity=command.quantity)
    if command.limit_price is not None:
        pretrade.check_price(symbol, command.limit_price)
        _check_post_only(order, symbol, command.limit_price, market)
    wanted = _moved_stop(order, wanted, command, symbol, market)
    return _dated(wanted, command, market)


def _check_applicable(order: Order, command: ModifyOrder) -> None:
    stop_is_fixed = order.type is OrderType.TRAILING_STOP or not order.waits_for_trigger
    absent = {
        "limit_price": order.limit_price is None,
        "stop_price": stop_is_fixed,
        "trailing_offset": order.trailing_offset is None or not order.waits_for_trigger,
        "trailing_offset_type": order.trailing_offset is None or not order.waits_for_trigger,
    }
    for name, field in _FIELDS:
        if absent[name] and getattr(command, name) is not None:
            raise _not_applicable(field, f"A {order.type} order in this state has none to change.")
    if command.quantity is not None and order.bracket_leg is not None:
        raise _not_applicable("/quantity", "A leg is as large as what it protects.")
    if command.quantity is not None and order.reverses:
        raise _not_applicable("/quantity", "A reversal is twice as large as its position.")
    legs = (command.take_profit, command.stop_loss)
    if legs != (KEEP, KEEP) and (order.reduce_only or order.bracket_leg is not None):
        raise BracketsNotAllowed(
            "An order that can only reduce has no bracket.",
            Fault("/takeProfit", "no_bracket", "Leave out takeProfit and stopLoss."),
        )


def _not_applicable(field: str, message: str) -> FieldNotApplicable:
    return FieldNotApplicable(message, Fault(field, "not_applicable", "Leave it out."))


def _check_quantity(order: Order, symbol: Symbol, quantity: Decimal) -> None:
    pretrade.check_quantity(symbol, quantity)
    if quantity <= order.filled_quantity:
        least = order.filled_quantity + symbol.quantity_step
        raise QuantityFilledAlready(
            f"{money.text(order.filled_quantity)} is filled already.",
            fault(
                "/quantity",
                "filled_quantity",
                f"At least {money.text(least)}; cancel the order to keep what is filled.",
                quantity,
                least,
            ),
        )


def _check_post_only(order: Order, symbol: Symbol, limit: Decimal, market: Market) -> None:
    quote = market.quote(symbol.id)
    looked_at = order.working or market.is_open(symbol.id)
    if order.post_only and quote is not None and looked_at:
        terms.check_post_only(symbol, order.side, limit, quote)


def _moved_stop(
    order: Order, wanted: Order, command: ModifyOrder, symbol: Symbol, market: Market
) -> Order:
    quote = market.quote(symbol.id)
    if quote is None or order.trigger_by is None or not order.waits_for_trigger:
        return wanted
    seen = triggers.price(quote, order.side, order.trigger_by)
    if command.stop_price is not None:
        pretrade.check_price(symbol, command.stop_price, "/stopPrice")
        if order.working:
            terms.check_stop_side(symbol, order.side, command.stop_price, seen, "/stopPrice")
    offset, kind = wanted.trailing_offset, wanted.trailing_offset_type
    if offset is None or kind is None or (offset, kind) == _trail_of(order):
        return wanted
    terms.check_trailing(order.side, offset, kind, seen, "/trailingOffset")
    if order.trail_mark is None:
        return wanted
    moved = trailing.moved(wanted, order.trail_mark)
    if moved.stop_price is not None:
        terms.check_stop_side(symbol, order.side, moved.stop_price, seen, "/trailingOffset")
    return moved


def _trail_of(order: Order) -> tuple[object, object]:
    return order.trailing_offset, order.trailing_offset_type


def _dated(order: Order, command: ModifyOrder, market: Market) -> Order:
    if command.time_in_force is None and command.expires_at is KEEP:
        return order
    kind = command.time_in_force or order.time_in_force
    if kind in AT_ONCE and command.time_in_force is not None and order.type not in STOPS:
        raise _not_applicable("/timeInForce", "An order that rests cannot act at once any more.")
    keeps = command.expires_at is KEEP and kind is TimeInForce.GTD
    given = order.expires_at if keeps else command.expires_at
    expires_at = given if isinstance(given, int) else None
    terms.check_expiry(kind, expires_at, market.market_time(order.symbol))
    if acceptance.ends_with_session(kind, order.type):
        expires_at = market.session_end(order.symbol)
    return replace(order, time_in_force=kind, expires_at=expires_at)


def _check_margin(
    draft: Draft, order: Order, opening: Decimal, before: Decimal, market: Market
) -> None:
    """Refuses a change that needs margin which is not there; one that frees margin passes.

    `before` is what was missing before the change.
    """
    if opening > ZERO and funds.shortfall(draft, market) > before:
        pretrade.check_margin(draft, order, opening, market)
