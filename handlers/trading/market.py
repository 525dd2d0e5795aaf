"""What the core must know of the market. Answers are of one instant, and cost nothing.

All but `symbol` raise KeyError for unknown symbols. An account may hold what is not offered any
more (a recording that is not installed today): `prevailing` and `time_at` put up with that.
"""

from typing import Protocol, final

from handlers.market.actions import CorporateAction
from handlers.market.quotes import Quote
from handlers.market.symbols import Symbol


class Market(Protocol):
    """Prices and sessions by symbol id; times are Unix milliseconds of the symbol's own clock."""

    def symbol(self, symbol_id: str) -> Symbol | None: ...

    def quote(self, symbol_id: str) -> Quote | None:
        """The quote that prevails, or None where the feed has none yet."""
        ...

    def market_time(self, symbol_id: str) -> int: ...

    def is_open(self, symbol_id: str) -> bool: ...

    def session_end(self, symbol_id: str, at: int | None = None) -> int | None:
        """End of the session that is open at that market time, now by default, else of the next."""
        ...

    def pairs(self) -> tuple[Symbol, ...]:
        """The currency pairs, as they are listed."""
        ...

    def actions(self, symbol_id: str, after: int = -1) -> tuple[CorporateAction, ...]:
        """Splits and dividends by now, oldest first, later than `after`."""
        ...


@final
class Instant:
    """The market as a decision sees it: what was asked once stays the answer."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._quotes: dict[str, Quote | None] = {}
        self._times: dict[str, int] = {}
        self._open: dict[str, bool] = {}

    def pin(self, symbol_id: str) -> None:
        """Asks now for what a decision about the symbol needs; no time in it is later than now."""
        if self.symbol(symbol_id) is not None:
            self.market_time(symbol_id)
            self.quote(symbol_id)
            self.is_open(symbol_id)

    def symbol(self, symbol_id: str) -> Symbol | None:
        return self._market.symbol(symbol_id)

    def quote(self, symbol_id: str) -> Quote | None:
        if symbol_id not in self._quotes:
            self._quotes[symbol_id] = self._market.quote(symbol_id)
        return self._quotes[symbol_id]

    def market_time(self, symbol_id: str) -> int:
        if symbol_id not in self._times:
            self._times[symbol_id] = self._market.market_time(symbol_id)
        return self._times[symbol_id]

    def is_open(self, symbol_id: str) -> bool:
        if symbol_id not in self._open:
            self._open[symbol_id] = self._market.is_open(symbol_id)
        return self._open[symbol_id]

    def session_end(self, symbol_id: str, at: int | None = None) -> int | None:
        return self._market.session_end(symbol_id, at)

    def pairs(self) -> tuple[Symbol, ...]:
        return self._market.pairs()

    def actions(self, symbol_id: str, after: int = -1) -> tuple[CorporateAction, ...]:
        return self._market.actions(symbol_id, after)


def prevailing(market: Market, symbol_id: str) -> Quote | None:
    """The prevailing quote, None also for a symbol that is not offered any more."""
    return None if market.symbol(symbol_id) is None else market.quote(symbol_id)


def time_at(market: Market, symbol_id: str, now: int) -> int:
    """The market time, `now` for a symbol that is not offered any more."""
    return now if market.symbol(symbol_id) is None else market.market_time(symbol_id)
