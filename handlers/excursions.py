"""How far the price went during a trade, by the bars of its symbol."""

import asyncio
from collections.abc import Iterable
from typing import Final, Protocol, final

from generated.models import Resolution
from handlers.market.actions import CorporateAction, Split
from handlers.market.bars import BarPage
from handlers.market.resolutions import DAY, duration
from handlers.market.symbols import Symbol
from handlers.trading.reporting.trades import Excursions, Trade, excursions

MOST_BARS: Final = 1_000
"""For one trade; a longer one is looked at in coarser bars."""


class Prices(Protocol):
    """Bars and corporate actions by symbol; all but `symbol` raise KeyError for unknown ones."""

    def symbol(self, symbol_id: str) -> Symbol | None: ...

    async def ready(self, *symbol_ids: str) -> None: ...

    def actions(self, symbol_id: str, after: int = -1) -> tuple[CorporateAction, ...]: ...

    def history(
        self, symbol_id: str, resolution: Resolution, start: int | None, end: int | None
    ) -> BarPage: ...


@final
class ExcursionsOf:
    def __init__(self, prices: Prices) -> None:
        self._prices = prices

    async def find(self, trades: Iterable[Trade]) -> dict[str, Excursions]:
        """By position; without those whose symbol is not offered, or was split meanwhile."""
        known = [item for item in trades if self._comparable(item)]
        await self._prices.ready(*{item.position.symbol for item in known})
        return await asyncio.to_thread(
            lambda: {item.position.position_id: self._of(item) for item in known}
        )

    def _comparable(self, trade: Trade) -> bool:
        symbol = trade.position.symbol
        if self._prices.symbol(symbol) is None:
            return False
        later = self._prices.actions(symbol, trade.opened_at)
        return not any(isinstance(item, Split) and item.time <= trade.closed_at for item in later)

    def _of(self, trade: Trade) -> Excursions:
        resolution = self._resolution(trade)
        if resolution is None:
            return excursions(trade, (), 0)
        page = self._prices.history(
            trade.position.symbol, resolution, trade.opened_at, trade.closed_at
        )
        return excursions(trade, page.bars, duration(resolution) or DAY)

    def _resolution(self, trade: Trade) -> Resolution | None:
        """The finest that the symbol has and the trade is not too long for."""
        symbol = self._prices.symbol(trade.position.symbol)
        offered = symbol.resolutions if symbol else ()
        by_length = sorted(
            (duration(item) or DAY, item)
            for item in offered
            if item not in (Resolution.WEEK, Resolution.MONTH)
        )
        time = trade.closed_at - trade.opened_at
        fine = (item for length, item in by_length if length * MOST_BARS >= time)
        return next(fine, by_length[-1][1] if by_length else None)
