"""The whole record, seen from a number of days that are known of it. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from generated.models import AccountClock, DataKind, Resolution, SymbolType
from handlers.feeds.replay.record import Record, RecordedBar
from handlers.feeds.replay.series import RESOLUTIONS, Series
from handlers.market.actions import CorporateAction
from handlers.market.bars import Bar
from handlers.market.quotes import DayFigures, Quote
from handlers.market.resolutions import DAY, SECOND, day_of, period_of
from handlers.market.sessions import Sessions
from handlers.market.symbols import Exchange, Symbol, symbol_id

EXCHANGE: Final = Exchange("REC", "Recorded prices, replayed", DataKind.RECORDED)
_NAMES: Final = {
    "AAPL": "Apple Inc.",
    "FB": "Facebook, Inc.",
    "GOOG": "Google Inc.",
    "IBM": "International Business Machines Corporation",
    "MSFT": "Microsoft Corporation",
}
_NEW_YORK: Final = ZoneInfo("America/New_York")
_CLOSE: Final = time(16)
"""Of a whole day."""
_TICK: Final = Decimal("0.0001")
"""The record has prices of four digits."""


class Recording:
    """`known` counts the days, of all symbols together, that are known."""

    def __init__(self, record: Record, hours: Sessions | None = None) -> None:
        """`hours` are those of the exchange; without them all days are whole ones."""
        self.hours = hours
        self._series = {
            symbol_id(ticker, EXCHANGE.name): Series(bars) for ticker, bars in record.bars.items()
        }
        self.symbols = tuple(_symbol(ticker, bars) for ticker, bars in sorted(record.bars.items()))
        self.fingerprint = record.fingerprint
        self._actions: dict[str, tuple[CorporateAction, ...]] = {}
        self._days = sorted({time for series in self._series.values() for time in series.times})

    def __len__(self) -> int:
        return len(self._days)

    def series(self, symbol_id: str) -> Series:
        return self._series[symbol_id]

    def actions(self, symbol_id: str, known: int, after: int = -1) -> tuple[CorporateAction, ...]:
        """Those of the known days, ascending, that are later than `after`."""
        found = self._actions.get(symbol_id)
        if found is None:
            found = self._series[symbol_id].corporate_actions(symbol_id)
            self._actions[symbol_id] = found
        cutoff = self.cutoff(known)
        return tuple(action for action in found if after < action.time < cutoff)

    def cutoff(self, known: int) -> int:
        """The first time that nothing is known of."""
        return self._days[known - 1] + 1 if known else 0

    def newest_day(self, symbol_id: str, known: int) -> Bar | None:
        """The bar of the last known day; None where the symbol has none of that very day."""
        series = self._series[symbol_id]
        count = series.known(self.cutoff(known))
        if not count or series.times[count - 1] != self._days[known - 1]:
            return None
        return series.day(count - 1)

    def market_time(self, known: int) -> int:
        """Just after the close of the last known day: nothing fills on what was seen already."""
        return self._close(self._days[known - 1]) + 1 if known else 0

    def session_end(self, known: int) -> int:
        """Of the day that comes next."""
        if known < len(self._days):
            return self._close(self._days[known])
        return self.market_time(known) + DAY

    def session_end_at(self, time: int) -> int:
        """Of the first day that ends after that market time."""
        index = bisect_right(self._days, time, key=self._close)
        if index < len(self._days):
            return self._close(self._days[index])
        return max(time, self._close(self._days[-1]) if self._days else 0) + DAY

    def ends(self, resolution: Resolution, known: int) -> bool:
        """Whether the last known day is the last of its bar; the end of the record ends all."""
        if resolution is Resolution.DAY or known >= len(self._days):
            return True
        here, after = (day_of(day) for day in self._days[known - 1 : known + 1])
        return period_of(resolution, here) != period_of(resolution, after)

    def quote(self, symbol_id: str, known: int) -> Quote | None:
        """The close, for valuation; nothing is known of bid, ask and sizes."""
        series = self._series[symbol_id]
        count = series.known(self.cutoff(known))
        if not count:
            return None
        bar = series.day(count - 1)
        price, none = _decimal(bar.close), Decimal(0)
        return Quote(symbol_id, self._close(bar.time), price, price, price, none, none, none)

    def day_figures(self, symbol_id: str, known: int) -> DayFigures | None:
        series = self._series[symbol_id]
        count = series.known(self.cutoff(known))
        if not count:
            return None
        bar = series.day(count - 1)
        before = series.day(count - 2).close if count > 1 else bar.open
        return DayFigures(
            open=_decimal(bar.open),
            high=_decimal(bar.high),
            low=_decimal(bar.low),
            previous_close=_decimal(before),
            volume=Decimal(int(bar.volume)),
        )

    def _close(self, time: int) -> int:
        """When the exchange closed on the day, Unix milliseconds: early on half days."""
        session = self.hours.at_or_before(time + DAY - 1) if self.hours else None
        if session is not None and session.day == day_of(time):
            return session.close
        day = datetime.fromtimestamp(time / SECOND, UTC).date()
        return int(datetime.combine(day, _CLOSE, _NEW_YORK).timestamp()) * SECOND


def _decimal(price: float) -> Decimal:
    """What is written in the record: the shortest decimal that reads as this float."""
    return Decimal(str(price))


def _symbol(ticker: str, bars: Sequence[RecordedBar]) -> Symbol:
    first, last = (
        datetime.fromtimestamp(each.bar.time / SECOND, UTC).year for each in (bars[0], bars[-1])
    )
    return Symbol(
        id=symbol_id(ticker, EXCHANGE.name),
        ticker=ticker,
        exchange=EXCHANGE.name,
        description=f"{_NAMES.get(ticker, ticker)}, recorded {first} to {last}",
        type=SymbolType.STOCK,
        currency="USD",
        tick_size=_TICK,
        quantity_step=Decimal(1),
        max_quantity=Decimal(1_000_000),
        initial_margin_rate=Decimal("0.5"),
        maintenance_margin_rate=Decimal("0.25"),
        calendar="XNYS",
        time_zone="America/New_York",
        session="0930-1600",
        data_kind=DataKind.RECORDED,
        source="Daily prices of bokeh-sampledata, unadjusted",
        venue_symbol=ticker,
        clock=AccountClock.REPLAY,
        resolutions=RESOLUTIONS,
    )
