"""Splits and dividends of a recorded symbol, by what the adjusted close tells of them. Pure."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Final

from handlers.feeds.replay.record import RecordedBar
from handlers.market.actions import CorporateAction, Dividend, Split

_SPLIT: Final = 1.4
"""A day on which the adjustment jumps by more had a split; dividends are smaller."""
_NOISE: Final = 1e-6
"""Adjusted closes are rounded: smaller jumps mean nothing."""
_CENT: Final = Decimal("0.01")
_PLACES: Final = Decimal("1e-12")
_ROUNDING: Final = Context(prec=28, rounding=ROUND_HALF_EVEN)
"""The broker asks in a context of its own, in which nothing may be rounded."""
_NO_SPLIT: Final = Fraction(1)


def jumps(recorded: Sequence[RecordedBar]) -> list[float]:
    """Of each day: by how much a price of the day before has to be divided to compare with it."""
    factors = [each.adjusted_close / each.bar.close for each in recorded]
    return [1.0, *(_exact(after / before) for before, after in pairwise(factors))][: len(factors)]


def split_of(jump: float) -> Fraction:
    """The new shares for an old one: 2, 3/2, or 1/10 where they were merged."""
    if 1 / _SPLIT < jump < _SPLIT:
        return _NO_SPLIT
    if jump < 1:
        return Fraction(1, round(1 / jump))
    return Fraction(jump).limit_denominator(4)


def corporate_actions(
    symbol_id: str, recorded: Sequence[RecordedBar], day_jumps: Sequence[float]
) -> tuple[CorporateAction, ...]:
    """Ascending; of one day the split first.

    A dividend is the share of the last close before by which the adjustment jumps:
    `close * (1 - 1 / jump)`. The adjusted close is rounded, so this is right to about a cent, and
    is given in whole cents.
    """
    with localcontext(_ROUNDING):
        return tuple(_actions(symbol_id, recorded, day_jumps))


def _actions(
    symbol_id: str, recorded: Sequence[RecordedBar], day_jumps: Sequence[float]
) -> Iterator[CorporateAction]:
    for before, today, jump in zip(recorded, recorded[1:], day_jumps[1:], strict=False):
        if jump == 1:
            continue
        ratio = split_of(jump)
        last = Decimal(repr(before.bar.close)) * ratio.denominator / ratio.numerator
        if ratio is not _NO_SPLIT:
            price = last.quantize(_PLACES, ROUND_HALF_EVEN)
            yield Split(symbol_id, today.bar.time, ratio.numerator, ratio.denominator, price)
        share = 1 - Decimal(float(ratio) / jump)
        amount = (last * share).quantize(_CENT, ROUND_HALF_EVEN)
        if amount > 0:
            yield Dividend(symbol_id, today.bar.time, amount)


def _exact(jump: float) -> float:
    """The jump without what rounding did to it, where only shares were split, or nothing was."""
    split = float(split_of(jump))
    return split if abs(jump / split - 1) < _NOISE else jump
