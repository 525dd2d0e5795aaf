"""What happens to orders, as a trader would check it."""

from decimal import Decimal

import pytest

from generated.models import (
    AccountClock,
    ActivityType,
    OrderStatus,
    PositionSide,
    Side,
    TimeInForce,
    TransactionCause,
)
from handlers.market.bars import Bar
from handlers.trading.decisions import decide
from handlers.trading.ledger.events import (
    BalanceChanged,
    BarBasis,
    OrderAccepted,
    OrderFilled,
    PositionOpened,
    QuoteBasis,
)
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.orders.commands import CancelOrder, ClosePosition
from handlers.trading.orders.order import IllegalTransition, Order
from handlers.trading.positions.position import Position
from tests.trading.world import CLOSE, DAY, START, Desk, HandMarket


@pytest.fixture
def market() -> HandMarket:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01")
    market.set("MSFT", "199.98", "200.02")
    market.set("BTCUSD", "50000.00", "50010.00")
    market.set("EURUSD", "1.10000", "1.10010")
    market.set("REC:IBM", "100", "100")
    return market


@pytest.fixture
def desk(market: HandMarket) -> Desk:
    return Desk(market)


def order_of(desk: Desk, transaction: Transaction) -> Order:
    assert transaction.cause.order_id
    order = desk.state.order(transaction.cause.order_id)
    assert order
    return order


def position_of(desk: Desk, symbol: str = "AAPL") -> Position:
    return desk.state.open_positions[symbol]


def close(desk: Desk, position: Position, quantity: str | None = None) -> Transaction:
    command = ClosePosition(position.position_id, Decimal(quantity) if quantity else None)
    market = desk.market
    return desk.carry_out(decide.close(desk.state, command, market, desk.broker, market.time))


def test_a_market_order_fills_at_once_in_one_transaction(desk: Desk) -> None:
    transaction = desk.buy("AAPL", "10")

    kinds = [type(event) for event in transaction.events]
    assert kinds == [OrderAccepted, OrderFilled, PositionOpened]
    assert transaction.cause.kind is TransactionCause.ORDER_PLACED
    order = order_of(desk, transaction)
    assert order.status is OrderStatus.FILLED
    assert order.average_price == Decimal("100.01")
    assert position_of(desk).cost_basis == Decimal("1000.10")


def test_buys_take_the_ask_and_sells_the_bid_and_both_say_so(desk: Desk) -> None:
    desk.buy("AAPL", "10")
    desk.sell("AAPL", "10")

    bought, sold = desk.state.view().executions()
    assert (bought.price, sold.price) == (Decimal("100.01"), Decimal("99.99"))
    assert isinstance(bought.basis, QuoteBasis)
    assert bought.basis == QuoteBasis(START, Decimal("99.99"), Decimal("100.01"), Decimal("100.01"))
    assert (bought.model, bought.rule) == ("quote", "a market buy takes the ask")
    assert sold.rule == "a market sell takes the bid"


def test_a_round_trip_costs_the_spread(desk: Desk) -> None:
    desk.buy("AAPL", "10")
    transaction = desk.sell("AAPL", "10")

    [bought, sold] = desk.state.view().executions()
    assert transaction.events[-1] == BalanceChanged(
        Decimal("-0.20"),
        Decimal("99999.80"),
        ActivityType.REALIZED_PNL,
        "AAPL",
        sold.order_id,
        bought.position_id,
    )
    assert desk.state.balance.realized_pnl == Decimal("-0.20")
    assert not desk.state.open_positions


def test_a_limit_order_rests_until_the_price_comes(desk: Desk) -> None:
    order = order_of(desk, desk.buy("AAPL", "10", limit="99.00"))
    assert order.status is OrderStatus.WORKING

    desk.quote("AAPL", "99.00", "99.01")
    assert desk.state.open_orders
    desk.quote("AAPL", "98.90", "98.95")

    [execution] = desk.state.view().executions()
    assert execution.price == Decimal("98.95")
    assert not desk.state.open_orders


