"""Exact decimal arithmetic.

Everything in the core computes in `CONTEXT`: 80 digits, and a result that is not exact raises.
Rounding happens at three named points only, all half to even at 12 digits after the point, in
every currency: `amount` (quantity times price, shares of a cost basis), `quotient`
(averages, ratios) and `root` (statistics alone). What is rounded off a share of a cost basis stays
in the rest of it, so a position that is closed completely has conserved every digit.
"""

from collections.abc import Callable
from decimal import (
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    getcontext,
    setcontext,
)
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

CONTEXT = Context(
    prec=80,
    rounding=ROUND_HALF_EVEN,
    traps=[Inexact, InvalidOperation, DivisionByZero, Overflow],
)
_ROUNDING = Context(
    prec=80, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow]
)

ZERO = Decimal(0)
PLACES = Decimal("1e-12")
"""The smallest amount and price that the ledger keeps."""

LARGEST = Decimal(10) ** 18
"""Amounts and prices stay below this; the wire has 18 digits before the point."""


def exact(function: Callable[P, R]) -> Callable[P, R]:
    """Runs the function in `CONTEXT`, whatever the caller's decimal context is."""

    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        before = getcontext()
        if before is CONTEXT:
            return function(*args, **kwargs)
        setcontext(CONTEXT)
        try:
            return function(*args, **kwargs)
        finally:
            setcontext(before)

    return inner


def amount(value: Decimal) -> Decimal:
    """Rounding point: money and prices at 12 digits."""
    return _ROUNDING.quantize(value, PLACES)


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Rounding point: a division, rounded once at 12 digits."""
    return _ROUNDING.quantize(_ROUNDING.divide(dividend, divisor), PLACES)


def root(value: Decimal) -> Decimal:
    """Rounding point: a square root."""
    return _ROUNDING.quantize(_ROUNDING.sqrt(value), PLACES)


def value_of(quantity: Decimal, price: Decimal) -> Decimal:
    """What the quantity costs at the price."""
    return amount(CONTEXT.multiply(quantity, price))


def share_of(total: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """The share of a total that belongs to a part of the whole; all of it for all of it."""
    if part == whole:
        return total
    return quotient(CONTEXT.multiply(total, part), whole)


def text(value: Decimal) -> str:
    """The one spelling of a number: no exponent, no trailing zeros, no negative zero."""
    if value == 0:
        return "0"
    return format(value.normalize(CONTEXT), "f")


def plain(value: Decimal) -> Decimal:
    """The number without trailing zeros and negative zero: `text` of it is the same."""
    return value.normalize(CONTEXT) if value else ZERO


def enough(value: Decimal, currency: str) -> str:
    """An amount as people read it: with its currency, rounded up at two digits to suffice."""
    return f"{text(-floor_multiple(-value, Decimal('0.01')))} {currency}"


def is_multiple(value: Decimal, step: Decimal) -> bool:
    return CONTEXT.remainder(value, step) == 0


def nearest_multiple(value: Decimal, step: Decimal) -> Decimal:
    """The multiple of step that is closest to value; halves go to the even one."""
    steps = _ROUNDING.to_integral_value(_ROUNDING.divide(value, step))
    return CONTEXT.multiply(steps, step)


def floor_multiple(value: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of step that is not above value."""
    steps = _ROUNDING.divide(value, step).to_integral_value(rounding=ROUND_FLOOR)
    return CONTEXT.multiply(steps, step)
