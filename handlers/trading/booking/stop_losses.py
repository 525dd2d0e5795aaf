"""Stop losses that a fill inside a bar puts to work: the rest of the bar meets them. Pure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from generated.models import BracketLeg
from handlers.trading.booking.draft import Draft
from handlers.trading.matching.reports import Fill, Report
from handlers.trading.money import ZERO
from handlers.trading.orders.order import Order


def guarded(draft: Draft, fill: Fill) -> Mapping[str, Decimal]:
    """The stop losses that wait for their stop now, and what each is to close."""
    if fill.rest is None:
        return {}
    symbol = draft.order(fill.order_id).symbol
    return {leg.order_id: leg.remaining for leg in _stop_losses(draft, symbol)}


def after_fill(draft: Draft, fill: Fill, before: Mapping[str, Decimal]) -> Iterator[Report]:
    """What the rest of the bar does to stop losses that the fill put to work or made larger.

    What is said of one must be booked before the next is asked for.
    """
    if fill.rest is None:
        return
    symbol = draft.order(fill.order_id).symbol
    for order_id in [leg.order_id for leg in _stop_losses(draft, symbol)]:
        leg = draft.order(order_id)
        if leg.working and leg.remaining > before.get(order_id, ZERO):
            yield from fill.rest.meets(leg, fill.price)


def _stop_losses(draft: Draft, symbol: str) -> Iterator[Order]:
    for order in draft.open_orders:
        waits = order.working and order.waits_for_trigger
        if waits and order.symbol == symbol and order.bracket_leg is BracketLeg.STOP_LOSS:
            yield order
