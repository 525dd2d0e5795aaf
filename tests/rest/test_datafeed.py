"""Symbols, bars and quotes over REST, from both feeds on one manual clock."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from threading import get_ident
from typing import Any

import httpx
import pytest

from generated.models import Adjustment
from generated.rest.app import create_app
from generated.rest.unimplemented import (
    UnimplementedAccounts,
    UnimplementedAuth,
    UnimplementedExecutions,
    UnimplementedHealth,
    UnimplementedLeverage,
    UnimplementedOrders,
    UnimplementedPerformance,
    UnimplementedPositions,
    UnimplementedScenarios,
    UnimplementedVersions,
)
from handlers.feeds.feed import NotSupported
from handlers.feeds.feeds import Feeds
from handlers.feeds.replay.feed import ReplayFeed
from handlers.feeds.simulated.feed import SimulatedFeed
from handlers.market.bars import BarPage
from handlers.market.resolutions import DAY, HOUR, MINUTE
from handlers.rest.datafeed import Datafeed
from handlers.storage.replays import MemoryReplays
from tests.clock import ManualClock
from tests.feeds.listings import NOW, SEED
from tests.ports.feed_suite import Sink
from tests.rest.desk import Bearers

STEP = 2_000


@dataclass(frozen=True, slots=True)
class Market:
    client: httpx.AsyncClient
    clock: ManualClock
    replay: ReplayFeed

    async def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        answer = await self.client.get(f"/datafeed/{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def bars(self, symbol: str = "AAPL", resolution: str = "1", /, **more: Any) -> Any:
        return await self.get("bars", symbol=symbol, resolution=resolution, **more)

    async def refused(self, path: str, **parameters: Any) -> tuple[int, str]:
        answer = await self.client.get(f"/datafeed/{path}", params=parameters)
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.status_code, answer.json()["code"]


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    clock = ManualClock(NOW)
    replay = ReplayFeed(clock, MemoryReplays(), lambda: "e1", bar_duration=STEP, history=500)
    app = create_app(
        health=UnimplementedHealth(),
        versions=UnimplementedVersions(),
        auth=UnimplementedAuth(),
        datafeed=Datafeed(Feeds([SimulatedFeed(clock, SEED), replay]), clock),
        accounts=UnimplementedAccounts(),
        orders=UnimplementedOrders(),
        positions=UnimplementedPositions(),
        performance=UnimplementedPerformance(),
        executions=UnimplementedExecutions(),
        leverage=UnimplementedLeverage(),
        scenarios=UnimplementedScenarios(),
        security=Bearers(),
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://test/api/v1",
        headers={"Authorization": "Bearer usr_1"},
    ) as client:
        yield Market(client, clock, replay)


async def test_the_configuration_says_what_there_is(market: Market) -> None:
    found = await market.get("config")
    assert [tuple(each.values()) for each in found.pop("exchanges")] == [
        ("SIM", "Simulated exchange, round the clock", "simulated"),
        ("SIMNY", "Simulated exchange, New York hours", "simulated"),
        ("SIMFX", "Simulated currencies, Sunday 17:00 to Friday 17:00", "simulated"),
        ("REC", "Recorded prices, replayed", "recorded"),
    ]
    assert found == {
        "defaultExchange": "SIM",
        "types": ["stock", "currency", "crypto"],
        "resolutions": ["1", "5", "15", "30", "60", "240", "D", "W", "M"],
        "adjustments": ["none", "splits", "all"],
        "maxBars": 5000,
    }


async def test_search_finds_the_best_first(market: Market) -> None:
    found = await market.get("symbols", query="aap")
    assert [each["symbol"] for each in found["symbols"]] == ["AAPL", "SIMNY:AAPL", "REC:AAPL"]
    found = await market.get("symbols", query="usd", type="crypto", exchange="SIM", limit=1)
    assert [each["symbol"] for each in found["symbols"]] == ["BTCUSD"]
    assert len((await market.get("symbols"))["symbols"]) > 12
    assert await market.get("symbols", query="no such thing") == {"symbols": []}


async def test_both_spellings_resolve_to_one_symbol(market: Market) -> None:
    symbol = await market.get("symbols/SIM:AAPL")
    assert symbol == await market.get("symbols/AAPL")
    assert symbol["symbol"] == "AAPL"
    assert symbol["tickSize"] == "0.01"
    assert symbol["marketOpen"]
    recorded = await market.get("symbols/REC:FB")
    assert recorded["dataKind"] == "recorded"
    assert recorded["resolutions"] == ["D", "W", "M"]
    assert not recorded["marketOpen"]


@pytest.mark.parametrize("symbol", ["NOBODY", "REC:BTCUSD", "XXX:AAPL"])
async def test_unknown_symbols_are_not_found(market: Market, symbol: str) -> None:
    assert await market.refused(f"symbols/{symbol}") == (404, "symbol_not_found")
    assert await market.refused("quotes", symbols=f"AAPL,{symbol}") == (404, "symbol_not_found")
    assert await market.refused("bars", symbol=symbol, resolution="D") == (404, "symbol_not_found")


async def test_a_range_has_its_start_and_not_its_end(market: Market) -> None:
    page = await market.bars(**{"from": NOW - 3 * MINUTE, "to": NOW})
    times = [bar["time"] for bar in page["bars"]]
    assert times == [NOW - 3 * MINUTE, NOW - 2 * MINUTE, NOW - MINUTE]
    assert (page["symbol"], page["resolution"], page["noData"]) == ("AAPL", "1", False)
    assert "nextCursor" not in page
    assert "previousBarTime" not in page


async def test_other_spellings_are_answered_in_the_canonical_one(market: Market) -> None:
    page = await market.bars("SIM:AAPL", "1D", countBack=2)
    assert (page["symbol"], page["resolution"]) == ("AAPL", "D")
    assert page["bars"] == (await market.bars("AAPL", "D", countBack=2))["bars"]


async def test_counting_back_wins_over_from(market: Market) -> None:
    page = await market.bars(countBack=7, to=NOW, **{"from": NOW - MINUTE})
    assert len(page["bars"]) == 7
    assert page["bars"][-1]["time"] == NOW - MINUTE
    page = await market.bars(countBack=2, to=NOW, **{"from": NOW + MINUTE})
    assert len(page["bars"]) == 2


async def test_without_a_range_the_newest_are_given_with_the_one_in_progress(
    market: Market,
) -> None:
    market.clock.advance(20_000)
    page = await market.bars()
    assert len(page["bars"]) == 500
    assert page["bars"][-1]["time"] == NOW


async def test_an_empty_range_names_the_closest_older_bar(market: Market) -> None:
    sunday = NOW - DAY
    page = await market.bars("SIMNY:SPY", **{"from": sunday, "to": sunday + HOUR})
    assert (page["bars"], page["noData"]) == ([], True)
    friday = await market.bars("SIMNY:SPY", to=sunday, countBack=1)
    assert page["previousBarTime"] == friday["bars"][0]["time"]
    page = await market.bars(**{"from": 0, "to": 1_000})
    assert page["noData"]
    assert "previousBarTime" not in page


async def test_more_than_a_page_is_led_to_by_cursors(market: Market) -> None:
    query = {"from": NOW - 12_000 * MINUTE, "to": NOW}
    page = await market.bars(**query)
    assert len(page["bars"]) == 5_000
    assert page["bars"][-1]["time"] == NOW - MINUTE
    found = list(page["bars"])
    while "nextCursor" in page:
        page = await market.bars(**query, cursor=page["nextCursor"])
        found = page["bars"] + found
    assert [bar["time"] for bar in found] == list(range(NOW - 12_000 * MINUTE, NOW, MINUTE))


async def test_a_cursor_is_good_for_its_own_request_alone(market: Market) -> None:
    query = {"from": NOW - 6_000 * MINUTE, "to": NOW, "symbol": "AAPL", "resolution": "1"}
    cursor = (await market.get("bars", **query))["nextCursor"]
    for wrong in (
        {**query, "cursor": cursor, "symbol": "MSFT"},
        {**query, "cursor": cursor, "from": NOW - 6_001 * MINUTE},
        {**query, "cursor": "bm90IG91cnM"},
        {**query, "cursor": "_"},
        {**query, "cursor": "WzEsMl0"},
    ):
        assert await market.refused("bars", **wrong) == (422, "invalid_cursor")


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"resolution": "2"}, (400, "invalid_request")),
        ({"countBack": 0}, (400, "invalid_request")),
        ({"countBack": 5_001}, (400, "invalid_request")),
        ({"from": -1}, (400, "invalid_request")),
        ({"to": 10**18}, (400, "invalid_request")),
        ({"to": "now"}, (400, "invalid_request")),
        ({"adjustment": "some"}, (400, "invalid_request")),
        ({"symbol": "apple"}, (400, "invalid_request")),
        ({"unknown": "1"}, (400, "invalid_request")),
        ({"from": NOW, "to": NOW}, (422, "invalid_range")),
        ({"from": NOW, "to": NOW - 1}, (422, "invalid_range")),
        ({"symbol": "REC:IBM"}, (422, "resolution_not_supported")),
    ],
)
async def test_what_cannot_be_given_is_refused(
    market: Market, wrong: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert await market.refused("bars", **{"symbol": "AAPL", "resolution": "1", **wrong}) == refusal


async def test_a_range_of_closed_bars_has_an_etag_and_is_not_sent_twice(market: Market) -> None:
    query: dict[str, str | int] = {
        "symbol": "AAPL",
        "resolution": "1",
        "from": NOW - HOUR,
        "to": NOW,
    }
    first = await market.client.get("/datafeed/bars", params=query)
    etag = first.headers["ETag"]
    market.clock.advance(DAY)
    for sent in (etag, f'"other", W/{etag}', "*"):
        again = await market.client.get(
            "/datafeed/bars", params=query, headers={"If-None-Match": sent}
        )
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    other = await market.client.get(
        "/datafeed/bars", params=query, headers={"If-None-Match": '"other"'}
    )
    assert (other.status_code, other.content) == (200, first.content)
    moved = await market.client.get("/datafeed/bars", params={**query, "to": NOW - MINUTE})
    assert moved.headers["ETag"] != etag


@pytest.mark.parametrize("more", [{}, {"to": NOW + 1}, {"countBack": 3}], ids=repr)
async def test_what_may_change_has_no_etag(market: Market, more: dict[str, int]) -> None:
    market.clock.advance(20_000)
    answer = await market.client.get(
        "/datafeed/bars",
        params={"symbol": "AAPL", "resolution": "1", **more},
        headers={"If-None-Match": "*"},
    )
    assert answer.status_code == 200
    assert "ETag" not in answer.headers


async def test_recorded_bars_are_given_up_to_the_cursor(market: Market) -> None:
    page = await market.bars("REC:AAPL", "D", **{"from": 0, "to": 4_000_000_000_000})
    assert page["bars"][0] == {
        "time": 951_868_800_000,
        "open": 118.56,
        "high": 132.06,
        "low": 118.5,
        "close": 130.31,
        "volume": 9_616_100.0,
    }
    assert len(page["bars"]) == 500
    market.clock.advance(STEP)
    market.replay.step(Sink())
    after = await market.bars("REC:AAPL", "D", **{"from": 0, "to": 4_000_000_000_000})
    assert after["bars"][:500] == page["bars"]
    assert len(after["bars"]) == 501


async def test_recorded_bars_are_adjusted_for_what_has_happened(market: Market) -> None:
    """Two shares were made of one on 2000-06-21; nothing is known of 2005 yet."""
    first = {"to": 951_868_800_001, "countBack": 1}
    for adjustment in ("splits", "all"):
        page = await market.bars("REC:AAPL", "D", **first, adjustment=adjustment)
        assert page["adjustment"] == adjustment
        assert page["bars"][0]["close"] == 130.31 / 2
        assert page["bars"][0]["volume"] == 9_616_100 * 2


async def test_an_adjustment_that_a_feed_does_not_have_is_refused(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    def history(*_: Any) -> BarPage:
        raise NotSupported(Adjustment.SPLITS)

    monkeypatch.setattr(SimulatedFeed, "history", history)
    refusal = await market.refused("bars", symbol="AAPL", resolution="D", adjustment="splits")
    assert refusal == (422, "adjustment_not_supported")


async def test_a_dividend_changes_the_etag_of_bars_that_are_adjusted_for_it(
    market: Market,
) -> None:
    """IBM paid one within these days, and split nothing."""
    etags: dict[str, set[str]] = {"none": set(), "splits": set(), "all": set()}
    for _ in range(60):
        for adjustment, seen in etags.items():
            query: dict[str, str | int] = {
                "symbol": "REC:IBM",
                "resolution": "D",
                "to": 952_000_000_000,
                "adjustment": adjustment,
            }
            answer = await market.client.get("/datafeed/bars", params=query)
            seen.add(answer.headers["ETag"])
        market.clock.advance(STEP)
        market.replay.step(Sink())
    assert {adjustment: len(seen) for adjustment, seen in etags.items()} == {
        "none": 1,
        "splits": 1,
        "all": 2,
    }


async def test_another_lap_of_the_recording_has_other_etags(market: Market) -> None:
    query: dict[str, str | int] = {"symbol": "REC:AAPL", "resolution": "D", "to": 952_000_000_000}
    first = await market.client.get("/datafeed/bars", params=query)
    market.clock.advance(2_771 * STEP)
    market.replay.step(Sink())
    second = await market.client.get("/datafeed/bars", params=query)
    assert first.content == second.content
    assert first.headers["ETag"] != second.headers["ETag"]


async def test_quotes_come_in_the_order_asked_for(market: Market) -> None:
    quotes = (await market.get("quotes", symbols="BTCUSD,SIM:AAPL,SIMNY:SPY,REC:IBM"))["quotes"]
    assert [quote["symbol"] for quote in quotes] == ["BTCUSD", "AAPL", "SIMNY:SPY", "REC:IBM"]
    bitcoin, apple, _, recorded = quotes
    assert bitcoin["last"] in (bitcoin["bid"], bitcoin["ask"])
    assert apple["time"] == NOW
    assert recorded["bid"] == recorded["ask"] == recorded["last"]
    for quote in quotes:
        change = float(quote["last"]) - float(quote["previousClose"])
        assert float(quote["change"]) == pytest.approx(change)
        percent = 100 * change / float(quote["previousClose"])
        assert float(quote["changePercent"]) == pytest.approx(percent, abs=0.0051)
        assert float(quote["low"]) <= float(quote["last"]) <= float(quote["high"])
        assert quote["marketOpen"]


async def test_the_quote_and_the_bar_in_progress_agree(market: Market) -> None:
    market.clock.advance(33_333)
    (quote,) = (await market.get("quotes", symbols="EURUSD"))["quotes"]
    (minute,) = (await market.bars("EURUSD", countBack=1))["bars"]
    (day,) = (await market.bars("EURUSD", "D", countBack=1))["bars"]
    assert float(quote["last"]) == minute["close"] == day["close"]
    assert (float(quote["high"]), float(quote["low"])) == (day["high"], day["low"])
    assert float(quote["volume"]) == day["volume"]


async def test_a_symbol_that_is_not_listed_yet_has_no_quote(market: Market) -> None:
    assert await market.refused("quotes", symbols="REC:FB") == (422, "no_price")
    page = await market.bars("REC:FB", "D")
    assert page["noData"]
    assert "previousBarTime" not in page


async def test_the_servers_time(market: Market) -> None:
    market.clock.advance(5)
    assert await market.get("time") == {"time": NOW + 5}


async def test_many_bars_are_made_aside(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody waits for them: a cold page of thousands takes a tenth of a second."""
    threads: list[int] = []
    history = Feeds.history

    def noting(self: Feeds, *arguments: Any) -> BarPage:
        threads.append(get_ident())
        return history(self, *arguments)

    monkeypatch.setattr(Feeds, "history", noting)
    few = await market.bars("AAPL", "D", countBack=1_000)
    many = await market.bars("AAPL", "D", countBack=5_000)
    assert threads[0] == get_ident() != threads[1]
    assert many["bars"][-1_000:] == few["bars"]
    assert len(many["bars"]) == 5_000


async def test_splits_and_dividends_are_listed_up_to_now(market: Market) -> None:
    listed = await market.get("corporate-actions", symbol="REC:AAPL")
    assert listed == {
        "symbol": "REC:AAPL",
        "actions": [{"type": "split", "time": 961545600000, "numerator": 2, "denominator": 1}],
    }
    listed = await market.get("corporate-actions", symbol="REC:IBM")
    paid = {"type": "dividend", "time": 957744000000, "amount": "0.13", "currency": "USD"}
    assert listed["actions"][0] == paid
    assert (await market.get("corporate-actions", symbol="SIM:AAPL"))["actions"] == []
    assert await market.refused("corporate-actions", symbol="NOBODY") == (404, "symbol_not_found")