def test_a_marketable_limit_takes_the_better_price(desk: Desk) -> None:
    order = order_of(desk, desk.buy("AAPL", "10", limit="105.00"))
    assert order.average_price == Decimal("100.01")
    order = order_of(desk, desk.sell("AAPL", "10", limit="90.00"))
    assert order.average_price == Decimal("99.99")


def test_the_best_limit_fills_first_then_the_oldest(desk: Desk) -> None:
    first = order_of(desk, desk.buy("AAPL", "1", limit="98.00"))
    best = order_of(desk, desk.buy("AAPL", "2", limit="99.00"))
    second = order_of(desk, desk.buy("AAPL", "3", limit="98.00"))

    desk.quote("AAPL", "97.00", "97.10")

    executions = desk.state.view().executions()
    assert [item.order_id for item in executions] == [
        best.order_id,
        first.order_id,
        second.order_id,
    ]


def test_an_order_never_fills_on_a_quote_older_than_itself(desk: Desk, market: HandMarket) -> None:
    old = market.quotes["AAPL"]
    market.time += 5_000
    order = order_of(desk, desk.buy("AAPL", "10"))
    assert order.status is OrderStatus.WORKING

    desk.broker.on_quote(old)
    assert desk.state.open_orders

    desk.quote("AAPL", "101.00", "101.02")
    assert desk.state.view().executions()[0].price == Decimal("101.02")


def test_an_ioc_order_fills_at_once_or_ends(desk: Desk) -> None:
    missed = desk.place("AAPL", Side.BUY, "10", "99.00", TimeInForce.IOC)
    assert order_of(desk, missed).status is OrderStatus.CANCELED
    assert order_of(desk, missed).reason == "not_filled_at_once"

    hit = desk.place("AAPL", Side.BUY, "10", "101.00", TimeInForce.IOC)
    assert order_of(desk, hit).status is OrderStatus.FILLED


def test_a_market_order_in_a_closed_market_waits_for_the_open(
    desk: Desk, market: HandMarket
) -> None:
    market.closed.add("AAPL")
    order = order_of(desk, desk.buy("AAPL", "10"))
    desk.quote("AAPL", "101.00", "101.02")
    assert order.order_id in desk.state.open_orders

    market.closed.clear()
    desk.quote("AAPL", "102.00", "102.02")
    assert desk.state.view().executions()[0].price == Decimal("102.02")


def test_a_waiting_market_order_that_became_too_dear_is_rejected(
    desk: Desk, market: HandMarket
) -> None:
    market.closed.add("AAPL")
    waiting = order_of(desk, desk.buy("AAPL", "1900"))
    market.closed.clear()
    desk.quote("AAPL", "150.00", "150.02")

    order = desk.state.order(waiting.order_id)
    assert order
    assert (order.status, order.reason) == (OrderStatus.REJECTED, "insufficient_margin")
    assert desk.ledger[-1].cause.kind is TransactionCause.ORDER_REJECTED


def test_a_day_order_ends_with_its_session(desk: Desk, market: HandMarket) -> None:
    day = order_of(desk, desk.buy("AAPL", "10", limit="90.00"))
    gtc = order_of(desk, desk.place("AAPL", Side.BUY, "10", "90.00", TimeInForce.GTC))
    assert (day.expires_at, gtc.expires_at) == (CLOSE, None)

    market.time = CLOSE - 1
    desk.expire()
    assert day.order_id in desk.state.open_orders
    market.time = CLOSE
    desk.expire()
    assert list(desk.state.open_orders) == [gtc.order_id]
    assert desk.ledger[-1].cause.kind is TransactionCause.ORDER_EXPIRED


def test_an_expired_order_is_not_filled_by_a_later_quote(desk: Desk, market: HandMarket) -> None:
    order = order_of(desk, desk.buy("AAPL", "10", limit="99.00"))
    market.time = CLOSE
    desk.quote("AAPL", "98.00", "98.10")

    expired = desk.state.order(order.order_id)
    assert expired
    assert expired.status is OrderStatus.EXPIRED
    assert not desk.state.view().executions()


