"""Decisions: what a command, a report of the venue or the clock does to an account. Pure.

Each takes the state and the market of this instant and gives a draft of one transaction, or
raises a `Rejection`. A request that was carried out before is answered by `Repeated`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from generated.models import (
    AccountClock,
    AccountType,
    OrderType,
    TimeInForce,
    TransactionCause,
)
from handlers.trading import margin, money, risk
from handlers.trading.account import AccountState
from handlers.trading.commands import CancelOrder, ClosePosition, PlaceOrder
from handlers.trading.draft import Draft
from handlers.trading.events import (
    AccountOpened,
    AccountReset,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderRejected,
)
from handlers.trading.fills import Cancel, Fill, Report
from handlers.trading.market import Market, prevailing, time_at
from handlers.trading.money import ZERO
from handlers.trading.order import Order
from handlers.trading.position import Position
from handlers.trading.rejections import (
    ArchivedAccount,
    IdempotencyConflict,
    InsufficientMargin,
    NoPrice,
    OrderNotFound,
    OrderNotWorking,
    PositionIsClosed,
    PositionNotFound,
    PositionQuantityExceeded,
    fault,
)
from handlers.trading.transactions import Cause, Idempotency, Transaction, identifier

REQUESTED: Final = "requested"
RESET: Final = "account_reset"


class Venue(Protocol):
    """Where orders go."""

    def at_once(self, order: Order, market: Market) -> tuple[Report, ...]:
        """What happens to the order in the instant of its acceptance. Has no effect."""
        ...


class Repeated(Exception):
    """The same request was carried out before, in this transaction."""

    def __init__(self, sequence: int, order_id: str | None) -> None:
        super().__init__(sequence)
        self.sequence = sequence
        self.order_id = order_id


@money.exact
def place(
    state: AccountState, command: PlaceOrder, market: Market, venue: Venue, now: int
) -> Draft:
    """Raises Repeated, or a Rejection."""
    key = command.idempotency
    check_repeated(state, key)
    symbol = risk.check_symbol(state, command.symbol, market)
    risk.check_quantity(symbol, command.quantity)
    if command.limit_price is not None:
        risk.check_price(symbol, command.limit_price)
    risk.check_session(command, market)
    order_id = _new_order_id(state)
    cause = Cause(TransactionCause.ORDER_PLACED, order_id, key)
    draft = Draft(state, cause, now, market.market_time(command.symbol))
    accepted = OrderAccepted(
        order_id=order_id,
        client_order_id=command.client_order_id,
        symbol=command.symbol,
        side=command.side,
        type=command.type,
        quantity=command.quantity,
        limit_price=command.limit_price,
        time_in_force=command.time_in_force,
        expires_at=_expiry(command.symbol, command.time_in_force, market),
        reduce_only=False,
        position_id=None,
    )
    order = _accept(draft, accepted)
    opening = margin.opening_quantity(draft.positions.get(order.symbol), order)
    _report(draft, venue.at_once(order, market))
    risk.check_margin(draft, order, opening, market)
    return draft


@money.exact
def cancel(state: AccountState, command: CancelOrder, market: Market, now: int) -> Draft:
    """Raises Repeated, or a Rejection."""
    key = command.idempotency
    check_repeated(state, key)
    order = state.view().order(command.order_id)
    if order is None:
        raise OrderNotFound(f"There is no order {command.order_id} in this account.")
    if not order.working:
        raise OrderNotWorking(f"The order is {order.status}.")
    cause = Cause(TransactionCause.ORDER_CANCELED, order.order_id, key)
    draft = Draft(state, cause, now, time_at(market, order.symbol, now))
    draft.cancel(order.order_id, REQUESTED)
    return draft


@money.exact
def close(
    state: AccountState, command: ClosePosition, market: Market, venue: Venue, now: int
) -> Draft:
    """A market order that can only reduce. Raises Repeated, or a Rejection."""
    key = command.idempotency
    check_repeated(state, key)
    position = state.view().position(command.position_id)
    if position is None:
        raise PositionNotFound(f"There is no position {command.position_id} in this account.")
    if not position.open:
        raise PositionIsClosed("The position is closed.")
    quantity = _closing_quantity(position, command.quantity, market)
    if prevailing(market, position.symbol) is None:
        raise NoPrice(f"{position.symbol} has no price yet.")
    order_id = _new_order_id(state)
    cause = Cause(TransactionCause.POSITION_CLOSED, order_id, key)
    draft = Draft(state, cause, now, market.market_time(position.symbol))
    accepted = OrderAccepted(
        order_id=order_id,
        client_order_id=None,
        symbol=position.symbol,
        side=position.closing_side,
        type=OrderType.MARKET,
        quantity=quantity,
        limit_price=None,
        time_in_force=TimeInForce.DAY,
        expires_at=_expiry(position.symbol, TimeInForce.DAY, market),
        reduce_only=True,
        position_id=position.position_id,
    )
    _report(draft, venue.at_once(_accept(draft, accepted), market))
    return draft


@money.exact
def report(
    state: AccountState, reports: Iterable[Report], market: Market, now: int
) -> Draft | None:
    """What the venue says about working orders; None where nothing of it still matters.

    An order that has expired by then is expired, not filled. A market order that waited for the
    open is rejected where the opening price leaves the account short of margin.
    """
    current = [item for item in reports if item.order_id in state.working]
    if not current:
        return None
    first = current[0]
    cause = Cause(TransactionCause.ORDER_FILLED, first.order_id)
    draft = Draft(state, cause, now, first.market_time)
    for item in current:
        _hear(draft, item, market)
    draft.because(_cause_of(draft, first.order_id))
    return draft


@money.exact
def expire(state: AccountState, market: Market, now: int) -> Draft | None:
    """Ends the orders whose time has come; None where there is none."""
    due = [order for order in state.working.values() if is_due(order, market)]
    if not due:
        return None
    cause = Cause(TransactionCause.ORDER_EXPIRED, due[0].order_id)
    draft = Draft(state, cause, now, market.market_time(due[0].symbol))
    for order in due:
        draft.add(OrderExpired(order.order_id))
    return draft


@dataclass(frozen=True, slots=True)
class OpenAccount:
    account_id: str
    user_id: str
    name: str
    type: AccountType
    clock: AccountClock
    currency: str
    balance: Decimal
    idempotency: Idempotency | None = None


def open_account(command: OpenAccount, market_epoch: str | None, now: int) -> Transaction:
    """The first transaction of an account."""
    epoch = identifier("ep", command.account_id, 1)
    event = AccountOpened(
        command.user_id,
        command.name,
        command.type,
        command.clock,
        command.currency,
        command.balance,
        epoch,
        market_epoch,
    )
    cause = Cause(TransactionCause.ACCOUNT_OPENED, idempotency=command.idempotency)
    return Transaction(command.account_id, command.user_id, 1, epoch, now, now, cause, (event,))


@money.exact
def reset(
    state: AccountState,
    balance: Decimal,
    reason: str,
    market_epoch: str | None,
    now: int,
    idempotency: Idempotency | None = None,
) -> Draft:
    """Begins a new epoch: working orders are canceled, positions and profit forgotten."""
    cause = Cause(TransactionCause.ACCOUNT_RESET, idempotency=idempotency)
    draft = Draft(state, cause, now, now)
    for order in state.working.values():
        draft.cancel(order.order_id, RESET)
    epoch = identifier("ep", state.account_id, state.sequence + 1)
    draft.add(AccountReset(reason, balance, epoch, market_epoch))
    draft.epoch(epoch)
    return draft


def is_due(order: Order, market: Market) -> bool:
    if order.expires_at is None or market.symbol(order.symbol) is None:
        return False
    return order.expires_at <= market.market_time(order.symbol)


def check_repeated(state: AccountState, idempotency: Idempotency | None) -> None:
    """Raises Repeated for the request that used the key up, IdempotencyConflict for another.

    An archived account repeats what it did, and takes nothing new.
    """
    used = idempotency and state.used_keys.get((idempotency.scope, idempotency.key))
    if idempotency and used:
        sequence, cause = used
        if cause.idempotency != idempotency:
            raise IdempotencyConflict(f"{idempotency.key!r} was used for another request.")
        raise Repeated(sequence, cause.order_id)
    if state.profile.archived:
        raise ArchivedAccount("The account is archived: restore it first.")


def _accept(draft: Draft, event: OrderAccepted) -> Order:
    draft.add(event)
    return draft.order(event.order_id)


def _report(draft: Draft, reports: Iterable[Report]) -> None:
    for item in reports:
        match item:
            case Fill():
                draft.fill(item)
            case Cancel():
                draft.cancel(item.order_id, item.reason)


def _new_order_id(state: AccountState) -> str:
    return identifier("ord", state.account_id, state.sequence + 1)


def _expiry(symbol: str, time_in_force: TimeInForce, market: Market) -> int | None:
    return market.session_end(symbol) if time_in_force is TimeInForce.DAY else None


def _closing_quantity(position: Position, wanted: Decimal | None, market: Market) -> Decimal:
    if wanted is None:
        return position.quantity
    symbol = market.symbol(position.symbol)
    if symbol is not None and wanted != position.quantity:
        risk.check_quantity(symbol, wanted)
    if wanted > position.quantity:
        raise PositionQuantityExceeded(
            f"The position holds {money.text(position.quantity)}.",
            fault(
                "/quantity",
                "position_quantity",
                f"At most {money.text(position.quantity)}.",
                wanted,
                position.quantity,
            ),
        )
    return wanted


def _hear(draft: Draft, item: Report, market: Market) -> None:
    order = draft.order(item.order_id)
    if not order.working:
        return
    if order.expires_at is not None and order.expires_at <= item.market_time:
        draft.add(OrderExpired(order.order_id))
    elif isinstance(item, Fill) and _unaffordable(draft, order, market):
        draft.reject(order.order_id, InsufficientMargin.code)
    else:
        _report(draft, (item,))


def _unaffordable(draft: Draft, order: Order, market: Market) -> bool:
    if order.type is not OrderType.MARKET:
        return False
    if margin.opening_quantity(draft.positions.get(order.symbol), order) == ZERO:
        return False
    return risk.shortfall(draft, market) > ZERO


def _cause_of(draft: Draft, order_id: str) -> Cause:
    match draft.events[0]:
        case OrderExpired():
            return Cause(TransactionCause.ORDER_EXPIRED, order_id)
        case OrderRejected():
            return Cause(TransactionCause.ORDER_REJECTED, order_id)
        case OrderCanceled():
            return Cause(TransactionCause.ORDER_CANCELED, order_id)
        case _:
            return Cause(TransactionCause.ORDER_FILLED, order_id)
