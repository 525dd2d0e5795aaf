"""Trades, and what was earned on each day, from the account's own facts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import AccountType, ActivityType, OrderType, Side, SymbolType, TimeInForce
from handlers.market.bars import Bar
from handlers.trading.orders.commands import PlaceOrder
from handlers.trading.reporting import performance
from handlers.trading.reporting.equity import EquityDay, equity_days
from handlers.trading.reporting.trades import Excursions, excursions, trades
from tests.trading.replay_desk import IBM, OPEN, ReplayDesk, dividend, split, texts
from tests.trading.world import DAY, START, Desk, HandMarket, make_symbol

TODAY = START // DAY * DAY


@pytest.fixture
def market() -> HandMarket:
    market = HandMarket()
    for symbol in ("AAPL", "MSFT"):
        market.set(symbol, "99.99", "100.01")
    return market


@pytest.fixture
def desk(market: HandMarket) -> Desk:
    return Desk(market)


def bar(time: int, close: float, low: float = 0.0, high: float = 0.0) -> Bar:
    return Bar(time, close, high or close, low or close, close, 1.0)


def later(desk: Desk, milliseconds: int) -> None:
    desk.market.time += milliseconds
    for symbol, quote in tuple(desk.market.quotes.items()):
        desk.market.set(symbol, quote.bid, quote.ask)


def test_days_are_valued_at_their_closes_as_they_were_then(desk: Desk) -> None:
    desk.buy("AAPL", "10")
    later(desk, DAY)
    desk.sell("AAPL", "4")
    later(desk, DAY)
    desk.sell("AAPL", "6")
    desk.buy("MSFT", "1")
    closes = {
        "AAPL": [bar(TODAY - DAY, 50.0), bar(TODAY, 105.5), bar(TODAY + 2 * DAY, 90.0)],
        "MSFT": [bar(TODAY + DAY, 70.0), bar(TODAY + 2 * DAY, 80.0)],
    }
    found = equity_days(desk.state.view(), closes, None, TODAY + 3 * DAY)
    assert found == (
        EquityDay(TODAY, Decimal("100054.90"), Decimal("1055.00")),
        EquityDay(TODAY + DAY, Decimal("100032.86"), Decimal("633.00")),
        EquityDay(TODAY + 2 * DAY, Decimal("99979.79"), Decimal("80.00")),
    )
    assert equity_days(desk.state.view(), closes, TODAY, TODAY + 2 * DAY) == found[1:2]
    assert equity_days(desk.state.view(), {}, None, TODAY + 3 * DAY) == ()


def test_a_cash_account_is_worth_its_cash_and_its_positions(market: HandMarket) -> None:
    desk = Desk(market, kind=AccountType.CASH)
    desk.buy("AAPL", "10")
    later(desk, DAY)
    desk.sell("AAPL", "4")
    view = desk.state.view()
    closes = {"AAPL": [bar(TODAY, 105.5), bar(TODAY + DAY, 90.0)]}
    assert equity_days(view, closes, None, TODAY + 2 * DAY) == (
        EquityDay(TODAY, Decimal("100054.90"), Decimal("1055.00")),
        EquityDay(TODAY + DAY, Decimal("99939.86"), Decimal("540.00")),
    )
    [symbol] = performance.by_symbol(view.executions(), view.activities())
    assert texts(symbol.net_pnl, symbol.carry) == ("-0.08", "0")


def test_nothing_was_earned_before_the_first_fill(desk: Desk) -> None:
    closes = {"AAPL": [bar(TODAY, 105.5)]}
    assert equity_days(desk.state.view(), closes, None, TODAY + DAY) == ()


def test_a_symbol_without_a_close_counts_at_its_average_price(desk: Desk) -> None:
    desk.buy("AAPL", "10")
    desk.buy("MSFT", "1")
    [day] = equity_days(desk.state.view(), {"MSFT": [bar(TODAY, 100.01)]}, None, TODAY + DAY)
    assert day == EquityDay(TODAY, Decimal(100_000), Decimal("1100.11"))


def test_a_trade_runs_from_its_opening_until_it_is_flat(desk: Desk) -> None:
    desk.buy("AAPL", "10")
    later(desk, 60_000)
    desk.quote("AAPL", "109.99", "110.01")
    desk.buy("AAPL", "10")
    later(desk, 60_000)
    desk.quote("AAPL", "119.99", "120.01")
    desk.sell("AAPL", "25")

    [trade] = trades(desk.state.view())
    assert trade.position.entry_quantity == 20
    assert trade.position.average_price == Decimal("105.01")
    assert (trade.exit_price, len(trade.executions)) == (Decimal("119.99"), 3)
    assert trade.net_pnl == trade.position.realized_pnl == Decimal("299.60")
    assert trade.shortfall == Decimal("0.40"), "half the spread, three times"
    assert trade.closed_at - trade.opened_at == 120_500


def test_statistics_count_winners_and_losers(desk: Desk) -> None:
    for price in ("110.00", "90.00", "95.00"):
        desk.quote("AAPL", "99.99", "100.01")
        desk.buy("AAPL", "1")
        desk.quote("AAPL", price, price)
        desk.sell("AAPL", "1")
    desk.quote("AAPL", "99.99", "100.01")
    desk.buy("AAPL", "1")
    found = performance.statistics(trades(desk.state.view()))
    assert (found.number, found.winners, found.losers) == (3, 1, 2)
    assert (found.gross_profit, found.gross_loss) == (Decimal("9.99"), Decimal("15.02"))
    assert found.net_profit == Decimal("-5.03")
    assert found.win_rate == Decimal("0.333333333333")
    assert found.profit_factor == Decimal("0.665113182423")
    assert (found.average_win, found.average_loss) == (Decimal("9.99"), Decimal("7.51"))
    assert found.expectancy == Decimal("-1.676666666667")
    nothing = performance.statistics([])
    assert (nothing.win_rate, nothing.profit_factor, nothing.expectancy) == (None, None, None)


def test_what_a_symbol_brought_adds_up_to_the_balance(desk: Desk) -> None:
    desk.buy("AAPL", "10")
    desk.sell("AAPL", "5")
    desk.sell("MSFT", "3")
    desk.buy("MSFT", "3")
    view = desk.state.view()
    found = performance.by_symbol(view.executions(), view.activities())
    assert [(item.symbol, item.executions) for item in found] == [("AAPL", 2), ("MSFT", 2)]
    total = sum(item.net_pnl for item in found)
    assert view.balance.balance == view.first_balance + total
    kinds = [item.kind for item in view.activities()]
    assert kinds == [ActivityType.DEPOSIT, *[ActivityType.REALIZED_PNL] * 2]


@pytest.mark.parametrize("side", list(Side))
def test_excursions_are_those_of_bars_wholly_within_the_trade(desk: Desk, side: Side) -> None:
    other = Side.SELL if side is Side.BUY else Side.BUY
    desk.quote("AAPL", "100.00", "100.00")
    desk.place("AAPL", side, "1")
    start = desk.market.time
    later(desk, 300_000)
    desk.quote("AAPL", "101.00", "101.00")
    desk.place("AAPL", other, "1")
    minute = 60_000
    bars = [
        bar(start - 1, 100.0, low=10.0, high=500.0),
        bar(start, 100.0, low=11.0, high=400.0),
        bar(start + minute, 100.0, low=97.5, high=100.0),
        bar(start + 2 * minute, 100.0, low=100.0, high=104.25),
        bar(start + 5 * minute, 100.0, low=12.0, high=300.0),
    ]
    [trade] = trades(desk.state.view())
    down, up = Decimal("2.5"), Decimal("4.25")
    assert excursions(trade, bars, minute) == (
        Excursions(down, up) if side is Side.BUY else Excursions(up, down)
    )
    alone = excursions(trade, (), minute)
    assert {alone.adverse, alone.favorable} == {Decimal(0), Decimal(1)}


def test_the_shortfall_of_a_limit_order_counts_from_the_mid_at_the_decision(desk: Desk) -> None:
    desk.quote("AAPL", "100.00", "100.02")
    desk.buy("AAPL", "1", limit="99.00")
    desk.quote("AAPL", "98.90", "98.92")
    desk.sell("AAPL", "1")
    [trade] = trades(desk.state.view())
    assert trade.shortfall == Decimal("-1.08"), "bought 1.09 below the mid, sold 0.01 below it"


def test_the_shortfall_of_a_stop_counts_from_its_stop_price(desk: Desk) -> None:
    desk.buy("AAPL", "1")
    stop = PlaceOrder(
        symbol="AAPL",
        side=Side.SELL,
        type=OrderType.STOP,
        quantity=Decimal(1),
        stop_price=Decimal("95.00"),
        time_in_force=TimeInForce.GTC,
    )
    desk.ask(stop)
    desk.quote("AAPL", "94.00", "94.02")
    [trade] = trades(desk.state.view())
    assert trade.shortfall == Decimal("1.01"), "half the spread, and a gap of one"


def test_a_trade_goes_on_through_a_split_and_keeps_its_dividends() -> None:
    desk = ReplayDesk()
    held = desk.held("10")
    desk.announce(dividend("1", OPEN - DAY // 2), split(2))
    desk.market.time = OPEN + 1
    desk.place(IBM, Side.SELL, "20", time_in_force=TimeInForce.GTC)
    desk.day(OPEN + DAY, "55", "55", "55", "55")
    view = desk.state.view()
    [trade] = trades(view)
    assert trade.position.position_id == held.position_id
    assert texts(trade.position.average_price, trade.exit_price) == ("50", "55")
    assert trade.net_pnl == trade.position.realized_pnl + trade.carry == 110
    [symbol] = performance.by_symbol(view.executions(), view.activities())
    assert texts(symbol.realized_pnl, symbol.carry) == ("100", "10")
    closes = {IBM: [bar(OPEN - DAY, 100.0), bar(OPEN, 52.0), bar(OPEN + DAY, 55.0)]}
    days = equity_days(view, closes, None, OPEN + 2 * DAY)
    assert [item.equity for item in days] == [100_010, 100_050, 100_110]


def test_what_a_split_pays_out_ends_a_trade() -> None:
    desk = ReplayDesk()
    desk.held("1")
    desk.announce(split(1, 2, price="210"))
    view = desk.state.view()
    [trade] = trades(view)
    assert len(trade.executions) == 1
    assert texts(trade.position.average_price, trade.exit_price) == ("200", "210")
    [symbol] = performance.by_symbol(view.executions(), view.activities())
    assert symbol.net_pnl == 5


def test_money_of_another_currency_is_converted_at_the_close_of_its_pair() -> None:
    market = HandMarket()
    market.offered["GOLD"] = replace(make_symbol("GOLD"), currency="EUR")
    market.offered["EURUSD"] = replace(
        make_symbol("EURUSD", tick="0.00001"), type=SymbolType.CURRENCY, base_currency="EUR"
    )
    market.set("EURUSD", "1.10000", "1.10000")
    market.set("GOLD", "100.00", "100.00")
    desk = Desk(market)
    desk.buy("GOLD", "10")
    desk.quote("GOLD", "110.00", "110.00")
    desk.sell("GOLD", "5")
    view = desk.state.view()
    closes = {"GOLD": [bar(TODAY, 120.0)]}
    pairs = {"GOLD": ([bar(TODAY, 1.2)], False)}
    [day] = equity_days(view, closes, None, TODAY + DAY, pairs)
    assert texts(day.equity, day.gross_value) == ("100175", "720")
    inverted = {"GOLD": ([bar(TODAY, 0.8)], True)}
    [other] = equity_days(view, closes, None, TODAY + DAY, inverted)
    assert texts(other.equity, other.gross_value) == ("100180", "750")
    [last] = equity_days(view, closes, None, TODAY + DAY)
    assert texts(last.equity) == ("100165",), "at the last rate used where the pair has no close"
    [symbol] = performance.by_symbol(view.executions(), view.activities())
    assert texts(symbol.net_pnl) == ("55",)
