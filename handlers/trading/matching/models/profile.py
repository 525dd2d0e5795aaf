"""Which models an order meets: one profile for each kind of symbol."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, final

from generated.models import SymbolType
from handlers.market.symbols import Symbol
from handlers.trading.matching.models.draws import Draws
from handlers.trading.matching.models.fees import FeeModel, NoFee
from handlers.trading.matching.models.latency import LatencyModel, NoLatency
from handlers.trading.matching.models.liquidity import LiquidityModel, Unlimited
from handlers.trading.matching.models.queue import FirstInQueue, QueueModel
from handlers.trading.matching.models.slippage import NoSlippage, SlippageModel


@final
@dataclass(frozen=True, slots=True)
class FillProfile:
    """The default is the best case: at once, the whole of it, at the price shown, for nothing."""

    slippage: SlippageModel = field(default_factory=NoSlippage)
    fee: FeeModel = field(default_factory=NoFee)
    latency: LatencyModel = field(default_factory=NoLatency)
    liquidity: LiquidityModel = field(default_factory=Unlimited)
    queue: QueueModel = field(default_factory=FirstInQueue)

    def describe(self, basis: str, *, takes: bool = True) -> str:
        """As executions name it: what they were made on, then each model that has a part."""
        price = self.slippage if takes else self.queue
        models = (price, self.liquidity, self.latency, self.fee)
        return "; ".join((basis, *(model.name for model in models if model.name)))


BEST_CASE: Final = FillProfile()


@final
class FillModels:
    """A profile for each kind of symbol, and the seed of their chances."""

    def __init__(
        self, profiles: Mapping[SymbolType, FillProfile] | None = None, seed: str = "trading-pro"
    ) -> None:
        self._profiles = dict(profiles or {})
        self.draws = Draws(seed)

    def of(self, symbol: Symbol) -> FillProfile:
        return self._profiles.get(symbol.type, BEST_CASE)

    def delay(self, symbol: Symbol, order_id: str, revision: int) -> int:
        """Milliseconds that this revision of an order is on its way."""
        return self.of(symbol).latency.delay(self.draws, order_id, revision)
