"""Simulated symbols of one seed; they are kept, so that tests share what was drawn."""

from functools import cache
from typing import Final

from handlers.feeds.calendars import ExchangeSessions
from handlers.feeds.simulated.chart import Chart
from handlers.feeds.simulated.instruments import INSTRUMENTS
from handlers.feeds.simulated.listing import Listing
from handlers.market.sessions import AlwaysOpen, CurrencySessions, Sessions

SEED: Final = "tests"
NOW: Final = 1_764_000_000_000
"""Monday, 2025-11-24, 16:00 UTC: open everywhere."""

NEW_YORK: Final = ExchangeSessions("XNYS", "2010-01-01", "2050-12-31")
_HOURS: Final[dict[str, Sessions]] = {
    "24/7": AlwaysOpen(14_610),
    "24/5": CurrencySessions(14_610),
    "XNYS": NEW_YORK,
}


@cache
def listing(symbol: str) -> Listing:
    (instrument,) = (each for each in INSTRUMENTS if each.symbol.id == symbol)
    return Listing(SEED, instrument, _HOURS[instrument.symbol.calendar])


def chart(symbol: str) -> Chart:
    return listing(symbol).chart
