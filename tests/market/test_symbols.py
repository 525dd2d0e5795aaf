"""How symbols are spelled and found."""

from decimal import Decimal

import pytest

from generated.models import AccountClock, DataKind, Resolution, SymbolType
from handlers.market.symbols import Symbol, canonical_id, search, symbol_id


def symbol(
    ticker: str,
    description: str,
    exchange: str = "SIM",
    symbol_type: SymbolType = SymbolType.STOCK,
) -> Symbol:
    return Symbol(
        id=symbol_id(ticker, exchange),
        ticker=ticker,
        exchange=exchange,
        description=description,
        type=symbol_type,
        currency="USD",
        tick_size=Decimal("0.01"),
        quantity_step=Decimal(1),
        max_quantity=Decimal(1_000_000),
        initial_margin_rate=Decimal("0.5"),
        maintenance_margin_rate=Decimal("0.25"),
        calendar="24/7",
        time_zone="UTC",
        session="24x7",
        data_kind=DataKind.SIMULATED,
        source="Test",
        venue_symbol=ticker,
        clock=AccountClock.LIVE,
        resolutions=(Resolution.DAY,),
    )


SYMBOLS = (
    symbol("AAPL", "Apple Inc."),
    symbol("APA", "Apache Corporation"),
    symbol("MSFT", "Microsoft Corporation"),
    symbol("SNAP", "Snap Inc."),
    symbol("BTCUSD", "Bitcoin / US Dollar", symbol_type=SymbolType.CRYPTO),
    symbol("AAPL", "Apple Inc., recorded", "REC"),
)


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("AAPL", "AAPL"),
        ("SIM:AAPL", "AAPL"),
        ("REC:AAPL", "REC:AAPL"),
        ("BRK.B", "BRK.B"),
        ("aapl", None),
        ("", None),
        (":AAPL", None),
        ("A:B:C", None),
        ("AAPL ", None),
        ("A" * 33, None),
    ],
)
def test_both_spellings_lead_to_one_id(spelling: str, canonical: str | None) -> None:
    assert canonical_id(spelling) == canonical


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["AAPL", "APA", "MSFT", "SNAP", "BTCUSD", "REC:AAPL"]),
        ("aapl", ["AAPL", "REC:AAPL"]),
        ("ap", ["APA", "AAPL", "REC:AAPL", "SNAP"]),
        ("REC:A", ["REC:AAPL"]),
        ("dollar", ["BTCUSD"]),
        ("  us   dollar ", ["BTCUSD"]),
        ("corp", ["APA", "MSFT"]),
        ("ZZZ", []),
    ],
)
def test_the_best_match_comes_first(query: str, found: list[str]) -> None:
    assert [symbol.id for symbol in search(SYMBOLS, query)] == found


def test_search_keeps_to_type_exchange_and_limit() -> None:
    assert [s.id for s in search(SYMBOLS, symbol_type=SymbolType.CRYPTO)] == ["BTCUSD"]
    assert [s.id for s in search(SYMBOLS, "A", exchange="REC")] == ["REC:AAPL"]
    assert [s.id for s in search(SYMBOLS, limit=2)] == ["AAPL", "APA"]
