"""Decisions about what happened to open orders: what the venue reports, and what time ends. Pure.

A report was made on an earlier revision of its order perhaps: what does not fit the order as it is
now is passed over, and the venue works the newer revision.
"""

from collections.abc import Iterable
from decimal import Decimal

from generated.models import OrderStatus, Side, TransactionCause
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import funds, stop_losses
from handlers.trading.booking.arriving import arrive
from handlers.trading.booking.draft import Draft
from handlers.trading.ledger.events import (
    OrderActivated,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderTrailed,
    OrderTriggered,
)
from handlers.trading.ledger.transactions import Cause
from handlers.trading.market import Market, prevailing
from handlers.trading.matching.reports import (
    Activate,
    Arrive,
    Cancel,
    Fill,
    Reject,
    Report,
    Trail,
    Trigger,
)
from handlers.trading.money import ZERO
from handlers.trading.orders import trailing, triggers
from handlers.trading.orders.in_flight import has_arrived
from handlers.trading.orders.limits import touch, within_limit
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import InsufficientMargin, NoRate
from handlers.trading.positions import conversion, margin


@money.exact
def report(
    state: AccountState, reports: Iterable[Report], market: Market, now: int
) -> Draft | None:
    """What the venue says about open orders; None where nothing of it still matters.

    An order that has expired by then is expired, not filled. A market order that waited for the
    open is rejected where the opening price leaves the account short of margin.
    """
    current = [item for item in reports if item.order_id in state.open_orders]
    if not current:
        return None
    first = current[0]
    cause = Cause(TransactionCause.ORDER_FILLED, first.order_id)
    draft = Draft(state, cause, now, first.market_time)
    for item in current:
        _hear(draft, item, market)
    if not draft.events:
        return None
    draft.because(Cause(_cause_of(draft), first.order_id))
    return draft


@money.exact
def expire(state: AccountState, market: Market, now: int) -> Draft | None:
    """Ends the orders whose time has come, and lets changes arrive; None where there is none."""
    due = [order for order in state.open_orders.values() if is_due(order, market)]
    if not due:
        return None
    cause = Cause(TransactionCause.ORDER_EXPIRED, due[0].order_id)
    draft = Draft(state, cause, now, market.market_time(due[0].symbol))
    for order in due:
        time = market.market_time(order.symbol)
        _let_time_pass(draft, order.order_id, time, _touch(order, market))
    draft.because(Cause(_cause_of(draft), due[0].order_id))
    return draft


def is_due(order: Order, market: Market) -> bool:
    """Whether it has expired, or a change of it has arrived."""
    time = order.ends_or_changes_at
    if time is None or market.symbol(order.symbol) is None:
        return False
    return time <= market.market_time(order.symbol)


def carry_out(draft: Draft, reports: Iterable[Report], market: Market) -> None:
    """Books reports about an order that nothing else has touched since they were made."""
    for item in reports:
        order = draft.order(item.order_id)
        if order.open:
            _book(draft, order, item, market)


def _hear(draft: Draft, item: Report, market: Market) -> None:
    order = draft.order(item.order_id)
    price = item.touch if isinstance(item, Arrive) else _touch(order, market)
    _let_time_pass(draft, order.order_id, item.market_time, price)
    order = draft.order(item.order_id)
    if not order.open:
        return
    if isinstance(item, Fill) and _unaffordable(draft, order, item, market):
        _refuse(draft, order, InsufficientMargin.code)
    else:
        _book(draft, order, item, market)


def _refuse(draft: Draft, order: Order, reason: str) -> None:
    """An order that was filled in part was not rejected: what remains of it is canceled."""
    end = draft.cancel if order.filled_quantity else draft.reject
    end(order.order_id, reason)


def _touch(order: Order, market: Market) -> Decimal | None:
    quote = prevailing(market, order.symbol)
    return None if quote is None else touch(order, quote)


def _let_time_pass(draft: Draft, order_id: str, time: int, price: Decimal | None) -> None:
    """What happened to the order by then without a price, in its order."""
    order = draft.order(order_id)
    if order.open and has_arrived(order, min(time, order.expires_at or time)):
        arrive(draft, order, price)
        order = draft.order(order_id)
    if order.open and order.expires_at is not None and order.expires_at <= time:
        draft.expire(order_id)


