"""Symbols: what can be charted and traded, how it is spelled, and how it is found."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from generated.models import AccountClock, DataKind, Resolution, SymbolType

DEFAULT_EXCHANGE = "SIM"
_SPELLING = re.compile(r"(?:(?P<exchange>[A-Z0-9._-]{1,16}):)?(?P<ticker>[A-Z0-9._-]{1,32})")


@dataclass(frozen=True, slots=True)
class Exchange:
    """Where symbols are traded, and what kind of data comes from there."""

    name: str
    description: str
    data_kind: DataKind


@dataclass(frozen=True, slots=True)
class Symbol:
    """Everything that does not change with the price."""

    id: str
    """Canonical: `TICKER` on the default exchange, else `EXCHANGE:TICKER`."""
    ticker: str
    exchange: str
    description: str
    type: SymbolType
    currency: str
    tick_size: Decimal
    """Prices are multiples of this."""
    quantity_step: Decimal
    """Quantities are multiples of this."""
    max_quantity: Decimal
    """The largest quantity of one order."""
    initial_margin_rate: Decimal
    """Share of the value needed to open; 1 is all of it."""
    maintenance_margin_rate: Decimal
    """Share of the value needed to hold."""
    calendar: str
    """`24/7`, `24/5` for currencies, or an exchange's code such as XNYS."""
    time_zone: str
    """An IANA time zone."""
    session: str
    """Regular hours in that time zone: `24x7`, or such as 0930-1600; 1700-1700 begins before."""
    data_kind: DataKind
    source: str
    """Where the prices come from, for people."""
    venue_symbol: str
    """The venue's own spelling."""
    clock: AccountClock
    resolutions: tuple[Resolution, ...]
    base_currency: str | None = None
    """Of a currency pair: what one unit of it is; the price of it is in `currency`."""


def symbol_id(ticker: str, exchange: str) -> str:
    """The canonical id."""
    return ticker if exchange == DEFAULT_EXCHANGE else f"{exchange}:{ticker}"


def canonical_id(spelling: str) -> str | None:
    """The canonical id of either spelling; None for what cannot be a symbol."""
    match = _SPELLING.fullmatch(spelling)
    if match is None:
        return None
    return symbol_id(match["ticker"], match["exchange"] or DEFAULT_EXCHANGE)


def search(
    symbols: Iterable[Symbol],
    query: str = "",
    *,
    symbol_type: SymbolType | None = None,
    exchange: str | None = None,
    limit: int = 30,
) -> tuple[Symbol, ...]:
    """The symbols that match, best first; all of them for an empty query.

    Exact tickers come first, then tickers that begin with the query, then descriptions of which a
    word does, then all that contain it; among equals the order of `symbols`. An exchange may be
    named in front, as in `REC:A`.
    """
    text = " ".join(query.upper().split())
    ranked = [
        (rank, symbol)
        for symbol in symbols
        if (symbol_type is None or symbol.type is symbol_type)
        and (exchange is None or symbol.exchange == exchange)
        and (rank := _rank(symbol, text)) is not None
    ]
    ranked.sort(key=lambda entry: entry[0])
    return tuple(symbol for _, symbol in ranked[:limit])


def _rank(symbol: Symbol, text: str) -> int | None:
    """0 is best; None does not match."""
    return min(_ranks(symbol, text), default=None)


def _ranks(symbol: Symbol, text: str) -> Iterator[int]:
    spellings = (symbol.ticker, f"{symbol.exchange}:{symbol.ticker}")
    if text in spellings:
        yield 0
    if any(spelling.startswith(text) for spelling in spellings):
        yield 1
    words = symbol.description.upper()
    if f" {words}".find(f" {text}") >= 0:
        yield 2
    if text in symbol.ticker or text in words:
        yield 3
