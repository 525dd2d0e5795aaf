"""Latency: how long an order is on its way, in milliseconds of the market's clock.

Nothing fills on a price that is older than the acceptance of the order plus its latency.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

from typing_extensions import override

from handlers.trading.matching.models.draws import Draws


class LatencyModel(ABC):
    @property
    @abstractmethod
    def name(self) -> str:
        """As it stands in executions, with its parameters; empty where it does nothing."""

    @abstractmethod
    def delay(self, draws: Draws, order_id: str, revision: int) -> int:
        """Milliseconds; the same for the same revision of an order, whenever it is asked."""


@final
@dataclass(frozen=True, slots=True)
class NoLatency(LatencyModel):
    @property
    @override
    def name(self) -> str:
        return ""

    @override
    def delay(self, draws: Draws, order_id: str, revision: int) -> int:
        return 0


@final
@dataclass(frozen=True, slots=True)
class FixedLatency(LatencyModel):
    milliseconds: int

    @property
    @override
    def name(self) -> str:
        return f"latency {self.milliseconds} ms"

    @override
    def delay(self, draws: Draws, order_id: str, revision: int) -> int:
        return self.milliseconds


@final
@dataclass(frozen=True, slots=True)
class UniformLatency(LatencyModel):
    """Each duration from the lowest to the highest is as likely."""

    lowest: int
    highest: int

    @property
    @override
    def name(self) -> str:
        return f"latency {self.lowest} to {self.highest} ms"

    @override
    def delay(self, draws: Draws, order_id: str, revision: int) -> int:
        return draws.between(self.lowest, self.highest, "latency", order_id, revision)
