"""One simulated symbol: its chart, its quotes and its trading day, at a given moment."""

from dataclasses import replace
from decimal import Decimal

from handlers.feeds.simulated.chart import Chart
from handlers.feeds.simulated.instruments import Instrument
from handlers.feeds.simulated.path import TRADE, Path
from handlers.feeds.simulated.splitting import Cell
from handlers.market.quotes import DayFigures, Quote
from handlers.market.sessions import Session, Sessions


class Listing:
    """Pure: the time is passed in."""

    def __init__(self, seed: str, instrument: Instrument, sessions: Sessions) -> None:
        self.symbol = instrument.symbol
        self.sessions = sessions
        self.instrument = instrument
        self._path = Path(seed, instrument, sessions)
        self._latest: tuple[tuple[int, int], Quote] | None = None
        """The quote of one trade, which is asked for again and again until the next."""
        self.chart = Chart(self._path, sessions, instrument.price_digits, instrument.volume_digits)

    def quote(self, now: int) -> Quote | None:
        """The quote that prevails: of `now`, or of the last trade while the market is closed."""
        session = self.sessions.at_or_before(now)
        if session is None:
            return None
        time = now if now < session.close else session.close - TRADE
        place = session.index, time - (time - session.open) % TRADE
        if self._latest is None or self._latest[0] != place:
            trade = self._path.running(session, time)[-1]
            self._latest = place, self._quote(session, place[1], trade)
        return replace(self._latest[1], time=time)

    def day_figures(self, now: int) -> DayFigures | None:
        session = self.sessions.at_or_before(now)
        if session is None:
            return None
        day = self._path.day(session)
        if now < session.close:
            day = self._path.running(session, now)[0]
        opening, high, low, _, volume = day
        return DayFigures(
            open=self._price(opening),
            high=self._price(high),
            low=self._price(low),
            previous_close=self._price(self._path.previous_close(session)),
            volume=self._size(volume),
        )

    def _quote(self, session: Session, moment: int, trade: Cell) -> Quote:
        """The last trade was made at the bid or at the ask."""
        price, size = trade[3], trade[4]
        side, width, bids, asks = self._path.spice(session, moment, 4)
        spread = max(1, round(self.instrument.spread * (0.7 + 0.6 * width / 65_536)))
        bid = price if side & 1 or price <= spread else price - spread
        typical = max(1, size)
        return Quote(
            symbol=self.symbol.id,
            time=moment,
            bid=self._price(bid),
            ask=self._price(bid + spread),
            last=self._price(price),
            bid_size=self._size(typical * (1 + bids % 8)),
            ask_size=self._size(typical * (1 + asks % 8)),
            last_size=self._size(size),
            since=moment,
        )

    def _price(self, ticks: int) -> Decimal:
        return Decimal(ticks).scaleb(-self.instrument.price_digits)

    def _size(self, units: int) -> Decimal:
        return Decimal(units).scaleb(-self.instrument.volume_digits)