def test_a_cancel_ends_the_order_and_nothing_fills_it(desk: Desk, market: HandMarket) -> None:
    order = order_of(desk, desk.buy("AAPL", "10", limit="99.00"))
    command = CancelOrder(order.order_id)
    desk.carry_out(decide.cancel(desk.state, command, market, market.time))
    desk.quote("AAPL", "98.00", "98.10")

    canceled = desk.state.order(order.order_id)
    assert canceled
    assert canceled.status is OrderStatus.CANCELED
    assert canceled.revision == 2
    assert not desk.state.view().executions()


def test_adding_raises_the_average_price_and_reducing_keeps_it(desk: Desk) -> None:
    desk.buy("AAPL", "10")
    desk.quote("AAPL", "109.99", "110.01")
    desk.buy("AAPL", "10")
    position = position_of(desk)
    assert position.average_price == Decimal("105.01")

    desk.sell("AAPL", "5")
    reduced = position_of(desk)
    assert reduced.position_id == position.position_id
    assert reduced.average_price == Decimal("105.01")
    assert reduced.realized_pnl == Decimal("24.90")


def test_a_fill_through_zero_closes_one_position_and_opens_another(desk: Desk) -> None:
    desk.buy("AAPL", "10")
    long = position_of(desk)
    desk.sell("AAPL", "15")
    short = position_of(desk)

    closed = desk.state.position(long.position_id)
    assert closed
    assert (closed.open, closed.quantity, closed.average_price) == (
        False,
        Decimal(0),
        Decimal("100.01"),
    )
    assert short.position_id != long.position_id
    assert (short.side, short.quantity) == (PositionSide.SHORT, Decimal(5))
    _, closing, opening = desk.state.view().executions()
    assert (closing.quantity, closing.position_id) == (Decimal(10), long.position_id)
    assert (opening.quantity, opening.position_id) == (Decimal(5), short.position_id)


def test_a_short_position_gains_when_the_price_falls(desk: Desk) -> None:
    desk.sell("AAPL", "10")
    desk.quote("AAPL", "89.99", "90.01")
    desk.buy("AAPL", "10")
    assert desk.state.balance.balance == Decimal("100099.80")


def test_every_digit_survives_partial_closes(desk: Desk, market: HandMarket) -> None:
    desk.buy("BTCUSD", "0.00000003")
    desk.quote("BTCUSD", "61234.57", "61234.58")
    for _ in range(3):
        desk.sell("BTCUSD", "0.00000001")

    gained = Decimal("0.00000003") * (Decimal("61234.57") - Decimal("50010.00"))
    assert desk.state.balance.balance == 100_000 + gained


def test_closing_a_position_can_only_reduce_it(desk: Desk, market: HandMarket) -> None:
    desk.buy("AAPL", "10")
    market.closed.add("AAPL")
    waiting = order_of(desk, close(desk, position_of(desk)))
    market.closed.clear()
    desk.sell("AAPL", "4")
    desk.quote("AAPL", "101.00", "101.02")

    order = desk.state.order(waiting.order_id)
    assert order
    assert (order.filled_quantity, order.status) == (Decimal(6), OrderStatus.CANCELED)
    assert not desk.state.open_positions


def test_a_waiting_close_ends_when_there_is_nothing_left_to_close(
    desk: Desk, market: HandMarket
) -> None:
    desk.buy("AAPL", "10")
    market.closed.add("AAPL")
    waiting = order_of(desk, close(desk, position_of(desk)))
    market.closed.clear()
    desk.sell("AAPL", "15")
    desk.quote("AAPL", "101.00", "101.02")

    order = desk.state.order(waiting.order_id)
    assert order
    assert (order.filled_quantity, order.reason) == (Decimal(0), "position_closed")
    assert position_of(desk).quantity == Decimal(5)


