"""What the simulated market trades, and how its prices behave."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from generated.models import AccountClock, DataKind, Resolution, SymbolType
from handlers.market.symbols import Symbol, symbol_id

SLOT_MINUTES: Final = 30
"""Activity is given for so many minutes at a time."""

NEW_YORK_ACTIVITY: Final = (2.6, 1.5, 1.2, 1.0, 0.85, 0.75, 0.7, 0.7, 0.75, 0.85, 1.0, 1.3, 2.4)
"""High at the open, low at noon, high at the close."""

EQUITY_ACTIVITY: Final = (0.45,) * 14 + (0.6,) * 10 + (0.8,) * 3 + NEW_YORK_ACTIVITY + (0.5,) * 8
"""Round the clock; busy while New York is."""

CURRENCY_ACTIVITY: Final = (
    (0.55,) * 4 + (0.75,) * 8 + (0.9, 1.1, 1.4, 1.6) + (1.4,) * 8 + (1.6, 1.9, 2.1, 2.0)
) + ((1.7,) * 4 + (1.1,) * 6 + (0.7,) * 6 + (0.5,) * 4)
"""Tokyo, then London, most of all London with New York."""

EVENING_ACTIVITY: Final = CURRENCY_ACTIVITY[44:] + CURRENCY_ACTIVITY[:44]
"""The same from 22:00 on, 17:00 in New York in winter."""

CRYPTO_ACTIVITY: Final = (
    (1.1, 1.0) + (0.85,) * 10 + (0.95,) * 12 + (1.2, 1.35, 1.5, 1.5) + (1.25,) * 12 + (1.0,) * 8
)
"""Never quiet."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A symbol and the behavior of its price."""

    symbol: Symbol
    price_digits: int
    """One tick is 10 to the minus so many."""
    volume_digits: int
    """One unit of volume is 10 to the minus so many."""
    levels: tuple[tuple[float, float], ...]
    """Around which prices move: (year, price), straight on a logarithmic scale in between."""
    volatility: float
    """Standard deviation of the logarithmic return of a trading day."""
    gap: float
    """Share of a day's movement that happens while the market is closed."""
    volume: float
    """Of an average trading day."""
    spread: int
    """Usual distance of bid and ask, in ticks."""
    activity: tuple[float, ...]
    """Relative movement and volume of each slot of a session."""


INTRADAY: Final = (
    Resolution.MINUTE_1,
    Resolution.MINUTE_5,
    Resolution.MINUTE_15,
    Resolution.MINUTE_30,
    Resolution.HOUR_1,
    Resolution.HOUR_4,
)
RESOLUTIONS: Final = (*INTRADAY, Resolution.DAY, Resolution.WEEK, Resolution.MONTH)


@dataclass(frozen=True, slots=True)
class _Kind:
    type: SymbolType
    tick_size: str
    quantity_step: str
    max_quantity: str
    initial_margin_rate: str
    maintenance_margin_rate: str
    activity: tuple[float, ...]


_STOCK = _Kind(SymbolType.STOCK, "0.01", "1", "1000000", "0.5", "0.25", EQUITY_ACTIVITY)
_CURRENCY = _Kind(
    SymbolType.CURRENCY, "0.00001", "1", "50000000", "0.04", "0.02", CURRENCY_ACTIVITY
)
_YEN = _Kind(SymbolType.CURRENCY, "0.001", "1", "50000000", "0.04", "0.02", CURRENCY_ACTIVITY)
_GOLD = _Kind(SymbolType.CURRENCY, "0.01", "0.01", "10000", "0.05", "0.025", CURRENCY_ACTIVITY)
_CRYPTO = _Kind(SymbolType.CRYPTO, "0.01", "0.0001", "10000", "0.5", "0.3", CRYPTO_ACTIVITY)


@dataclass(frozen=True, slots=True)
class _Venue:
    exchange: str
    calendar: str
    time_zone: str
    session: str
    activity: tuple[float, ...] | None = None
    """None: that of the kind."""
    gap: float = 0.0


_SIM = _Venue("SIM", "24/7", "UTC", "24x7")
_SIMNY = _Venue("SIMNY", "XNYS", "America/New_York", "0930-1600", NEW_YORK_ACTIVITY, 0.35)
_SIMFX = _Venue("SIMFX", "24/5", "America/New_York", "1700-1700", EVENING_ACTIVITY, 0.2)


def _symbol(kind: _Kind, ticker: str, description: str, venue: _Venue) -> Symbol:
    pair = kind.type is SymbolType.CURRENCY
    return Symbol(
        id=symbol_id(ticker, venue.exchange),
        ticker=ticker,
        exchange=venue.exchange,
        description=description,
        type=kind.type,
        currency=ticker[3:] if pair else "USD",
        tick_size=Decimal(kind.tick_size),
        quantity_step=Decimal(kind.quantity_step),
        max_quantity=Decimal(kind.max_quantity),
        initial_margin_rate=Decimal(kind.initial_margin_rate),
        maintenance_margin_rate=Decimal(kind.maintenance_margin_rate),
        calendar=venue.calendar,
        time_zone=venue.time_zone,
        session=venue.session,
        data_kind=DataKind.SIMULATED,
        source="Simulated by Trading Pro; not real prices",
        venue_symbol=ticker,
        clock=AccountClock.LIVE,
        resolutions=RESOLUTIONS,
        base_currency=ticker[:3] if pair else None,
    )


