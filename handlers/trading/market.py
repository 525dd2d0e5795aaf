"""What the core must know of the market. Answers are of one instant, and cost nothing.

All but `symbol` raise KeyError for unknown symbols. An account may hold what is not offered any
more (a recording that is not installed today): `prevailing` and `time_at` put up with that.
"""

from typing import Protocol

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

    def session_end(self, symbol_id: str) -> int | None:
        """End of the session that is open, else of the next one."""
        ...


def prevailing(market: Market, symbol_id: str) -> Quote | None:
    """The prevailing quote, None also for a symbol that is not offered any more."""
    return None if market.symbol(symbol_id) is None else market.quote(symbol_id)


def time_at(market: Market, symbol_id: str, now: int) -> int:
    """The market time, `now` for a symbol that is not offered any more."""
    return now if market.symbol(symbol_id) is None else market.market_time(symbol_id)