def test_a_position_is_closed_in_parts(desk: Desk) -> None:
    desk.buy("AAPL", "10")
    position = position_of(desk)
    close(desk, position, "4")
    assert position_of(desk).quantity == Decimal(6)
    close(desk, position)
    assert not desk.state.open_positions


class TestRecorded:
    @pytest.fixture
    def desk(self, market: HandMarket) -> Desk:
        return Desk(market, AccountClock.REPLAY)

    def bar(self, days: int, low: float = 95.5) -> Bar:
        time = (START // DAY + days) * DAY
        return Bar(time, 100.5, 104.25, low, 101.0, 1000.0)

    def test_a_market_order_takes_the_open_of_the_next_bar(self, desk: Desk) -> None:
        order = order_of(desk, desk.buy("REC:IBM", "10"))
        assert order.status is OrderStatus.WORKING
        desk.bar("REC:IBM", self.bar(0))
        assert desk.state.open_orders, "that bar was open when the order was accepted"

        desk.market.session_ends["REC:IBM"] = START + 30 * DAY
        desk.buy("REC:IBM", "10")
        desk.bar("REC:IBM", self.bar(1))
        execution = desk.state.view().executions()[-1]
        assert execution.price == Decimal("100.5")
        assert isinstance(execution.basis, BarBasis)
        assert execution.market_time == self.bar(1).time

    @pytest.mark.parametrize(
        ("limit", "price"), [("98.00", "98.00"), ("102.00", "100.5"), ("95.00", None)]
    )
    def test_a_buy_limit_fills_within_the_bar(
        self, desk: Desk, limit: str, price: str | None
    ) -> None:
        desk.place("REC:IBM", Side.BUY, "10", limit, TimeInForce.GTC)
        desk.bar("REC:IBM", self.bar(1))
        prices = [item.price for item in desk.state.view().executions()]
        assert prices == ([Decimal(price)] if price else [])

    @pytest.mark.parametrize(
        ("limit", "price"), [("104.00", "104.00"), ("99.00", "100.5"), ("105.00", None)]
    )
    def test_a_sell_limit_fills_within_the_bar(
        self, desk: Desk, limit: str, price: str | None
    ) -> None:
        desk.place("REC:IBM", Side.SELL, "10", limit, TimeInForce.GTC)
        desk.bar("REC:IBM", self.bar(1))
        prices = [item.price for item in desk.state.view().executions()]
        assert prices == ([Decimal(price)] if price else [])

    def test_an_ioc_order_has_the_next_bar_only(self, desk: Desk) -> None:
        desk.market.session_ends["REC:IBM"] = self.bar(2).time
        order = desk.place("REC:IBM", Side.BUY, "10", "95.00", TimeInForce.IOC)
        assert order_of(desk, order).status is OrderStatus.WORKING
        desk.bar("REC:IBM", self.bar(1))
        assert order_of(desk, order).status is OrderStatus.CANCELED

    def test_a_new_recording_begins_the_account_anew(self, desk: Desk) -> None:
        desk.place("REC:IBM", Side.BUY, "10", None, TimeInForce.GTC)
        desk.bar("REC:IBM", self.bar(1))
        waiting = desk.place("REC:IBM", Side.BUY, "10", "95.00", TimeInForce.GTC)
        before = desk.state.view()
        now = desk.market.time
        desk.carry_out(decide.reset(desk.state, Decimal(100_000), "replay_restarted", "two", now))

        after = desk.state.view()
        assert after.as_of.epoch != before.as_of.epoch
        assert desk.state.market_epoch == "two"
        assert after.balance.balance == Decimal(100_000)
        assert not list(after.orders())
        assert not after.executions()
        assert order_of(desk, waiting).status is OrderStatus.CANCELED
        assert len(list(before.orders())) == 2


def test_what_is_not_in_the_table_cannot_happen(desk: Desk) -> None:
    transaction = desk.buy("AAPL", "10")
    order = order_of(desk, transaction)
    with pytest.raises(IllegalTransition):
        order.apply(transaction.events[1], transaction)  # type: ignore[arg-type]
