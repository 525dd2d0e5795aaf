"""Slippage: by how much an order that takes gets a worse price than the one it meets.

Orders that rest and are met at their limit do not slip, and no limit is ever exceeded.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from typing import final

from typing_extensions import override

from generated.models import Side
from handlers.trading import money
from handlers.trading.money import CONTEXT, ZERO


@dataclass(frozen=True, slots=True)
class Touch:
    """What a taking order meets; prices in the symbol's currency, sizes in its units."""

    side: Side
    """Of the order: a buy meets the ask, a sell the bid."""
    price: Decimal
    spread: Decimal
    """Distance of bid and ask; zero where only bars are recorded."""
    size: Decimal
    """Of the quote at that price, or the volume of the bar; zero where it is not known."""
    tick: Decimal


class SlippageModel(ABC):
    @property
    @abstractmethod
    def name(self) -> str:
        """As it stands in executions, with its parameters; empty where it does nothing."""

    @abstractmethod
    def against(self, quantity: Decimal, touch: Touch) -> Decimal:
        """By how much the price is worse, in currency: never negative."""


@final
@dataclass(frozen=True, slots=True)
class NoSlippage(SlippageModel):
    @property
    @override
    def name(self) -> str:
        return ""

    @override
    def against(self, quantity: Decimal, touch: Touch) -> Decimal:
        return ZERO


@final
@dataclass(frozen=True, slots=True)
class TickSlippage(SlippageModel):
    """Always the same number of ticks."""

    ticks: int

    @property
    @override
    def name(self) -> str:
        return f"slippage of {self.ticks} tick{'' if self.ticks == 1 else 's'}"

    @override
    def against(self, quantity: Decimal, touch: Touch) -> Decimal:
        return CONTEXT.multiply(touch.tick, Decimal(self.ticks))


@final
@dataclass(frozen=True, slots=True)
class SpreadSlippage(SlippageModel):
    """A share of the spread, rounded up to a tick."""

    share: Decimal

    @property
    @override
    def name(self) -> str:
        return f"slippage of {money.text(self.share)} of the spread"

    @override
    def against(self, quantity: Decimal, touch: Touch) -> Decimal:
        return _ticks_up(money.amount(CONTEXT.multiply(touch.spread, self.share)), touch.tick)


@final
@dataclass(frozen=True, slots=True)
class VolumeImpact(SlippageModel):
    """price * impact * (quantity / size)**2, rounded up to a tick.

    Source: `VolumeShareSlippage` of Zipline, where the size is the bar's volume; here it is that
    of the quote, or of the bar where only bars are recorded. At most `impact` of the price.
    """

    impact: Decimal

    @property
    @override
    def name(self) -> str:
        return f"volume impact {money.text(self.impact)}"

    @override
    def against(self, quantity: Decimal, touch: Touch) -> Decimal:
        share = Decimal(1)
        if quantity < touch.size:
            share = money.quotient(quantity, touch.size)
        weight = money.amount(CONTEXT.multiply(CONTEXT.multiply(share, share), self.impact))
        return _ticks_up(money.value_of(weight, touch.price), touch.tick)


def slipped(touch: Touch, against: Decimal, limit: Decimal | None) -> Decimal:
    """The touch's price made worse by so much: never beyond the limit, nor below one tick.

    A touch below one tick stays what it is.
    """
    if touch.side is Side.BUY:
        worse = CONTEXT.add(touch.price, against)
        return worse if limit is None else max(touch.price, min(worse, limit))
    worse = max(CONTEXT.subtract(touch.price, against), touch.tick)
    if limit is not None:
        worse = max(worse, limit)
    return min(touch.price, worse)


def _ticks_up(value: Decimal, tick: Decimal) -> Decimal:
    """The smallest multiple of the tick that is not below value."""
    floor = money.floor_multiple(value, tick)
    return floor if floor == value else CONTEXT.add(floor, tick)
