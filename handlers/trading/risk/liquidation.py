"""Margin after the trade: when an account is called, and how it is liquidated. Pure.

Called when equity falls below CALL times the maintenance margin; the call is lifted at LIFT times
it. When equity falls below the maintenance margin itself, in one transaction:

1. all orders are canceled that could open or add (those that only reduce go on protecting),
2. positions are closed at the market by reduce-only orders, the one that binds the most
   maintenance margin first and among equals the older, each only as far as is needed to have CALL
   times the maintenance margin again after its commission, in whole quantity steps.

A position whose market is closed, or that has no price, is passed over until that changes. What
earlier liquidation orders still have to close counts as closed. Equity below zero stays: nobody
pays it up. Cash accounts owe nothing and are never called.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Final

from generated.models import TransactionCause
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import acceptance, arriving
from handlers.trading.booking.arriving import PricedVenue, Venue
from handlers.trading.booking.draft import Draft
from handlers.trading.booking.hearing import carry_out
from handlers.trading.ledger.events import LiquidationOrdered, MarginCalled, MarginRestored
from handlers.trading.ledger.transactions import Cause
from handlers.trading.market import Market, prevailing, time_at
from handlers.trading.matching.models.fees import FeeModel
from handlers.trading.money import ZERO
from handlers.trading.positions import margin
from handlers.trading.positions.conversion import Rate
from handlers.trading.positions.margin import Figures
from handlers.trading.positions.position import Position

CALL: Final = Decimal("1.25")
LIFT: Final = Decimal("1.3")
"""Above CALL, so that a price that moves about the one does not call again and again."""

LIQUIDATED: Final = "liquidation"
"""Why an order was canceled."""


class Need(Enum):
    """What an account's figures ask for."""

    NOTHING = auto()
    CALL = auto()
    LIFT = auto()
    LIQUIDATE = auto()


@money.exact
def figures(state: AccountState, market: Market) -> Figures:
    """Without orders: what they reserve is no matter here."""
    return margin.figures(
        state.balance.balance, state.open_positions, (), market, state.terms, Decimal(1)
    )


@money.exact
def need(state: AccountState, found: Figures) -> Need:
    equity, maintenance = found.equity, found.maintenance_margin
    called = state.standing.call is not None
    if equity < maintenance:
        return Need.LIQUIDATE
    if not called and equity < CALL * maintenance:
        return Need.CALL
    if called and equity >= LIFT * maintenance:
        return Need.LIFT
    return Need.NOTHING


@money.exact
def enforce(state: AccountState, market: Market, venue: PricedVenue, now: int) -> Draft | None:
    """None where nothing is to be done, or nothing can be yet."""
    found = figures(state, market)
    wanted = need(state, found)
    if wanted is Need.NOTHING:
        return None
    at = time_at(market, next(iter(state.open_positions)), now) if state.open_positions else now
    draft = Draft(state, Cause(TransactionCause.MARGIN_CALLED), now, at)
    if wanted is Need.LIFT:
        draft.because(Cause(TransactionCause.MARGIN_RESTORED))
        draft.add(MarginRestored(found.equity, found.maintenance_margin))
        return draft
    if state.standing.call is None:
        draft.add(MarginCalled(found.equity, found.maintenance_margin))
    if wanted is Need.LIQUIDATE:
        _liquidate(state, draft, found, market, venue)
    return draft if draft.events else None


@dataclass(frozen=True, slots=True)
class _Holding:
    """A position that can be closed now."""

    position: Position
    symbol: Symbol
    left: Decimal
    """The quantity that no liquidation order is about yet."""
    unit: Decimal
    """Maintenance margin of one unit, in the account's currency."""
    price: Decimal
    """At which it is closed, in the symbol's currency."""
    fee: FeeModel
    rate: Rate
    """From the symbol's currency into the account's."""

    @property
    def bound(self) -> Decimal:
        return money.value_of(self.left, self.unit)

    def commission(self, quantity: Decimal) -> Decimal:
        """What closing so much of it costs, in the account's currency."""
        value = money.value_of(quantity, self.price)
        return self.rate.owed(self.fee.total(quantity, value)) if quantity else ZERO


