"""Simulated symbols of one seed; they are kept, so that tests share what was drawn."""

from functools import cache
from typing import Final

from handlers.feeds.calendars import ExchangeSessions
from handlers.feeds.simulated.chart import Chart
from handlers.feeds.simulated.instruments import INSTRUMENTS
from handlers.feeds.simulated.listing import Listing
from handlers.market.sessions import AlwaysOpen, Sessions

SEED: Final = "tests"
NOW: Final = 1_764_000_000_000
"""Monday, 2025-11-24, 16:00 UTC: open everywhere."""

NEW_YORK: Final = ExchangeSessions("XNYS", "2010-01-01", "2050-12-31")
_ROUND_THE_CLOCK: Final = AlwaysOpen(14_610)


@cache
def listing(symbol: str) -> Listing:
    (instrument,) = (each for each in INSTRUMENTS if each.symbol.id == symbol)
    hours: Sessions = NEW_YORK if symbol.startswith("SIMNY:") else _ROUND_THE_CLOCK
    return Listing(SEED, instrument, hours)


def chart(symbol: str) -> Chart:
    return listing(symbol).chart
