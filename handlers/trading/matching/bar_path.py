"""What comes before what inside a bar. Pure.

The open is known, and comes first: what it fills fills before anything that the bar reaches later.
The path after it is not recorded, and is taken to be the worse one for the trader: a stop loss that
a fill puts to work meets the rest of the bar, as far as that goes against it, and its close. A
take-profit waits for the next bar.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import final

from typing_extensions import override

from generated.models import Side
from handlers.market.bars import Bar
from handlers.trading.ledger.basis import bar_basis, exact_price
from handlers.trading.ledger.events import BarBasis
from handlers.trading.matching import venue
from handlers.trading.matching.models.modeled import ModeledFills
from handlers.trading.matching.reports import Fill, Report, Rest, Trail, Trigger
from handlers.trading.orders import trailing, triggers
from handlers.trading.orders.in_flight import after, has_arrived
from handlers.trading.orders.limits import within_limit
from handlers.trading.orders.order import Order


def on_bar(
    order: Order, bar: Bar, fills: ModeledFills, session_end: int | None = None
) -> tuple[Report, ...]:
    """What the venue says of the bar; each fill knows what of the bar comes after it.

    An order that ends within the session has its open only: what came before its end is not known.
    """
    at_open = acts_at_open(order, bar_basis(bar))
    if not at_open and _ends_within(order, bar, session_end):
        return ()
    rest = RestOfBar(bar, fills, at_open)
    reports = venue.on_bar(order, bar, fills)
    return tuple(replace(item, rest=rest) if isinstance(item, Fill) else item for item in reports)


def _ends_within(order: Order, bar: Bar, session_end: int | None) -> bool:
    there = after(order, exact_price(bar.open)) if has_arrived(order, bar.time) else order
    ends = there.expires_at if there else None
    return ends is not None and session_end is not None and ends < session_end


def acts_at_open(order: Order, bar: BarBasis) -> bool:
    """Whether the open decides about the order."""
    there = after(order, bar.open) if has_arrived(order, bar.time) else order
    if there is None:
        return True
    if there.waits_for_trigger and not _reached(there, bar.open):
        return False
    return within_limit(there, bar.open)


@final
@dataclass(frozen=True, slots=True)
class RestOfBar(Rest):
    """What is left of a bar after a fill at its open, or at a price that it reached later."""

    bar: Bar
    fills: ModeledFills
    at_open: bool

    @override
    def meets(self, leg: Order, since: Decimal) -> tuple[Report, ...]:
        if self.at_open:
            return venue.on_bar(leg, self.bar, self.fills)
        return tuple(self._after(leg, since))

    def _after(self, leg: Order, since: Decimal) -> Iterator[Report]:
        """From that price as far as the bar goes against the leg, then to the close."""
        bar = bar_basis(self.bar)
        if leg.stop_price is None:
            yield Trail(leg.order_id, since, bar.time)
            leg = trailing.moved(leg, since)
        farthest = bar.high if leg.side is Side.BUY else bar.low
        stop = leg.stop_price
        if stop is None:
            return
        if not _reached(leg, farthest):
            if leg.trailing_offset is not None:
                yield Trail(leg.order_id, bar.close, bar.time)
            return
        price = since if _reached(leg, since) else stop
        yield Trigger(
            leg.order_id, price, "the bar reaches the stop after the entry", bar, bar.time
        )
        fill = self.fills.on_bar_at_stop(replace(leg, triggered_at=bar.time), self.bar, price)
        if fill is not None:
            yield fill


def _reached(order: Order, seen: Decimal) -> bool:
    return order.stop_price is not None and triggers.reached(order.side, order.stop_price, seen)
