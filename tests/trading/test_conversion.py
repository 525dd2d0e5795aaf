"""Symbols in another currency than the account's: what is converted, and at which rate."""

from dataclasses import replace
from decimal import Decimal

import pytest
from typing_extensions import override

from generated.models import (
    AccountClock,
    AccountType,
    ActivityType,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)
from handlers.deciding import Decider
from handlers.market.actions import Dividend
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.pnl import Pnl
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import corporate
from handlers.trading.decisions import protecting
from handlers.trading.ledger import codec
from handlers.trading.ledger.events import Conversion
from handlers.trading.orders.commands import PlaceOrder, ReversePosition
from handlers.trading.orders.rejections import InsufficientMargin, NoRate
from handlers.trading.positions import conversion, margin
from handlers.trading.reporting.equity import equity_days
from handlers.trading.reporting.trades import trades
from tests.trading.replay_desk import texts
from tests.trading.world import CLOSE, DAY, Desk, HandMarket, make_symbol

DAX, NIKKEI = "DAX", "NIKKEI"


def make_market() -> HandMarket:
    """A stock in euros at 100, one in yen at 3,000, and the pairs of both with the dollar."""
    market = HandMarket()
    for ticker, currency in ((DAX, "EUR"), (NIKKEI, "JPY")):
        market.offered[ticker] = replace(make_symbol(ticker), currency=currency)
    for base, quoted in (("EUR", "USD"), ("USD", "JPY")):
        ticker = base + quoted
        market.offered[ticker] = replace(
            make_symbol(ticker, tick="0.0001"), currency=quoted, base_currency=base
        )
    market.set(DAX, "99", "101")
    market.set(NIKKEI, "3000", "3000")
    market.set("EURUSD", "1.1", "1.2")
    market.set("USDJPY", "150", "160")
    return market


def opened(market: HandMarket | None = None) -> Desk:
    return Desk(market or make_market())


def figures(desk: Desk) -> margin.Figures:
    state = desk.state
    return margin.figures(
        state.balance.balance,
        state.open_positions,
        state.open_orders.values(),
        desk.market,
        state.terms,
        Decimal(1),
    )


def test_profit_is_sold_at_the_bid_of_the_pair() -> None:
    desk = opened()
    desk.buy(DAX, "10")
    desk.quote(DAX, "111", "112")
    desk.sell(DAX, "10")
    opening, closing = desk.state.view().executions()
    assert closing.conversion == Conversion("EURUSD", Side.SELL, Decimal("1.1"), False, CLOSE_TIME)
    assert texts(opening.realized_pnl, closing.realized_pnl) == ("0", "110")
    assert texts(desk.state.balance.balance, desk.state.balance.realized_pnl) == ("100110", "110")
    activity = desk.state.view().activities()[-1]
    assert activity.kind is ActivityType.REALIZED_PNL
    assert activity.conversion == closing.conversion


def test_a_loss_is_bought_at_the_ask_of_the_pair() -> None:
    desk = opened()
    desk.buy(DAX, "10")
    desk.sell(DAX, "10")
    closing = desk.state.view().executions()[-1]
    assert closing.conversion == Conversion("EURUSD", Side.BUY, Decimal("1.2"), False, CLOSE_TIME)
    assert texts(closing.realized_pnl, desk.state.balance.balance) == ("-24", "99976")


CLOSE_TIME = make_market().time


@pytest.mark.parametrize(
    ("price", "side", "rate", "profit"),
    [("3480", Side.BUY, "160", "30"), ("2700", Side.SELL, "150", "-20")],
)
def test_a_pair_that_is_quoted_the_other_way_round_divides(
    price: str, side: Side, rate: str, profit: str
) -> None:
    desk = opened()
    desk.buy(NIKKEI, "10")
    desk.quote(NIKKEI, price, price)
    desk.sell(NIKKEI, "10")
    closing = desk.state.view().executions()[-1]
    assert closing.conversion
    assert (closing.conversion.side, closing.conversion.inverted) == (side, True)
    assert closing.conversion.rate == Decimal(rate)
    assert texts(closing.realized_pnl, desk.state.balance.realized_pnl) == (profit, profit)


