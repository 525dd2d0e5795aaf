"""The queue: whether a limit order that rests fills when the market just touches its limit.

Others may stand before it at that price. A market that goes beyond the limit fills it for certain.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from typing import final

from typing_extensions import override

from handlers.trading import money
from handlers.trading.matching.models.draws import Draws


class QueueModel(ABC):
    @property
    @abstractmethod
    def name(self) -> str:
        """As it stands in executions, with its parameters; empty where it does nothing."""

    @abstractmethod
    def reached(self, draws: Draws, order_id: str, time: int) -> bool:
        """Whether the price of that market time, being at the limit, comes to the order."""


@final
@dataclass(frozen=True, slots=True)
class FirstInQueue(QueueModel):
    """Nobody stands before it: a touch fills."""

    @property
    @override
    def name(self) -> str:
        return ""

    @override
    def reached(self, draws: Draws, order_id: str, time: int) -> bool:
        return True


@final
@dataclass(frozen=True, slots=True)
class ChanceInQueue(QueueModel):
    """Each quote or bar that touches fills with this probability."""

    probability: Decimal

    @property
    @override
    def name(self) -> str:
        return f"fills at touch with probability {money.text(self.probability)}"

    @override
    def reached(self, draws: Draws, order_id: str, time: int) -> bool:
        return draws.happens(self.probability, "queue", order_id, time)
