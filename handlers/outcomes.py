"""What a command did, as of the transaction that did it."""

from dataclasses import dataclass

from handlers.trading.accounts.account import AccountState, AccountView
from handlers.trading.ledger.events import OrderEvent
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.orders.order import Order


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did: an order, as of the transaction that did it."""

    view: AccountView
    order: Order
    replayed: bool
    """The same request was carried out before; this is its answer again."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a command did to orders, as of the transaction that did it."""

    view: AccountView
    orders: tuple[Order, ...]
    replayed: bool


def outcome_of(view: AccountView, order_id: str, *, replayed: bool) -> Outcome:
    order = view.order(order_id)
    if order is None:
        raise AssertionError(f"{order_id} is not in the transaction that names it")
    return Outcome(view, order, replayed)


def touched_orders(state: AccountState, transaction: Transaction) -> tuple[Order, ...]:
    """The orders that the transaction is about, as it left them."""
    ids = dict.fromkeys(
        event.order_id for event in transaction.events if isinstance(event, OrderEvent)
    )
    found = (state.order(item, transaction.sequence) for item in ids)
    return tuple(order for order in found if order is not None)
