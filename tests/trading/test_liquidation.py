"""Margin after the trade: called, lifted, liquidated in the stated order."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import (
    AccountClock,
    OrderStatus,
    OrderType,
    Side,
    SymbolType,
    TransactionCause,
)
from handlers.market.bars import Bar
from handlers.trading.accounts.account import AccountState
from handlers.trading.decisions import decide, leverage_change
from handlers.trading.ledger import codec
from handlers.trading.ledger.events import LiquidationOrdered, MarginCalled, MarginRestored
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.matching.models.fees import UnitFee
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.orders.commands import PlaceOrder, StopLoss, TakeProfit
from handlers.trading.risk import liquidation
from tests.trading.world import DAY, START, Desk, HandMarket, make_symbol


@pytest.fixture
def market() -> HandMarket:
    market = HandMarket()
    market.set("AAPL", "100.00", "100.00")
    market.set("MSFT", "100.00", "100.00")
    market.set("EURUSD", "1.00000", "1.00000")
    return market


@pytest.fixture
def desk(market: HandMarket) -> Desk:
    return Desk(market)


def enforce(desk: Desk) -> Transaction | None:
    draft = liquidation.enforce(desk.state, desk.market, desk.broker, desk.market.time)
    return None if draft is None else desk.carry_out(draft)


def ordered(transaction: Transaction | None) -> list[tuple[str, Decimal]]:
    assert transaction is not None
    assert transaction.cause.kind is TransactionCause.LIQUIDATION
    found = [item for item in transaction.events if isinstance(item, LiquidationOrdered)]
    return [(item.symbol, item.quantity) for item in found]


def test_it_is_called_before_it_is_liquidated(desk: Desk) -> None:
    """2,000 at 100 with 100,000: the margin of 25 % is reached at 66.67, 1.25 of it at 72.73."""
    desk.buy("AAPL", "2000")
    desk.quote("AAPL", "72.73", "72.73")
    assert enforce(desk) is None
    desk.quote("AAPL", "72.72", "72.72")
    called = enforce(desk)
    assert called is not None
    assert called.cause.kind is TransactionCause.MARGIN_CALLED
    assert called.events == (MarginCalled(Decimal(45_440), Decimal(36_360)),)
    call = desk.state.standing.call
    assert call is not None
    assert (call.equity, call.since) == (Decimal(45_440), called.recorded_at)
    assert enforce(desk) is None, "once"
    assert desk.state.open_positions["AAPL"].quantity == 2_000


def test_a_call_is_lifted_a_little_above(desk: Desk) -> None:
    desk.buy("AAPL", "2000")
    desk.quote("AAPL", "70.00", "70.00")
    enforce(desk)
    desk.quote("AAPL", "73.00", "73.00")
    assert enforce(desk) is None
    desk.quote("AAPL", "74.10", "74.10")
    lifted = enforce(desk)
    assert lifted is not None
    assert lifted.cause.kind is TransactionCause.MARGIN_RESTORED
    assert isinstance(lifted.events[0], MarginRestored)
    assert desk.state.standing.call is None


def test_as_much_is_closed_as_is_needed(desk: Desk) -> None:
    desk.buy("AAPL", "2000")
    desk.quote("AAPL", "66.00", "66.00")
    transaction = enforce(desk)
    # equity 32,000 is 1.25 times 25,600, which 16.50 a share leaves for 1,551 shares
    assert ordered(transaction) == [("AAPL", Decimal(449))]
    assert desk.state.open_positions["AAPL"].quantity == 1_551
    result = desk.figures()
    assert result.equity == 32_000
    assert result.equity >= liquidation.CALL * result.maintenance_margin
    assert enforce(desk) is None
    assert transaction is not None
    assert transaction.cause.order_id is not None
    order = desk.state.order(transaction.cause.order_id)
    assert order is not None
    assert (order.status, order.reduce_only) == (OrderStatus.FILLED, True)


def test_what_the_closing_costs_is_closed_too(market: HandMarket) -> None:
    fee = FillProfile(fee=UnitFee(Decimal(1)))
    desk = Desk(market, models=FillModels({SymbolType.STOCK: fee}))
    desk.buy("AAPL", "1900")
    desk.quote("AAPL", "64.00", "64.00")
    # equity 29,700 less the fee is 1.25 times 16.00 for each share that stays
    assert ordered(enforce(desk)) == [("AAPL", Decimal(437))]
    result = desk.figures()
    assert result.equity == 29_263
    assert result.equity >= liquidation.CALL * result.maintenance_margin


def test_a_least_fee_closes_nothing_that_need_not_be_closed(market: HandMarket) -> None:
    fee = FillProfile(fee=UnitFee(Decimal("0.01"), minimum=Decimal(50)))
    desk = Desk(market, models=FillModels({SymbolType.STOCK: fee}))
    desk.buy("AAPL", "1900")
    desk.buy("MSFT", "2")
    desk.quote("AAPL", "62.00", "62.00")
    [(symbol, _)] = ordered(enforce(desk))
    assert symbol == "AAPL"
    assert desk.state.open_positions["MSFT"].quantity == 2


def test_what_binds_most_goes_first(desk: Desk) -> None:
    desk.buy("MSFT", "400")
    desk.buy("AAPL", "400")
    desk.buy("EURUSD", "1000000")
    desk.quote("EURUSD", "0.94000", "0.94000")
    assert ordered(enforce(desk)) == [("EURUSD", Decimal(490_000))]


def test_among_equals_the_older_goes_first(desk: Desk) -> None:
    desk.buy("MSFT", "900")
    desk.buy("AAPL", "900")
    desk.quote("AAPL", "59.00", "59.00")
    desk.quote("MSFT", "59.00", "59.00")
    assert ordered(enforce(desk)) == [("MSFT", Decimal(379))]


def test_orders_that_could_open_go_those_that_protect_stay(desk: Desk) -> None:
    desk.ask(
        PlaceOrder(
            "AAPL",
            Side.BUY,
            OrderType.MARKET,
            Decimal(2000),
            take_profit=TakeProfit(Decimal("150.00")),
            stop_loss=StopLoss(Decimal("20.00")),
        )
    )
    desk.quote("AAPL", "90.00", "90.00")
    desk.market.set("AAPL", "200.00", "200.00")
    entry = desk.buy("AAPL", "100", limit="10.00").cause.order_id
    desk.quote("AAPL", "66.00", "66.00")
    transaction = enforce(desk)
    assert entry is not None
    canceled = desk.state.order(entry)
    assert canceled is not None
    assert (canceled.status, canceled.reason) == (OrderStatus.CANCELED, "liquidation")
    left = desk.state.open_positions["AAPL"].quantity
    assert {order.quantity for order in desk.state.open_orders.values()} == {left}
    assert len(desk.state.open_orders) == 2
    assert ordered(transaction)


def test_a_closed_market_waits_and_the_others_go(desk: Desk, market: HandMarket) -> None:
    desk.buy("AAPL", "1500")
    desk.buy("MSFT", "400")
    market.closed.add("AAPL")
    market.set("AAPL", "44.00", "44.00")
    assert ordered(enforce(desk)) == [("MSFT", Decimal(400))]
    assert enforce(desk) is None, "nothing can be done until the open"
    market.closed.clear()
    assert [symbol for symbol, _ in ordered(enforce(desk))] == ["AAPL"]


def test_what_is_on_its_way_is_not_ordered_again(desk: Desk) -> None:
    desk.buy("AAPL", "2000")
    desk.quote("AAPL", "66.00", "66.00")
    desk.stale.add("AAPL")
    assert ordered(enforce(desk)) == [("AAPL", Decimal(449))]
    assert desk.state.open_positions["AAPL"].quantity == 2_000
    assert enforce(desk) is None
    desk.market.set("AAPL", "65.00", "65.00")
    assert ordered(enforce(desk)) == [("AAPL", Decimal(75))], "what is missing beside the first"
    desk.stale.clear()
    desk.quote("AAPL", "65.00", "65.00")
    assert not desk.state.open_orders
    assert desk.figures().equity >= desk.figures().maintenance_margin


def test_what_is_on_its_way_will_cost_too(market: HandMarket) -> None:
    fee = FillProfile(fee=UnitFee(Decimal(1)))
    desk = Desk(market, models=FillModels({SymbolType.STOCK: fee}))
    desk.buy("AAPL", "1900")
    desk.quote("AAPL", "64.00", "64.00")
    desk.stale.add("AAPL")
    assert ordered(enforce(desk)) == [("AAPL", Decimal(437))]
    desk.market.set("AAPL", "63.50", "63.50")
    assert ordered(enforce(desk)) == [("AAPL", Decimal(39))]
    desk.stale.clear()
    desk.quote("AAPL", "63.50", "63.50")
    result = desk.figures()
    assert result.equity >= liquidation.CALL * result.maintenance_margin


def test_a_short_position_is_bought_back(desk: Desk) -> None:
    desk.sell("AAPL", "2000")
    desk.quote("AAPL", "121.00", "121.00")
    [(symbol, quantity)] = ordered(enforce(desk))
    assert symbol == "AAPL"
    assert desk.state.open_positions["AAPL"].quantity == 2_000 - quantity
    assert desk.figures().equity == 58_000


def test_all_goes_where_nothing_is_left(desk: Desk) -> None:
    desk.buy("AAPL", "1500")
    desk.buy("MSFT", "400")
    desk.quote("AAPL", "20.00", "20.00")
    transaction = enforce(desk)
    assert ordered(transaction) == [("MSFT", Decimal(400)), ("AAPL", Decimal(1500))]
    assert len(desk.state.standing.liquidations) == 1, "MSFT waits for a quote of now"
    desk.quote("MSFT", "100.00", "100.00")
    assert not desk.state.open_positions
    assert desk.state.balance.balance == -20_000, "a gap is not forgiven"
    assert desk.state.standing.call is not None
    assert not desk.state.standing.liquidations
    assert enforce(desk) is None


def test_a_reset_ends_a_call(desk: Desk) -> None:
    desk.buy("AAPL", "2000")
    desk.quote("AAPL", "70.00", "70.00")
    enforce(desk)
    desk.carry_out(decide.reset(desk.state, Decimal(1_000), "asked", None, desk.market.time))
    assert desk.state.standing.call is None
    assert enforce(desk) is None


def test_less_leverage_is_liquidated_earlier(desk: Desk) -> None:
    draft = leverage_change.change(desk.state, "AAPL", Decimal(1), desk.market, desk.market.time)
    assert draft is not None
    desk.carry_out(draft)
    desk.buy("AAPL", "1000")
    desk.quote("AAPL", "50.00", "50.00")
    assert enforce(desk) is None, "what is paid in full cannot fall short by itself"


def test_it_is_in_the_ledger(desk: Desk) -> None:
    desk.buy("AAPL", "2000")
    desk.quote("AAPL", "66.00", "66.00")
    enforce(desk)
    again = AccountState()
    for item in desk.ledger:
        again.apply(item)
        assert codec.load(codec.dump(item.events)) == item.events
    assert again.standing == desk.state.standing


def test_a_recorded_position_is_closed_at_the_next_open(market: HandMarket) -> None:
    market.set("REC:IBM", "100", "100")
    market.session_ends["REC:IBM"] = START + 30 * DAY
    desk = Desk(market, AccountClock.REPLAY)
    desk.buy("REC:IBM", "2000")
    day = START + DAY
    desk.bar("REC:IBM", Bar(day, 100.0, 101.0, 65.0, 66.0, 1.0))
    market.set("REC:IBM", "66", "66")
    assert ordered(enforce(desk)) == [("REC:IBM", Decimal(449))]
    assert desk.state.open_positions["REC:IBM"].quantity == 2_000, "until there is another bar"
    assert enforce(desk) is None
    desk.bar("REC:IBM", Bar(day + DAY, 64.0, 70.0, 63.0, 70.0, 1.0))
    assert desk.state.open_positions["REC:IBM"].quantity == 1_551
    assert desk.state.view().executions()[-1].price == 64


def test_another_currency_is_valued_in_the_accounts(market: HandMarket) -> None:
    market.offered["EURUSD"] = replace(market.offered["EURUSD"], base_currency="EUR")
    market.offered["GOLD"] = replace(make_symbol("GOLD"), currency="EUR")
    market.set("EURUSD", "1.25000", "1.25000")
    market.set("GOLD", "100.00", "100.00")
    desk = Desk(market)
    desk.buy("GOLD", "1600")
    desk.quote("GOLD", "66.00", "66.00")
    # equity 32,000 is 1.25 times 25,600, which 20.625 dollars a unit leave for 1,241 units
    assert ordered(enforce(desk)) == [("GOLD", Decimal(359))]
    assert desk.figures().equity == 32_000
