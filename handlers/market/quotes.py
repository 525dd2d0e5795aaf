"""Quotes and the figures of a trading day, in exact decimals."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

_PERCENT_DIGITS = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Quote:
    """The best prices and the last trade. Prices in the symbol's currency, sizes in its units."""

    symbol: str
    time: int
    """Market time, Unix milliseconds."""
    bid: Decimal
    ask: Decimal
    last: Decimal
    bid_size: Decimal
    ask_size: Decimal
    last_size: Decimal
    since: int | None = None
    """Market time since which it prevails, for what is asked anew later; None for `time`."""


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Of the trading day so far, or of the last one while the market is closed."""

    open: Decimal
    high: Decimal
    low: Decimal
    previous_close: Decimal
    """Of the trading day before; the open where there was none."""
    volume: Decimal

    def change(self, last: Decimal) -> Decimal:
        """By how much `last` is above the previous close."""
        return last - self.previous_close

    def change_percent(self, last: Decimal) -> Decimal:
        """The same in percent of the previous close, two digits; 0 where that was 0."""
        if not self.previous_close:
            return Decimal("0.00")
        percent = self.change(last) * 100 / self.previous_close
        return percent.quantize(_PERCENT_DIGITS, ROUND_HALF_EVEN)
