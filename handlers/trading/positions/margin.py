"""The figures of an account: what the price alone changes, and what margin is bound.

In a margin account equity is the balance plus unrealized profit and loss; in a cash account, where
what is bought is paid from the balance, it is the balance plus the market value of the positions.
Positions are marked at the price at which they could be closed, bid for long and ask for short.
Working orders reserve initial margin for what they would open beyond the present position, one with
a modify on its way for the dearer of what it is and what it will be. Of buys and sells of one
symbol only the dearer side counts: both cannot add to the exposure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from generated.models import PositionSide, Side
from handlers.trading import money
from handlers.trading.market import Market, prevailing
from handlers.trading.money import ZERO
from handlers.trading.orders.in_flight import possible
from handlers.trading.orders.order import Order
from handlers.trading.positions import conversion
from handlers.trading.positions.leverage import MarginTerms
from handlers.trading.positions.position import Position


@dataclass(frozen=True, slots=True)
class PositionFigures:
    position_id: str
    symbol: str
    market_price: Decimal
    market_value: Decimal
    """In the account's currency, as is the profit and loss."""
    unrealized_pnl: Decimal
    time: int
    """Market time of the price."""


@dataclass(frozen=True, slots=True)
class Figures:
    equity: Decimal
    market_value: Decimal
    unrealized_pnl: Decimal
    initial_margin: Decimal
    maintenance_margin: Decimal
    order_margin: Decimal
    buying_power: Decimal
    positions: tuple[PositionFigures, ...]

    @property
    def available_funds(self) -> Decimal:
        bound = money.CONTEXT.add(self.initial_margin, self.order_margin)
        return money.CONTEXT.subtract(self.equity, bound)

    @property
    def excess_liquidity(self) -> Decimal:
        return money.CONTEXT.subtract(self.equity, self.maintenance_margin)

    @property
    def margin_level(self) -> Decimal | None:
        """Equity divided by initial margin; None where there is nothing to maintain."""
        if not self.maintenance_margin:
            return None
        return money.quotient(self.equity, self.initial_margin)


@money.exact
def figures(
    balance: Decimal,
    positions: Mapping[str, Position],
    orders: Iterable[Order],
    market: Market,
    terms: MarginTerms,
    lowest_rate: Decimal,
) -> Figures:
    """`positions` by symbol; `lowest_rate` is the one at which buying power is stated."""
    marked = tuple(mark(position, market, terms) for position in positions.values())
    unrealized = sum((item.unrealized_pnl for item in marked), ZERO)
    initial = maintenance = ZERO
    for item in marked:
        symbol = market.symbol(item.symbol)
        if symbol is not None:
            size, rates = abs(item.market_value), terms.rates(symbol)
            initial += money.value_of(size, rates.initial)
            maintenance += money.value_of(size, rates.maintenance)
    reserved = order_margin(positions, orders, market, terms)
    value = sum((item.market_value for item in marked), ZERO)
    equity = balance + (value if terms.in_full else unrealized)
    available = equity - initial - reserved
    return Figures(
        equity=equity,
        market_value=value,
        unrealized_pnl=unrealized,
        initial_margin=initial,
        maintenance_margin=maintenance,
        order_margin=reserved,
        buying_power=money.quotient(max(available, ZERO), lowest_rate),
        positions=marked,
    )


def mark(position: Position, market: Market, terms: MarginTerms) -> PositionFigures:
    """At the prevailing quote; where the feed has none, at the position's own average price.

    In the account's currency, at the last rate used where there is none now.
    """
    quote, rate = prevailing(market, position.symbol), rate_of(position, market, terms)
    if quote is None:
        price, time = position.average_price, position.updated_market_time
    else:
        price = quote.bid if position.side is PositionSide.LONG else quote.ask
        time = quote.time
    return PositionFigures(
        position.position_id,
        position.symbol,
        price,
        rate.into(position.market_value(price)),
        rate.into(position.unrealized_pnl(price)),
        time,
    )


def rate_of(position: Position, market: Market, terms: MarginTerms) -> conversion.Rate:
    """From the symbol's currency into the account's; the last one used where there is none now."""
    found = conversion.last_rate(position.symbol, terms.currency, market, terms.rates_used)
    return found or conversion.SAME


def order_margin(
    positions: Mapping[str, Position], orders: Iterable[Order], market: Market, terms: MarginTerms
) -> Decimal:
    """What all working orders reserve, in the account's currency.

    Where there is no rate an order opens nothing, and reserves nothing.
    """
    by_symbol: dict[str, list[Order]] = {}
    for order in orders:
        by_symbol.setdefault(order.symbol, []).append(order)
    total = ZERO
    for symbol_id, group in by_symbol.items():
        symbol = market.symbol(symbol_id)
        if symbol is not None:
            position, share = positions.get(symbol_id), terms.rates(symbol).initial
            reserved = max(_reserved(share, position, group, side, market) for side in Side)
            rate = conversion.last_rate(symbol_id, terms.currency, market, terms.rates_used)
            total += rate.owed(reserved) if rate else ZERO
    return total


def opening_quantity(position: Position | None, order: Order) -> Decimal:
    """How much of the order, by itself, would open or add: zero when it can only reduce."""
    if order.reduce_only:
        return ZERO
    if position is None or order.side is not position.closing_side:
        return order.remaining
    return max(ZERO, order.remaining - position.quantity)


def reserve_price(order: Order, market: Market) -> Decimal:
    """The price at which an order is expected to fill.

    That of the market, for a stop its stop price where that is dearer for the trader; and the
    limit where that is better than either.
    """
    quote = prevailing(market, order.symbol)
    buying = order.side is Side.BUY
    price = (quote.ask if buying else quote.bid) if quote else order.limit_price
    if order.waits_for_trigger and order.stop_price is not None:
        price = max(price, order.stop_price) if buying and price else order.stop_price
    if price is None or order.limit_price is None:
        return price or ZERO
    return min(price, order.limit_price) if buying else max(price, order.limit_price)


def _reserved(
    rate: Decimal, position: Position | None, orders: Iterable[Order], side: Side, market: Market
) -> Decimal:
    closing = position.quantity if position and position.closing_side is side else ZERO
    total = ZERO
    wanted = (order for order in orders if order.side is side and not order.reduce_only)
    for order in _one_of_each_group(wanted, market):
        opening = max(ZERO, order.remaining - closing)
        closing = max(ZERO, closing - order.remaining)
        value = money.value_of(opening, reserve_price(order, market))
        total += money.value_of(value, rate)
    return total


def _one_of_each_group(orders: Iterable[Order], market: Market) -> list[Order]:
    """Of the orders of one OCO group only the largest can fill."""
    single: list[Order] = []
    largest: dict[str, Order] = {}
    for each in orders:
        order = each if each.change is None else _dearest(each, market)
        group = order.oco_group_id
        if group is None:
            single.append(order)
        elif group not in largest or _size(order, market) > _size(largest[group], market):
            largest[group] = order
    return [*single, *largest.values()]


def _dearest(order: Order, market: Market) -> Order:
    return max(possible(order), key=lambda item: _size(item, market))


def _size(order: Order, market: Market) -> Decimal:
    return money.value_of(order.remaining, reserve_price(order, market))
