"""Liquidity: how much of what is offered an account gets on one quote or bar.

It is per account: what others take does not change it. The orders of one account share it.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from typing import final

from typing_extensions import override

from handlers.trading import money
from handlers.trading.money import CONTEXT, ZERO


class LiquidityModel(ABC):
    @property
    @abstractmethod
    def name(self) -> str:
        """As it stands in executions, with its parameters; empty where it does nothing."""

    @abstractmethod
    def available(self, size: Decimal, step: Decimal) -> Decimal | None:
        """A multiple of the quantity's step; None for as much as is wanted.

        `size` is that of the quote at its price, or the volume of the bar.
        """


@final
@dataclass(frozen=True, slots=True)
class Unlimited(LiquidityModel):
    @property
    @override
    def name(self) -> str:
        return ""

    @override
    def available(self, size: Decimal, step: Decimal) -> Decimal | None:
        return None


@final
@dataclass(frozen=True, slots=True)
class ShareOfSize(LiquidityModel):
    """A share of the size, rounded down to a step, yet one step of whatever has one."""

    share: Decimal

    @property
    @override
    def name(self) -> str:
        return f"{money.text(self.share)} of the size"

    @override
    def available(self, size: Decimal, step: Decimal) -> Decimal | None:
        if size < step:
            return ZERO
        return max(money.floor_multiple(CONTEXT.multiply(size, self.share), step), step)
