"""The peer: the simulated exchange of NautilusTrader, from an environment of its own."""

import asyncio
import time
from decimal import Decimal
from typing import Any

from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import QuoteTick
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import Venue
from nautilus_trader.model.objects import Money
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.trading.strategy import Strategy

from tests.benchmarks.child import Answer, obey
from tests.benchmarks.trading.tape import RESTING, fills_at, limit, prices, side

_INSTRUMENT = TestInstrumentProvider.equity("AAPL", "SIM")


class Trader(Strategy):  # type: ignore[misc]
    """Rests some orders that nothing fills, and takes the price every so many quotes."""

    def __init__(self, every: int) -> None:
        super().__init__()
        self.every = every
        self.number = 0
        self.events = 0

    def on_start(self) -> None:
        self.subscribe_quote_ticks(_INSTRUMENT.id)

    def on_quote_tick(self, tick: QuoteTick) -> None:
        if self.number == 0:
            for number in range(RESTING):
                self._rest(number)
        if fills_at(self.number, self.every):
            one = _INSTRUMENT.make_qty(1)
            taken = OrderSide.BUY if side(self.number, self.every) == "buy" else OrderSide.SELL
            self.submit_order(self.order_factory.market(_INSTRUMENT.id, taken, one))
        self.number += 1

    def on_order_filled(self, event: Any) -> None:
        self.events += 1

    def _rest(self, number: int) -> None:
        price = _INSTRUMENT.make_price(Decimal(limit(number)))
        one = _INSTRUMENT.make_qty(1)
        self.submit_order(self.order_factory.limit(_INSTRUMENT.id, OrderSide.BUY, one, price))


async def play(quotes: int, every: int) -> Answer:
    """Microseconds of CPU for one quote, with all that it leads to."""
    config = BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True))
    engine = BacktestEngine(config)
    engine.add_venue(
        Venue("SIM"), OmsType.NETTING, AccountType.MARGIN, [Money(1_000_000, USD)], USD
    )
    engine.add_instrument(_INSTRUMENT)
    engine.add_data(_ticks(quotes))
    trader = Trader(every)
    engine.add_strategy(trader)
    before = time.process_time_ns()
    engine.run()
    spent = time.process_time_ns() - before
    engine.dispose()
    return {"cpu": spent / quotes / 1_000, "fills": trader.events}


def _ticks(quotes: int) -> list[QuoteTick]:
    size = _INSTRUMENT.make_qty(100)
    return [
        QuoteTick(
            _INSTRUMENT.id,
            _INSTRUMENT.make_price(Decimal(bid)),
            _INSTRUMENT.make_price(Decimal(ask)),
            size,
            size,
            time_ns,
            time_ns,
        )
        for time_ns, bid, ask in prices(quotes)
    ]


if __name__ == "__main__":
    asyncio.run(obey({"play": play}))
