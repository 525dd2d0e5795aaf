"""Checks before the trade. Each refusal names the field, the rule and the nearest valid value."""

from decimal import Decimal
from typing import Final

from generated.models import Side
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking.draft import Draft
from handlers.trading.booking.funds import shortfall
from handlers.trading.market import Market
from handlers.trading.money import ZERO
from handlers.trading.orders.commands import PlaceOrder
from handlers.trading.orders.order import AT_ONCE, STOPS, Order
from handlers.trading.orders.rejections import (
    Fault,
    InsufficientMargin,
    MarketClosed,
    NoPrice,
    NoRate,
    NothingToReduce,
    OcoGroupFilled,
    OcoGroupMismatch,
    PriceOffTick,
    PriceOutOfRange,
    QuantityOffStep,
    QuantityOutOfRange,
    ShortSaleNotAllowed,
    SymbolNotFound,
    WrongClock,
    fault,
)
from handlers.trading.positions import conversion, margin
from handlers.trading.positions.leverage import MarginTerms

HIGHEST_PRICE: Final = Decimal(10) ** 9
"""No limit may lie above this, in the symbol's currency."""


def check_symbol(state: AccountState, symbol_id: str, market: Market) -> Symbol:
    symbol = market.symbol(symbol_id)
    if symbol is None:
        raise SymbolNotFound(f"There is no symbol {symbol_id}.")
    clock = state.identity.clock
    if symbol.clock != clock:
        raise WrongClock(
            f"{symbol_id} trades on the {symbol.clock} clock, this account on the {clock} one.",
            Fault("/symbol", "clock", f"Use an account on the {symbol.clock} clock.", symbol_id),
        )
    return symbol


def check_quantity(symbol: Symbol, quantity: Decimal) -> None:
    step, largest = symbol.quantity_step, symbol.max_quantity
    if not step <= quantity <= largest:
        nearest = step if quantity < step else largest
        message = f"Between {money.text(step)} and {money.text(largest)}."
        raise QuantityOutOfRange(
            f"The quantity of {symbol.id} must lie between {money.text(step)} and "
            f"{money.text(largest)}.",
            fault("/quantity", "range", message, quantity, nearest),
        )
    if not money.is_multiple(quantity, step):
        nearest = min(max(money.nearest_multiple(quantity, step), step), largest)
        message = f"A multiple of {money.text(step)}."
        raise QuantityOffStep(
            f"Quantities of {symbol.id} are multiples of {money.text(step)}.",
            fault("/quantity", "quantity_step", message, quantity, nearest),
        )


def check_price(symbol: Symbol, price: Decimal, field: str = "/limitPrice") -> None:
    tick = symbol.tick_size
    if not tick <= price <= HIGHEST_PRICE:
        nearest = tick if price < tick else money.nearest_multiple(HIGHEST_PRICE, tick)
        message = f"Between {money.text(tick)} and {money.text(HIGHEST_PRICE)}."
        raise PriceOutOfRange(
            f"Prices of {symbol.id} lie between {money.text(tick)} and "
            f"{money.text(HIGHEST_PRICE)}.",
            fault(field, "range", message, price, nearest),
        )
    if not money.is_multiple(price, tick):
        message = f"A multiple of {money.text(tick)}."
        raise PriceOffTick(
            f"Prices of {symbol.id} are multiples of {money.text(tick)}.",
            fault(field, "tick_size", message, price, money.nearest_multiple(price, tick)),
        )


def check_session(command: PlaceOrder, market: Market) -> None:
    if market.quote(command.symbol) is None:
        raise NoPrice(
            f"{command.symbol} has no price yet.",
            Fault("/symbol", "price", "Try again when its feed delivers.", command.symbol),
        )
    at_once = command.time_in_force in AT_ONCE and command.type not in STOPS
    if at_once and not market.is_open(command.symbol):
        message = "Use day or gtc, which wait for the open."
        raise MarketClosed(
            f"The market of {command.symbol} is closed, and {command.time_in_force} does not wait.",
            Fault("/timeInForce", "market_open", message, command.time_in_force.value),
        )


