"""Checks of an order's terms: its prices, stops, brackets and expiry."""

from decimal import Decimal
from typing import Final

from generated.models import OrderType, Side, TimeInForce, TrailingOffsetType
from handlers.market.quotes import Quote
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.market import Market
from handlers.trading.money import ZERO
from handlers.trading.orders import trailing, triggers
from handlers.trading.orders.commands import PlaceOrder, StopLoss, TakeProfit
from handlers.trading.orders.rejections import (
    BracketsNotAllowed,
    BracketWrongSide,
    ExpiryInvalid,
    Fault,
    PostOnlyWouldFill,
    StopLossIncomplete,
    StopWrongSide,
    TrailingOffsetOutOfRange,
    fault,
)
from handlers.trading.risk import pretrade

ALL_OF_IT: Final = Decimal(100)
"""Percent."""


def check(symbol: Symbol, command: PlaceOrder, market: Market) -> None:
    """All that the command says about itself. Raises a `Refused`; the symbol has a price."""
    if command.limit_price is not None:
        pretrade.check_price(symbol, command.limit_price)
    if command.stop_price is not None:
        pretrade.check_price(symbol, command.stop_price, "/stopPrice")
    check_expiry(command.time_in_force, command.expires_at, market.market_time(symbol.id))
    quote = market.quote(symbol.id)
    if quote is None:
        return
    check_stop(symbol, command, quote)
    if command.post_only and market.is_open(symbol.id):
        check_post_only(symbol, command.side, command.limit_price, quote)
    check_brackets(symbol, command, quote)


def check_expiry(time_in_force: TimeInForce, expires_at: int | None, market_time: int) -> None:
    wanted = time_in_force is TimeInForce.GTD
    if wanted and expires_at is None:
        message = "Give the market time at which the order ends."
        raise ExpiryInvalid("gtd needs expiresAt.", Fault("/expiresAt", "required", message))
    if not wanted and expires_at is not None:
        message = "Leave it out, or use gtd."
        raise ExpiryInvalid(
            f"{time_in_force} takes no expiresAt.",
            Fault("/expiresAt", "gtd_only", message, str(expires_at)),
        )
    if expires_at is not None and expires_at <= market_time:
        message = f"Later than the market's {market_time}."
        raise ExpiryInvalid(
            "expiresAt has passed.",
            Fault("/expiresAt", "future", message, str(expires_at), str(market_time + 1)),
        )


def check_stop(symbol: Symbol, command: PlaceOrder, quote: Quote) -> None:
    by = command.trigger_by or triggers.default(symbol.type)
    seen = triggers.price(quote, command.side, by)
    if command.stop_price is not None:
        check_stop_side(symbol, command.side, command.stop_price, seen, "/stopPrice")
    if command.trailing_offset is not None:
        offset, kind = command.trailing_offset, command.trailing_offset_type
        check_trailing(command.side, offset, kind, seen, "/trailingOffset")


def check_stop_side(symbol: Symbol, side: Side, stop: Decimal, seen: Decimal, field: str) -> None:
    """A stop that would trigger at once is a market order, and was not meant."""
    if not triggers.reached(side, stop, seen):
        return
    nearest = beyond(symbol, seen, up=side is Side.BUY)
    word = "above" if side is Side.BUY else "below"
    raise StopWrongSide(
        f"The stop of a {side} must lie {word} {money.text(seen)}.",
        fault(field, "stop_side", f"{word.capitalize()} {money.text(seen)}.", stop, nearest),
    )


def check_trailing(
    side: Side, offset: Decimal, kind: TrailingOffsetType, seen: Decimal, field: str
) -> None:
    """`seen` is the price from which the stop starts to follow."""
    largest = ALL_OF_IT if kind is TrailingOffsetType.PERCENT else seen
    in_range = ZERO < offset < (largest if side is Side.SELL else pretrade.HIGHEST_PRICE)
    if in_range and trailing.stop_price(side, seen, offset, kind) > ZERO:
        return
    message = f"Above 0 and below {money.text(largest)}."
    raise TrailingOffsetOutOfRange(
        "The trailing offset leaves no stop above zero.", fault(field, "range", message, offset)
    )