def _liquidate(
    state: AccountState, draft: Draft, found: Figures, market: Market, venue: PricedVenue
) -> None:
    for order in draft.open_orders:
        if not order.reduce_only and draft.order(order.order_id).open:
            draft.cancel(order.order_id, LIQUIDATED)
            draft.because(Cause(TransactionCause.LIQUIDATION, order.order_id))
    maintenance = found.maintenance_margin - _on_the_way(state, found, market)
    equity = found.equity - _due(state, market, venue)
    for holding in sorted(_holdings(state, market, venue), key=_rank):
        quantity = _needed(holding, equity, maintenance)
        if quantity <= ZERO:
            return
        equity -= holding.commission(quantity)
        maintenance -= money.value_of(quantity, holding.unit)
        _order(draft, holding.position, quantity, found, market, venue)


def _order(
    draft: Draft,
    position: Position,
    quantity: Decimal,
    found: Figures,
    market: Market,
    venue: Venue,
) -> None:
    order_id = draft.new_id("ord")
    draft.because(Cause(TransactionCause.LIQUIDATION, order_id))
    draft.add(
        LiquidationOrdered(
            order_id,
            position.position_id,
            position.symbol,
            quantity,
            found.equity,
            found.maintenance_margin,
        )
    )
    event = acceptance.closing(order_id, position, quantity, market)
    order = arriving.send(draft, event, venue, market)
    carry_out(draft, venue.at_once(order, market), market)


def _needed(holding: _Holding, equity: Decimal, maintenance: Decimal) -> Decimal:
    """How much of it to close, in whole steps or all, for equity to be CALL times the margin."""
    step = holding.symbol.quantity_step

    def enough(steps: int) -> bool:
        quantity = steps * step
        remains = maintenance - money.value_of(quantity, holding.unit)
        return CALL * remains <= max(equity - holding.commission(quantity), ZERO)

    if enough(0):  # a fee may have a minimum, so that some is no better than none
        return ZERO
    possible = range(1, int(holding.left // step) + 1)
    steps = bisect_left(possible, True, key=enough)
    return possible[steps] * step if steps < len(possible) else holding.left


def _holdings(state: AccountState, market: Market, venue: PricedVenue) -> Iterator[_Holding]:
    for position in state.open_positions.values():
        symbol = market.symbol(position.symbol)
        if symbol is None or prevailing(market, position.symbol) is None:
            continue
        left = position.quantity - _ordered(state, position)
        if left > ZERO and market.is_open(position.symbol):
            price = margin.mark(position, market, state.terms).market_price
            rate = margin.rate_of(position, market, state.terms)
            value = abs(rate.into(position.sign * price))
            unit = money.value_of(value, state.terms.rates(symbol).maintenance)
            yield _Holding(position, symbol, left, unit, price, venue.fee(symbol), rate)


def _rank(holding: _Holding) -> tuple[Decimal, int, str]:
    return -holding.bound, holding.position.sequence, holding.position.position_id


def _ordered(state: AccountState, position: Position) -> Decimal:
    """What liquidation orders still have to close of it."""
    orders = (
        state.open_orders.get(order_id)
        for order_id, position_id in state.standing.liquidations.items()
        if position_id == position.position_id
    )
    ordered = sum((order.remaining for order in orders if order is not None), ZERO)
    return min(ordered, position.quantity)


def _due(state: AccountState, market: Market, venue: PricedVenue) -> Decimal:
    """What earlier liquidation orders will still be charged, in the account's currency."""
    total = ZERO
    for order in filter(None, map(state.open_orders.get, state.standing.liquidations)):
        position, symbol = state.open_positions[order.symbol], market.symbol(order.symbol)
        if symbol is not None:
            price = margin.mark(position, market, state.terms).market_price
            value = order.filled_value + money.value_of(order.remaining, price)
            due = venue.fee(symbol).commission(order.commission, order.quantity, value)
            total += margin.rate_of(position, market, state.terms).owed(due)
    return total


def _on_the_way(state: AccountState, found: Figures, market: Market) -> Decimal:
    """Maintenance margin that liquidation orders are about to free."""
    total = ZERO
    for item in found.positions:
        position, symbol = state.open_positions[item.symbol], market.symbol(item.symbol)
        if symbol is not None:
            ordered = _ordered(state, position)
            value = money.share_of(abs(item.market_value), ordered, position.quantity)
            total += money.value_of(value, state.terms.rates(symbol).maintenance)
    return total