def _book(draft: Draft, order: Order, item: Report, market: Market) -> None:
    match item:
        case Fill() if _may_fill(order, item):
            before = stop_losses.guarded(draft, item)
            fill(draft, order, item, market)
            for told in stop_losses.after_fill(draft, item, before):
                _hear(draft, told, market)
        case Cancel() if not order.waits_for_trigger:
            draft.cancel(order.order_id, item.reason)
        case Reject():
            draft.reject(order.order_id, item.reason)
        case Activate() if order.status is OrderStatus.PENDING:
            draft.add(_activated(order, item))
        case Trigger() if _may_trigger(order, item):
            draft.add(OrderTriggered(order.order_id, item.price, item.rule, item.basis))
        case Trail() if order.working and order.waits_for_trigger:
            _trail(draft, order, item)
        case _:
            pass


def fill(draft: Draft, order: Order, item: Fill, market: Market) -> None:
    """Without a rate into the account's currency nothing is opened; what closes has the last."""
    terms, symbol = draft.terms, market.symbol(order.symbol)
    opens = margin.opening_quantity(draft.positions.get(order.symbol), order) > ZERO
    if opens and symbol is not None:
        rate = conversion.rate(symbol, terms.currency, market)
    else:
        rate = conversion.last_rate(order.symbol, terms.currency, market, terms.rates_used)
    if rate is None:
        _refuse(draft, order, NoRate.code)
    else:
        draft.fill(item, rate)


def _may_fill(order: Order, fill: Fill) -> bool:
    return order.working and not order.waits_for_trigger and within_limit(order, fill.price)


def _may_trigger(order: Order, trigger: Trigger) -> bool:
    if not order.working or not order.waits_for_trigger or order.stop_price is None:
        return False
    return triggers.reached(order.side, order.stop_price, trigger.price)


def _activated(order: Order, item: Activate) -> OrderActivated:
    moved = order if item.seen is None else trailing.moved(order, item.seen)
    return OrderActivated(order.order_id, order.quantity, moved.stop_price, moved.trail_mark)


def _trail(draft: Draft, order: Order, item: Trail) -> None:
    mark = order.trail_mark
    if mark is not None and not trailing.is_better(order.side, item.seen, mark):
        return
    moved = trailing.moved(order, item.seen)
    if moved.stop_price is not None:
        draft.add(OrderTrailed(order.order_id, item.seen, moved.stop_price))


def _unaffordable(draft: Draft, order: Order, fill: Fill, market: Market) -> bool:
    if draft.terms.in_full:
        return order.side is Side.BUY and _cost(draft, order, fill, market) > draft.balance
    if not order.takes_any_price:
        return False
    if margin.opening_quantity(draft.positions.get(order.symbol), order) == ZERO:
        return False
    return funds.shortfall(draft, market) > ZERO


def _cost(draft: Draft, order: Order, fill: Fill, market: Market) -> Decimal:
    """What a buy would take from a cash account."""
    terms, cost = draft.terms, draft.cost(fill)
    rate = conversion.last_rate(order.symbol, terms.currency, market, terms.rates_used)
    return rate.owed(cost) if rate else cost


_CAUSES = (
    (OrderFilled, TransactionCause.ORDER_FILLED),
    (OrderExpired, TransactionCause.ORDER_EXPIRED),
    (OrderRejected, TransactionCause.ORDER_REJECTED),
    (OrderTriggered, TransactionCause.ORDER_TRIGGERED),
    (OrderActivated, TransactionCause.ORDER_ACTIVATED),
    (OrderCanceled, TransactionCause.ORDER_CANCELED),
    (OrderTrailed, TransactionCause.ORDER_TRAILED),
)


def _cause_of(draft: Draft) -> TransactionCause:
    """The weightiest of what happened."""
    for kind, cause in _CAUSES:
        if any(isinstance(event, kind) for event in draft.events):
            return cause
    return TransactionCause.ORDER_MODIFIED