def test_a_position_adds_its_profit_up_in_the_currency_of_the_account() -> None:
    desk = opened()
    desk.buy(DAX, "10")
    desk.quote(DAX, "111", "112")
    desk.sell(DAX, "4")
    desk.market.set("EURUSD", "1.3", "1.4")
    desk.sell(DAX, "6")
    position = desk.state.position(desk.state.view().executions()[0].position_id)
    assert position
    assert texts(position.realized_pnl, position.average_price) == ("122", "101")


def test_figures_are_in_the_currency_of_the_account() -> None:
    desk = opened()
    desk.buy(DAX, "10")
    of = figures(desk)
    (item,) = of.positions
    assert texts(item.market_price, item.market_value, item.unrealized_pnl) == ("99", "1089", "-24")
    assert texts(of.equity, of.initial_margin) == ("99976", "544.5")
    desk.buy(DAX, "10", "90")
    assert texts(figures(desk).order_margin) == ("540",)


def test_the_missing_margin_is_in_the_currency_of_the_account() -> None:
    desk = opened()
    with pytest.raises(InsufficientMargin) as refused:
        desk.buy(DAX, "2000", "100")
    (fault,) = refused.value.faults
    assert "20000" in refused.value.detail
    assert fault.nearest == "1666"
    desk.buy(DAX, "1666", "100")


def test_without_a_rate_nothing_is_opened() -> None:
    market = make_market()
    del market.quotes["EURUSD"]
    desk = opened(market)
    with pytest.raises(NoRate) as refused:
        desk.buy(DAX, "10")
    (fault,) = refused.value.faults
    assert (fault.field, fault.rule, fault.value) == ("/symbol", "rate", DAX)
    assert "an account in EUR" in fault.message


def test_without_a_rate_a_position_is_closed_at_the_last_that_was_used() -> None:
    desk = opened()
    desk.buy(DAX, "10")
    del desk.market.quotes["EURUSD"]
    assert texts(figures(desk).positions[0].unrealized_pnl) == ("-24",)
    desk.quote(DAX, "111", "112")
    desk.sell(DAX, "10")
    closing = desk.state.view().executions()[-1]
    assert closing.conversion
    assert (closing.conversion.quote_time, closing.conversion.rate) == (CLOSE_TIME, Decimal("1.2"))
    assert closing.realized_pnl == 120


def test_an_order_that_waits_is_rejected_where_it_would_open_without_a_rate() -> None:
    desk = opened()
    order_id = desk.buy(DAX, "10", "90").cause.order_id
    assert order_id
    del desk.market.quotes["EURUSD"]
    desk.quote(DAX, "89", "90")
    order = desk.state.order(order_id)
    assert order
    assert (order.status, order.reason) == (OrderStatus.REJECTED, "no_rate")
    assert figures(desk).order_margin == 0


def test_the_pair_of_the_own_exchange_comes_first() -> None:
    market = make_market()
    market.offered["FX:EURUSD"] = replace(market.offered["EURUSD"], id="FX:EURUSD", exchange="FX")
    market.offered["FX:DAX"] = replace(market.offered[DAX], id="FX:DAX", exchange="FX")
    pairs = [conversion.pair_for(market.offered[each], "USD", market) for each in (DAX, "FX:DAX")]
    assert [pair.id if pair else None for pair in pairs] == ["EURUSD", "FX:EURUSD"]
    replayed = replace(market.offered[DAX], clock=AccountClock.REPLAY)
    assert conversion.pair_for(replayed, "USD", market) is None, "another clock, another time"
    assert conversion.pair_for(market.offered[DAX], "JPY", market) is None


def test_a_cash_account_pays_and_receives_in_its_own_currency() -> None:
    desk = Desk(make_market(), kind=AccountType.CASH)
    desk.buy(DAX, "10")
    assert desk.state.balance.balance == 100_000 - Decimal("1.2") * 1_010
    assert figures(desk).equity == desk.state.balance.balance + Decimal("1.1") * 990
    desk.sell(DAX, "10")
    assert desk.state.balance.balance == 100_000 - Decimal("1.2") * 1_010 + Decimal("1.1") * 990


