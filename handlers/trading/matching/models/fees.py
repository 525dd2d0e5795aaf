"""Fees: what an order costs, in the symbol's currency, rounded at 12 digits.

A fee is one of the whole order: each fill is charged what the order owes by now and has not been
charged yet. So a minimum is charged once, however many partial fills there are.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from typing import final

from typing_extensions import override

from handlers.trading import money
from handlers.trading.money import CONTEXT, ZERO


class FeeModel(ABC):
    @property
    @abstractmethod
    def name(self) -> str:
        """As it stands in executions, with its parameters; empty where it does nothing."""

    @abstractmethod
    def total(self, quantity: Decimal, value: Decimal) -> Decimal:
        """What an order owes that has filled so much: units, and what they were worth."""

    def commission(self, charged: Decimal, quantity: Decimal, value: Decimal) -> Decimal:
        """What the newest fill of the order is charged, never less than nothing.

        `quantity` and `value` are those of the order with that fill, `charged` is what its
        earlier fills paid.
        """
        owed = CONTEXT.subtract(self.total(quantity, value), charged)
        return max(owed, ZERO)


@final
@dataclass(frozen=True, slots=True)
class NoFee(FeeModel):
    @property
    @override
    def name(self) -> str:
        return ""

    @override
    def total(self, quantity: Decimal, value: Decimal) -> Decimal:
        return ZERO


@final
@dataclass(frozen=True, slots=True)
class UnitFee(FeeModel):
    """So much for each unit (a share, a coin), and at least the minimum for an order."""

    rate: Decimal
    minimum: Decimal = ZERO

    @property
    @override
    def name(self) -> str:
        return f"fee {money.text(self.rate)} a unit{_at_least(self.minimum)}"

    @override
    def total(self, quantity: Decimal, value: Decimal) -> Decimal:
        return max(money.value_of(quantity, self.rate), self.minimum)


@final
@dataclass(frozen=True, slots=True)
class ValueFee(FeeModel):
    """A share of what was traded, and at least the minimum for an order."""

    share: Decimal
    minimum: Decimal = ZERO

    @property
    @override
    def name(self) -> str:
        return f"fee {money.text(self.share)} of the value{_at_least(self.minimum)}"

    @override
    def total(self, quantity: Decimal, value: Decimal) -> Decimal:
        return max(money.value_of(value, self.share), self.minimum)


def _at_least(minimum: Decimal) -> str:
    return f", at least {money.text(minimum)}" if minimum else ""
