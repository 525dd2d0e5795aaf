"""Commands about positions beside closing them: reversing one, and protecting it. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from generated.models import OrderType, Side, TransactionCause
from handlers.market.quotes import Quote
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import acceptance, brackets
from handlers.trading.booking.arriving import Venue, send
from handlers.trading.booking.draft import Draft
from handlers.trading.booking.hearing import carry_out
from handlers.trading.decisions.decide import check_repeated, find_position, new_order_id
from handlers.trading.ledger.transactions import Cause
from handlers.trading.market import Market, prevailing
from handlers.trading.orders import triggers
from handlers.trading.orders.commands import PlaceOrder, ReversePosition, SetPositionBrackets
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import Fault, NoPrice, Refused
from handlers.trading.positions import margin
from handlers.trading.positions.position import Position
from handlers.trading.risk import pretrade, terms

REPLACED: Final = "replaced"


@money.exact
def reverse(
    state: AccountState, command: ReversePosition, market: Market, venue: Venue, now: int
) -> Draft:
    """One market order through zero, bound to its position. Raises Repeated, or a Rejection."""
    check_repeated(state, command.idempotency)
    position = find_position(state, command.position_id)
    quantity = brackets.reversal(position.quantity)
    try:
        return _reverse(state, command, position, quantity, market, venue, now)
    except Refused as refused:
        faults = (_about(position, quantity, fault) for fault in refused.faults)
        raise type(refused)(refused.detail, *faults) from refused


def _reverse(
    state: AccountState,
    command: ReversePosition,
    position: Position,
    quantity: Decimal,
    market: Market,
    venue: Venue,
    now: int,
) -> Draft:
    symbol, _ = _offered(position, market)
    pretrade.check_quantity(symbol, quantity)
    order_id = new_order_id(state)
    cause = Cause(TransactionCause.POSITION_REVERSED, order_id, command.idempotency)
    draft = Draft(state, cause, now, market.market_time(position.symbol))
    wanted = PlaceOrder(position.symbol, position.closing_side, OrderType.MARKET, quantity)
    pretrade.check_owned(draft, wanted)
    event = acceptance.entry(order_id, wanted, symbol, market)
    event = replace(event, position_id=position.position_id)
    order = send(draft, event, venue, market)
    opening = margin.opening_quantity(position, order)
    pretrade.check_rate(symbol, draft.terms, market)
    carry_out(draft, venue.at_once(order, market), market)
    pretrade.check_margin(draft, order, opening, market)
    return draft


@money.exact
def set_brackets(
    state: AccountState, command: SetPositionBrackets, market: Market, now: int
) -> Draft | None:
    """Replaces the legs of a position; None where it has none and gets none. Raises a Rejection."""
    check_repeated(state, None)
    position = find_position(state, command.position_id)
    symbol, quote = _offered(position, market)
    _check(symbol, position, command, quote)
    cause = Cause(TransactionCause.BRACKETS_CHANGED)
    draft = Draft(state, cause, now, market.market_time(position.symbol))
    for leg in list(legs_of(draft.open_orders, position)):
        if draft.order(leg.order_id).open:
            draft.cancel(leg.order_id, REPLACED)
    by = triggers.default(symbol.type)
    for wanted in (command.take_profit, command.stop_loss):
        if wanted is not None:
            side, quantity = position.closing_side, position.quantity
            draft.add(acceptance.leg(position, side, quantity, wanted, by, draft.sequence))
    return draft if draft.events else None


def legs_of(orders: tuple[Order, ...], position: Position) -> Iterator[Order]:
    """The open legs that work for a position: its own, and those of its entries."""
    for order in orders:
        protects = order.symbol == position.symbol and order.side is position.closing_side
        if order.bracket_leg is not None and order.working and protects:
            yield order


def _about(position: Position, quantity: Decimal, fault: Fault) -> Fault:
    """A fault of the order as one of the request, which names nothing but the position."""
    message = fault.message
    if fault.field == "/quantity":
        message = f"{message} Twice its quantity is {money.text(quantity)}."
    return Fault("positionId", fault.rule, message, position.position_id)


def _offered(position: Position, market: Market) -> tuple[Symbol, Quote]:
    symbol, quote = market.symbol(position.symbol), prevailing(market, position.symbol)
    if symbol is None or quote is None:
        raise NoPrice(f"{position.symbol} has no price yet.")
    return symbol, quote


def _check(symbol: Symbol, position: Position, command: SetPositionBrackets, quote: Quote) -> None:
    """Against the price at which the position could be closed, and the one that triggers."""
    buying = position.closing_side is Side.SELL
    entry_side = Side.BUY if buying else Side.SELL
    closing = quote.bid if buying else quote.ask
    terms.check_legs(symbol, entry_side, closing, command.take_profit, None)
    seen = triggers.price(quote, position.closing_side, triggers.default(symbol.type))
    terms.check_legs(symbol, entry_side, seen, None, command.stop_loss)