def test_a_dividend_is_converted() -> None:
    desk = opened()
    desk.buy(DAX, "10")
    desk.market.time = CLOSE
    desk.market.corporate.append(Dividend(DAX, CLOSE, Decimal(2)))
    draft = corporate.act(desk.state, desk.market, CLOSE)
    assert draft
    desk.carry_out(draft)
    activity = desk.state.view().activities()[-1]
    assert activity.amount == 22
    assert activity.conversion == Conversion("EURUSD", Side.SELL, Decimal("1.1"), False, CLOSE_TIME)


def test_the_ledger_keeps_the_conversions() -> None:
    desk = opened()
    desk.place(DAX, Side.BUY, "10", time_in_force=TimeInForce.GTC)
    desk.sell(DAX, "10")
    again = AccountState()
    for transaction in desk.ledger:
        assert codec.load(codec.dump(transaction.events)) == transaction.events
        again.apply(transaction)
    assert again.balance == desk.state.balance
    assert again.rates_used == desk.state.rates_used


def test_the_pair_is_watched_with_what_it_converts() -> None:
    desk = opened()
    desk.buy(DAX, "10")
    pnl = Pnl(OneAccount(desk.state), desk.market)
    pnl.watch("acc_1")
    assert sorted(desk.market.watched) == [DAX, "EURUSD"]


class OneAccount:
    def __init__(self, state: AccountState) -> None:
        self.state = state

    def find(self, account_id: str) -> AccountState | None:
        return self.state if account_id == self.state.account_id else None


def test_without_a_rate_nothing_is_reversed() -> None:
    desk = opened()
    desk.buy(DAX, "10")
    position_id = desk.state.open_positions[DAX].position_id
    del desk.market.quotes["EURUSD"]
    command, market = ReversePosition(position_id), desk.market
    with pytest.raises(NoRate):
        protecting.reverse(desk.state, command, market, desk.broker, market.time)


def bar(day: int, close: float) -> Bar:
    return Bar(day, close, close, close, close, 1.0)


@pytest.mark.parametrize(
    ("symbol", "pair", "closes", "equity", "gross"),
    [
        (DAX, (1.25, False), (103.0, 1.25), "100025", "1287.5"),
        (NIKKEI, (150.0, True), (3150.0, 150.0), "100010", "210"),
    ],
)
def test_a_day_is_valued_at_the_close_of_the_pair(
    symbol: str,
    pair: tuple[float, bool],
    closes: tuple[float, float],
    equity: str,
    gross: str,
) -> None:
    desk = opened()
    desk.buy(symbol, "10")
    day = desk.market.time // DAY * DAY
    bars = {symbol: [bar(day, closes[0])]}
    pairs = {symbol: ([bar(day, pair[0])], pair[1])}
    (found,) = equity_days(desk.state.view(), bars, None, day + DAY, pairs)
    assert texts(found.equity, found.gross_value) == (equity, gross)


def test_shortfall_is_in_the_currency_of_the_account() -> None:
    """Bought at 101 and sold at 99, decided at 100, which is the middle: one euro a share each."""
    desk = opened()
    desk.buy(DAX, "10")
    desk.sell(DAX, "10")
    (trade,) = trades(desk.state.view())
    assert texts(trade.net_pnl, trade.shortfall) == ("-24", "24")


class Ticking(HandMarket):
    """Time passes with every quote that is asked for."""

    @override
    def quote(self, symbol_id: str) -> Quote | None:
        self.time += 1
        found = self.quotes.get(symbol_id)
        return replace(found, time=self.time) if found else None


def test_the_rate_is_not_of_later_than_the_decision() -> None:
    market, made = Ticking(), make_market()
    market.offered, market.quotes = made.offered, made.quotes
    desk = opened(market)
    decider = Decider(market, desk.broker, market)
    command = PlaceOrder(DAX, Side.BUY, OrderType.MARKET, Decimal(10))
    draft = decider.decide(desk.state, command)
    assert draft
    desk.carry_out(draft)
    (execution,) = desk.state.view().executions()
    assert execution.conversion
    assert execution.conversion.quote_time <= execution.market_time <= execution.time
