"""Decisions: what a command does to an account. Pure.

Each takes the state and the market of this instant and gives a draft of one transaction, or
raises a `Rejection`. A request that was carried out before is answered by `Repeated`.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from generated.models import AccountClock, AccountType, Side, TransactionCause
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import acceptance, arriving
from handlers.trading.booking.arriving import DIRECT, Venue, Way, send
from handlers.trading.booking.draft import Draft
from handlers.trading.booking.hearing import carry_out
from handlers.trading.ledger.events import AccountOpened, AccountReset, LedgerRestored
from handlers.trading.ledger.transactions import Cause, Idempotency, Transaction, identifier
from handlers.trading.market import Market, prevailing, time_at
from handlers.trading.orders import confirmation, triggers
from handlers.trading.orders.commands import CancelOrder, CancelOrders, ClosePosition, PlaceOrder
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import (
    ArchivedAccount,
    IdempotencyConflict,
    NoPrice,
    OrderIsDisconnected,
    OrderNotFound,
    OrderNotWorking,
    PositionIsClosed,
    PositionNotFound,
    PositionQuantityExceeded,
    SymbolNotFound,
    fault,
)
from handlers.trading.positions import margin
from handlers.trading.positions.position import Position
from handlers.trading.risk import pretrade, terms

RESET: Final = "account_reset"


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
    symbol = pretrade.check_symbol(state, command.symbol, market)
    confirmation.check(state.account_id, command, now)
    pretrade.check_quantity(symbol, command.quantity)
    pretrade.check_session(command, market)
    if state.terms.in_full and command.side is Side.SELL:
        command = replace(command, reduce_only=True)
    terms.check(symbol, command, market)
    order_id = new_order_id(state)
    cause = Cause(TransactionCause.ORDER_PLACED, order_id, key)
    draft = Draft(state, cause, now, market.market_time(command.symbol))
    pretrade.check_owned(draft, command)
    pretrade.check_reduces(draft, command)
    pretrade.check_group(state, command)
    order = send(draft, acceptance.entry(order_id, command, symbol, market), venue, market)
    by = command.trigger_by or triggers.default(symbol.type)
    for leg in acceptance.legs(order, command.take_profit, command.stop_loss, by):
        draft.add(leg)
    opening = margin.opening_quantity(draft.positions.get(order.symbol), order)
    if opening:
        pretrade.check_rate(symbol, draft.terms, market)
    carry_out(draft, venue.at_once(order, market), market)
    pretrade.check_margin(draft, order, opening, market)
    return draft


@money.exact
def cancel(
    state: AccountState, command: CancelOrder, market: Market, now: int, way: Way = DIRECT
) -> Draft:
    """Raises Repeated, or a Rejection."""
    key = command.idempotency
    check_repeated(state, key)
    order = find_open(state, command.order_id)
    cause = Cause(TransactionCause.ORDER_CANCELED, order.order_id, key)
    draft = Draft(state, cause, now, time_at(market, order.symbol, now))
    arriving.cancel(draft, order, way, market)
    if draft.order(order.order_id).open:
        draft.because(Cause(TransactionCause.ORDER_CHANGE_SENT, order.order_id, key))
    return draft


@money.exact
def cancel_many(
    state: AccountState, command: CancelOrders, market: Market, now: int, way: Way = DIRECT
) -> Draft | None:
    """Where nothing fits None, or with a key a transaction that uses it up and does nothing.

    Raises Repeated, or a Rejection.
    """
    key = command.idempotency
    check_repeated(state, key)
    if command.symbol is not None and market.symbol(command.symbol) is None:
        raise SymbolNotFound(f"There is no symbol {command.symbol}.")
    chosen = [order for order in state.open_orders.values() if _is_meant(order, command)]
    if not chosen and key is None:
        return None
    cause = Cause(TransactionCause.ORDERS_CANCELED, idempotency=key)
    about = chosen[0].symbol if chosen else command.symbol
    draft = Draft(state, cause, now, time_at(market, about, now) if about else now)
    for order in chosen:
        if draft.order(order.order_id).open:
            arriving.cancel(draft, draft.order(order.order_id), way, market)
    return draft


@money.exact
def close(
    state: AccountState, command: ClosePosition, market: Market, venue: Venue, now: int
) -> Draft:
    """A market order that can only reduce. Raises Repeated, or a Rejection."""
    key = command.idempotency
    check_repeated(state, key)
    position = find_position(state, command.position_id)
    quantity = _closing_quantity(position, command.quantity, market)
    if prevailing(market, position.symbol) is None:
        raise NoPrice(f"{position.symbol} has no price yet.")
    order_id = new_order_id(state)
    cause = Cause(TransactionCause.POSITION_CLOSED, order_id, key)
    draft = Draft(state, cause, now, market.market_time(position.symbol))
    event = acceptance.closing(order_id, position, quantity, market)
    carry_out(draft, venue.at_once(send(draft, event, venue, market), market), market)
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
    for order in state.open_orders.values():
        if draft.order(order.order_id).open:
            draft.cancel(order.order_id, RESET)
    epoch = state.identifier("ep", state.sequence + 1)
    draft.add(AccountReset(reason, balance, epoch, market_epoch))
    draft.epoch(epoch)
    return draft


@money.exact
def restored(state: AccountState, epoch: str, now: int) -> Draft:
    """The account goes on from a backup, in an epoch that no client has seen."""
    draft = Draft(state, Cause(TransactionCause.LEDGER_RESTORED), now, now)
    draft.add(LedgerRestored(epoch))
    draft.epoch(epoch)
    return draft


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


def check_connected(order: Order) -> None:
    if order.disconnected:
        raise OrderIsDisconnected("Its venue cannot be reached: play the scenario `connect`.")


def find_open(state: AccountState, order_id: str) -> Order:
    """Raises OrderNotFound, OrderNotWorking, and ArchivedAccount as `check_repeated` does."""
    check_repeated(state, None)
    order = state.view().order(order_id)
    if order is None:
        raise OrderNotFound(f"There is no order {order_id} in this account.")
    if not order.open:
        raise OrderNotWorking(f"The order is {order.status}.")
    check_connected(order)
    return order


def find_position(state: AccountState, position_id: str) -> Position:
    """Raises PositionNotFound, PositionIsClosed."""
    position = state.view().position(position_id)
    if position is None:
        raise PositionNotFound(f"There is no position {position_id} in this account.")
    if not position.open:
        raise PositionIsClosed("The position is closed.")
    return position


def new_order_id(state: AccountState) -> str:
    return state.identifier("ord", state.sequence + 1)


def _is_meant(order: Order, command: CancelOrders) -> bool:
    if order.disconnected or command.symbol not in (None, order.symbol):
        return False
    if command.side not in (None, order.side):
        return False
    return command.include_brackets or order.bracket_leg is None


def _closing_quantity(position: Position, wanted: Decimal | None, market: Market) -> Decimal:
    if wanted is None:
        return position.quantity
    symbol = market.symbol(position.symbol)
    if symbol is not None and wanted != position.quantity:
        pretrade.check_quantity(symbol, wanted)
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