def _instrument(
    kind: _Kind,
    ticker: str,
    description: str,
    levels: tuple[tuple[float, float], ...],
    volatility: float,
    volume: float,
    spread: int,
    venue: _Venue = _SIM,
) -> Instrument:
    return Instrument(
        symbol=_symbol(kind, ticker, description, venue),
        price_digits=-int(Decimal(kind.tick_size).as_tuple().exponent),
        volume_digits=-int(Decimal(kind.quantity_step).as_tuple().exponent),
        levels=levels,
        volatility=volatility,
        gap=venue.gap,
        volume=volume,
        spread=spread,
        activity=venue.activity or kind.activity,
    )


_APPLE = ((2010.0, 8.0), (2015.0, 28.0), (2020.0, 76.0), (2022.0, 165.0), (2025.0, 230.0))
_EURO = ((2010.0, 1.3), (2016.0, 1.08))
_STERLING = ((2010.0, 1.55), (2017.0, 1.27))
_MICROSOFT = ((2010.0, 27.0), (2015.0, 46.0), (2020.0, 165.0), (2023.0, 290.0), (2025.0, 430.0))

INSTRUMENTS: Final = (
    _instrument(_STOCK, "AAPL", "Apple Inc.", _APPLE, 0.014, 5.4e7, 1),
    _instrument(
        _STOCK,
        "GOOGL",
        "Alphabet Inc. Class A",
        ((2010.0, 14.0), (2015.0, 27.0), (2020.0, 68.0), (2025.0, 185.0)),
        0.015,
        2.6e7,
        1,
    ),
    _instrument(_STOCK, "MSFT", "Microsoft Corporation", _MICROSOFT, 0.013, 2.1e7, 2),
    _instrument(
        _STOCK,
        "NVDA",
        "NVIDIA Corporation",
        ((2010.0, 0.45), (2016.0, 0.9), (2020.0, 6.0), (2023.0, 25.0), (2025.0, 138.0)),
        0.024,
        2.3e8,
        1,
    ),
    _instrument(
        _STOCK,
        "TSLA",
        "Tesla, Inc.",
        ((2010.0, 1.7), (2014.0, 14.0), (2019.0, 20.0), (2021.0, 235.0), (2025.0, 320.0)),
        0.026,
        9.0e7,
        2,
    ),
    _instrument(_CURRENCY, "EURUSD", "Euro / US Dollar", _EURO, 0.0045, 9.0e10, 6),
    _instrument(
        _CURRENCY,
        "GBPUSD",
        "British Pound / US Dollar",
        _STERLING,
        0.005,
        4.0e10,
        9,
    ),
    _instrument(
        _CRYPTO,
        "BTCUSD",
        "Bitcoin / US Dollar",
        ((2010.0, 4.0), (2014.0, 620.0), (2018.0, 8200.0), (2021.0, 42000.0), (2025.0, 94000.0)),
        0.027,
        2.4e4,
        150,
    ),
    _instrument(
        _CRYPTO,
        "ETHUSD",
        "Ether / US Dollar",
        ((2010.0, 1.0), (2016.0, 11.0), (2018.0, 420.0), (2021.0, 2600.0), (2025.0, 3300.0)),
        0.034,
        2.6e5,
        20,
    ),
    _instrument(
        _STOCK, "AAPL", "Apple Inc., New York hours", _APPLE, 0.016, 5.4e7, 1, venue=_SIMNY
    ),
    _instrument(
        _STOCK,
        "MSFT",
        "Microsoft Corporation, New York hours",
        _MICROSOFT,
        0.015,
        2.1e7,
        2,
        venue=_SIMNY,
    ),
    _instrument(
        _STOCK,
        "SPY",
        "S&P 500 ETF, New York hours",
        ((2010.0, 113.0), (2015.0, 205.0), (2020.0, 322.0), (2025.0, 590.0)),
        0.010,
        6.8e7,
        1,
        venue=_SIMNY,
    ),
    _instrument(
        _CURRENCY, "EURUSD", "Euro / US Dollar, 24/5", _EURO, 0.0045, 9.0e10, 6, venue=_SIMFX
    ),
    _instrument(
        _CURRENCY,
        "GBPUSD",
        "British Pound / US Dollar, 24/5",
        _STERLING,
        0.005,
        4.0e10,
        9,
        venue=_SIMFX,
    ),
    _instrument(
        _YEN,
        "USDJPY",
        "US Dollar / Japanese Yen, 24/5",
        ((2010.0, 88.0), (2015.0, 120.0), (2021.0, 108.0), (2024.0, 150.0)),
        0.005,
        8.0e10,
        8,
        venue=_SIMFX,
    ),
    _instrument(
        _CURRENCY,
        "EURGBP",
        "Euro / British Pound, 24/5",
        ((2010.0, 0.85), (2017.0, 0.86)),
        0.004,
        2.0e10,
        8,
        venue=_SIMFX,
    ),
    _instrument(
        _GOLD,
        "XAUEUR",
        "Gold, an ounce / Euro, 24/5",
        ((2010.0, 800.0), (2016.0, 1050.0), (2020.0, 1450.0), (2025.0, 2900.0)),
        0.009,
        3.0e6,
        40,
        venue=_SIMFX,
    ),
)
