"""Orders and their changes on the way to the venue: when they are there, and what they do. Pure."""

from dataclasses import replace
from decimal import Decimal
from typing import Final, Protocol, final

from generated.models import AccountClock, OrderStatus, PendingAction
from handlers.market.symbols import Symbol
from handlers.trading.booking.draft import Draft
from handlers.trading.ledger.events import OrderAccepted, OrderChangeRefused, OrderChangeSent
from handlers.trading.market import Market
from handlers.trading.matching.models.fees import FeeModel
from handlers.trading.matching.reports import Report
from handlers.trading.orders.in_flight import after, is_canceling, modified, why_refused
from handlers.trading.orders.order import REQUESTED, Order


class Way(Protocol):
    """How long it takes to the venue."""

    def delay(self, symbol: Symbol, order_id: str, revision: int) -> int: ...


@final
class Direct:
    """It takes no time."""

    def delay(self, symbol: Symbol, order_id: str, revision: int) -> int:
        return 0


DIRECT: Final = Direct()


class Venue(Protocol):
    """Where orders go."""

    def at_once(self, order: Order, market: Market) -> tuple[Report, ...]:
        """What happens to the order in the instant of its acceptance. Has no effect."""
        ...

    def delay(self, symbol: Symbol, order_id: str, revision: int) -> int:
        """Milliseconds of market time until that revision of the order is there."""
        ...


class PricedVenue(Venue, Protocol):
    def fee(self, symbol: Symbol) -> FeeModel:
        """What orders in the symbol cost."""
        ...


def send(draft: Draft, event: OrderAccepted, venue: Venue, market: Market) -> Order:
    """The order as it begins: pending, where the way to the venue takes time.

    A post-only one also where a price must come to show whether it would take.
    """
    symbol = market.symbol(event.symbol)
    delay = 0 if symbol is None else venue.delay(symbol, event.order_id, 1)
    if delay or (event.post_only and symbol is not None and _price_must_come(symbol, market)):
        there = draft.market_time + delay
        event = replace(event, status=OrderStatus.PENDING, effective_at=there)
    draft.add(event)
    return draft.order(event.order_id)


def _price_must_come(symbol: Symbol, market: Market) -> bool:
    return symbol.clock is AccountClock.REPLAY or not market.is_open(symbol.id)


def arrival(draft: Draft, order: Order, way: Way, market: Market) -> int | None:
    """Market time at which a change of the order is there; None for at once.

    It does not overtake the order. What the venue has not been told of is changed at once.
    """
    symbol = market.symbol(order.symbol)
    if symbol is None or order.status is OrderStatus.HELD:
        return None
    delay = way.delay(symbol, order.order_id, order.revision + 1)
    return max(draft.market_time + delay, order.working_since) if delay else None


def cancel(draft: Draft, order: Order, way: Way, market: Market) -> None:
    """Cancels the order at once, or sends the cancel to it; asked for again it is no later."""
    time = arrival(draft, order, way, market)
    if time is None:
        draft.cancel(order.order_id, REQUESTED)
        return
    if order.change is not None and is_canceling(order):
        time = min(time, order.change.arrives_at)
    draft.add(OrderChangeSent(order.order_id, PendingAction.CANCEL, time))


def arrive(draft: Draft, order: Order, touch: Decimal | None) -> None:
    """Does to the order, as it is by now, what its change asks for.

    `touch` is the price that the order would take now, where there is one.
    """
    wanted = after(order, touch)
    if wanted is None:
        draft.cancel(order.order_id, REQUESTED)
    elif wanted is order:
        draft.add(OrderChangeRefused(order.order_id, why_refused(order)))
    else:
        draft.add(modified(wanted, REQUESTED))
        draft.reconcile(order.symbol)