def check_reduces(draft: Draft, command: PlaceOrder) -> None:
    """A reduce-only order needs a position on the other side."""
    position = draft.positions.get(command.symbol)
    if command.reduce_only and (position is None or position.closing_side is not command.side):
        message = "Leave it out, or trade the side that closes the position."
        raise NothingToReduce(
            f"A {command.side} reduces nothing: there is no such position in {command.symbol}.",
            Fault("/reduceOnly", "position", message, "true"),
        )


def check_owned(draft: Draft, command: PlaceOrder) -> None:
    """A cash account sells only what it owns."""
    if not draft.terms.in_full or command.side is not Side.SELL:
        return
    position = draft.positions.get(command.symbol)
    owned = ZERO if position is None else position.quantity
    if command.quantity > owned:
        message = f"At most {money.text(owned)}, which the account owns."
        raise ShortSaleNotAllowed(
            f"A cash account sells only what it owns: {money.text(owned)} of {command.symbol}.",
            fault("/quantity", "owned", message, command.quantity, owned or None),
        )


def check_group(state: AccountState, command: PlaceOrder) -> None:
    """All orders of an OCO group have one symbol, and all come before the first fill of one."""
    group = command.oco_group_id
    if group is None:
        return
    if group in state.filled_groups:
        message = "Use another group, or place the order by itself."
        raise OcoGroupFilled(
            "An order of the group has filled, whole or in part.",
            Fault("/ocoGroupId", "before_any_fill", message, group),
        )
    if state.order(group) is not None or state.position(group) is not None:
        message = "Use an id that is of no order and no position."
        raise OcoGroupMismatch(
            "The legs of a bracket are that group.",
            Fault("/ocoGroupId", "no_bracket", message, group),
        )
    for order in state.open_orders.values():
        if order.oco_group_id == group and order.symbol != command.symbol:
            raise OcoGroupMismatch(
                f"The group has orders of {order.symbol}.",
                Fault("/ocoGroupId", "one_symbol", "Use another group.", group),
            )


def check_rate(symbol: Symbol, terms: MarginTerms, market: Market) -> None:
    """Nothing is opened whose money cannot be converted into the account's currency."""
    if conversion.rate(symbol, terms.currency, market) is None:
        raise NoRate(
            f"{symbol.id} is in {symbol.currency}, and there is no rate into {terms.currency}.",
            Fault(
                "/symbol",
                "rate",
                f"Use an account in {symbol.currency}, or try again when a pair has a price.",
                symbol.id,
            ),
        )


def check_margin(draft: Draft, before: Order, opening: Decimal, market: Market) -> None:
    """Refuses an order, as it was before any fill, that leaves the account short of margin.

    `opening` is what of it opens or adds; an order that only reduces passes.
    """
    if opening == ZERO:
        return
    missing = shortfall(draft, market)
    if missing <= ZERO:
        return
    nearest = _affordable(draft, before, opening, missing, market)
    lacking = money.enough(missing, draft.terms.currency)
    raise InsufficientMargin(
        f"{lacking} of margin is missing.",
        fault(
            "/quantity",
            "margin",
            f"{lacking} is missing.",
            before.quantity,
            nearest,
        ),
    )


def _affordable(
    draft: Draft, before: Order, opening: Decimal, missing: Decimal, market: Market
) -> Decimal | None:
    """The largest quantity that would pass, None where not even one step would."""
    symbol = market.symbol(before.symbol)
    quote = market.quote(before.symbol)
    if symbol is None or quote is None:
        return None
    price = margin.reserve_price(before, market)
    spread = ZERO
    if not draft.order(before.order_id).open:
        closing_price = quote.bid if before.side is Side.BUY else quote.ask
        price, spread = closing_price, abs(price - closing_price)
    unit = price * draft.terms.rates(symbol).initial + spread
    rate = conversion.rate(symbol, draft.terms.currency, market)
    if rate is None:
        return None
    unit = rate.owed(unit)
    excess = money.quotient(missing, unit)
    if excess >= opening:
        return before.quantity - opening or None
    return money.floor_multiple(before.quantity - excess, symbol.quantity_step) or None