def check_post_only(symbol: Symbol, side: Side, limit: Decimal | None, quote: Quote) -> None:
    price = quote.ask if side is Side.BUY else quote.bid
    if limit is None or not (limit >= price if side is Side.BUY else limit <= price):
        return
    word = "below" if side is Side.BUY else "above"
    raise PostOnlyWouldFill(
        f"The order would fill at {money.text(price)}.",
        fault(
            "/limitPrice",
            "post_only",
            f"{word.capitalize()} {money.text(price)}.",
            limit,
            beyond(symbol, price, up=side is Side.SELL),
        ),
    )


def check_brackets(symbol: Symbol, command: PlaceOrder, quote: Quote) -> None:
    legs = (command.take_profit, command.stop_loss)
    if legs == (None, None):
        return
    if command.reduce_only:
        message = "Leave out takeProfit and stopLoss."
        raise BracketsNotAllowed(
            "An order that can only reduce has no bracket.",
            Fault("/reduceOnly", "no_bracket", message, "true"),
        )
    entry = _entry_price(command, quote)
    check_legs(symbol, command.side, entry, command.take_profit, command.stop_loss)


def check_legs(
    symbol: Symbol,
    entry_side: Side,
    entry: Decimal,
    take_profit: TakeProfit | None,
    stop_loss: StopLoss | None,
) -> None:
    """Legs for an entry at that price: profit lies beyond it, loss before it."""
    buying = entry_side is Side.BUY
    if take_profit is not None:
        price, field = take_profit.limit_price, "/takeProfit/limitPrice"
        pretrade.check_price(symbol, price, field)
        check_leg_side(symbol, price, entry, above=buying, field=field)
    if stop_loss is None:
        return
    _check_complete(stop_loss)
    if stop_loss.stop_price is not None:
        pretrade.check_price(symbol, stop_loss.stop_price, "/stopLoss/stopPrice")
        check_leg_side(
            symbol, stop_loss.stop_price, entry, above=not buying, field="/stopLoss/stopPrice"
        )
    if stop_loss.limit_price is not None:
        pretrade.check_price(symbol, stop_loss.limit_price, "/stopLoss/limitPrice")
    if stop_loss.trailing_offset is not None:
        side = Side.SELL if buying else Side.BUY
        offset, kind = stop_loss.trailing_offset, stop_loss.trailing_offset_type
        check_trailing(side, offset, kind, entry, "/stopLoss/trailingOffset")


def beyond(symbol: Symbol, price: Decimal, *, up: bool) -> Decimal | None:
    """The nearest tick above or below a price; None where there is none."""
    tick = symbol.tick_size
    lower = money.floor_multiple(price, tick)
    if up:
        return lower + tick
    nearest = lower if lower < price else lower - tick
    return nearest if nearest > ZERO else None


def _entry_price(command: PlaceOrder, quote: Quote) -> Decimal:
    if command.type in (OrderType.MARKET, OrderType.TRAILING_STOP):
        return quote.ask if command.side is Side.BUY else quote.bid
    price = command.limit_price if command.stop_price is None else command.stop_price
    return ZERO if price is None else price


def check_leg_side(
    symbol: Symbol, price: Decimal, entry: Decimal, *, above: bool, field: str
) -> None:
    """A leg on the other side of its entry would close at once what that opens."""
    if price > entry if above else price < entry:
        return
    word = "above" if above else "below"
    message = f"{word.capitalize()} {money.text(entry)}."
    raise BracketWrongSide(
        f"The leg must lie {word} the entry at {money.text(entry)}.",
        fault(field, "bracket_side", message, price, beyond(symbol, entry, up=above)),
    )


def _check_complete(stop_loss: StopLoss) -> None:
    trails = stop_loss.trailing_offset is not None
    if trails is (stop_loss.stop_price is not None):
        message = "Either stopPrice or trailingOffset."
        raise StopLossIncomplete(message, Fault("/stopLoss", "one_of", message))
    if trails and stop_loss.limit_price is not None:
        message = "A trailing stop has no limit."
        raise StopLossIncomplete(message, Fault("/stopLoss/limitPrice", "no_limit", message))
