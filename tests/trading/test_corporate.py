"""Splits and dividends: what they do to positions and orders, and what they leave alone."""

from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated.models import (
    ActivityType,
    OrderStatus,
    OrderType,
    PositionEffect,
    PositionStatus,
    Side,
    TimeInForce,
    TrailingOffsetType,
    TransactionCause,
)
from handlers.market.actions import Split
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import corporate, splits
from handlers.trading.ledger import codec
from handlers.trading.ledger.events import DividendApplied, OrderFilled, SplitApplied
from handlers.trading.orders.commands import PlaceOrder, TakeProfit
from handlers.trading.reporting import performance
from handlers.trading.reporting.trades import Trade, TradeBook, trades
from tests.trading.replay_desk import (
    IBM,
    OPEN,
    ReplayDesk,
    bracketed,
    dividend,
    split,
    texts,
)
from tests.trading.world import CLOSE, DAY, Desk, HandMarket, make_symbol


def test_a_split_makes_new_shares_of_a_position_at_the_same_cost() -> None:
    desk = ReplayDesk()
    before = desk.held("10")
    (done,) = desk.announce(split(2))
    after = desk.state.open_positions[IBM]
    assert after.position_id == before.position_id
    assert texts(after.quantity, after.cost_basis) == ("20", "1000")
    assert after.average_price == 50
    assert after.unrealized_pnl(Decimal(50)) == 0
    assert desk.state.balance.balance == 100_000
    assert (done.cause.kind, done.market_time) == (TransactionCause.CORPORATE_ACTION, OPEN)
    assert done.events[0] == SplitApplied(IBM, OPEN, 2, 1)
    assert desk.act() == [], "once"


def test_the_profit_of_a_closed_position_is_the_same_as_without_the_split() -> None:
    desk = ReplayDesk()
    held = desk.held("10")
    desk.announce(split(2))
    desk.market.time = OPEN + 1
    desk.place(IBM, Side.SELL, "20", time_in_force=TimeInForce.GTC)
    desk.day(OPEN + DAY, "55", "55", "55", "55")
    closed = desk.state.position(held.position_id)
    assert closed
    assert not closed.open
    assert texts(closed.realized_pnl, closed.average_price) == ("100", "50")


@pytest.mark.parametrize(
    ("side", "kind", "before", "after"),
    [
        (Side.BUY, OrderType.LIMIT, {"limit_price": "90.01"}, {"limit_price": "45"}),
        (Side.SELL, OrderType.LIMIT, {"limit_price": "110.01"}, {"limit_price": "55.01"}),
        (Side.BUY, OrderType.STOP, {"stop_price": "110.01"}, {"stop_price": "55.01"}),
        (Side.SELL, OrderType.STOP, {"stop_price": "90.01"}, {"stop_price": "45"}),
        (
            Side.SELL,
            OrderType.STOP_LIMIT,
            {"stop_price": "90", "limit_price": "89.99"},
            {"stop_price": "45", "limit_price": "45"},
        ),
        (
            Side.SELL,
            OrderType.TRAILING_STOP,
            {"trailing_offset": "5", "trailing_offset_type": TrailingOffsetType.PRICE},
            {"trailing_offset": "2.5", "trail_mark": "50", "stop_price": "47.5"},
        ),
        (
            Side.SELL,
            OrderType.TRAILING_STOP,
            {"trailing_offset": "5", "trailing_offset_type": TrailingOffsetType.PERCENT},
            {"trailing_offset": "5", "trail_mark": "50", "stop_price": "47.5"},
        ),
    ],
)
def test_a_split_rescales_what_stands(
    side: Side, kind: OrderType, before: dict[str, object], after: dict[str, str]
) -> None:
    desk = ReplayDesk()
    order = desk.rest(side, "10", kind, **before)
    if kind is OrderType.TRAILING_STOP:
        desk.day(OPEN - DAY, "100", "100", "100", "100")
    desk.announce(split(2))
    now = desk.found(order.order_id)
    assert now.quantity == 20
    assert now.status is OrderStatus.WORKING
    assert {name: getattr(now, name) for name in after} == {
        name: Decimal(value) for name, value in after.items()
    }


def test_what_was_filled_stays_as_it_was_filled() -> None:
    desk = ReplayDesk()
    order = desk.rest(Side.BUY, "10", OrderType.LIMIT, limit_price="90")
    part = OrderFilled(
        order.order_id,
        "exe_1",
        "pos_1",
        PositionEffect.OPEN,
        Decimal(4),
        Decimal(90),
        Decimal(0),
        Decimal(0),
        "m",
        "r",
        None,  # type: ignore[arg-type]
    )
    partly = order.apply(part, desk.ledger[-1])
    terms = splits.rescaled(partly, split(2), make_symbol(IBM))
    assert terms
    assert terms.quantity == 4 + 12


def test_an_order_meets_the_prices_of_the_day_in_new_shares() -> None:
    """Its old limit of 101 lies far above the new prices: rescaled it does not fill at them."""
    desk = ReplayDesk()
    waits = desk.rest(Side.BUY, "10", OrderType.LIMIT, limit_price="98")
    fills = desk.rest(Side.BUY, "10", OrderType.LIMIT, limit_price="101")
    desk.market.time = OPEN - DAY
    desk.announce(split(2))
    desk.day(OPEN, "50.2", "51", "49.5", "50")
    assert desk.found(waits.order_id).status is OrderStatus.WORKING
    assert desk.found(fills.order_id).status is OrderStatus.FILLED
    (execution,) = desk.state.view().executions()
    assert texts(execution.quantity, execution.price) == ("20", "50.2")


def test_the_fraction_of_a_share_is_paid_out() -> None:
    desk = ReplayDesk()
    held = desk.held("5")
    desk.announce(split(3, 2, "66"))
    after = desk.state.open_positions[IBM]
    assert after.quantity == 7
    paid_for = Decimal("0.5") * 500 / Decimal("7.5")
    assert after.cost_basis == pytest.approx(500 - paid_for)
    assert after.realized_pnl == pytest.approx(33 - paid_for)
    before, activity = desk.state.view().activities(held.sequence)
    assert (before.kind, before.symbol) == (ActivityType.SPLIT, IBM)
    assert before.amount == 0
    assert (activity.kind, activity.note) == (ActivityType.REALIZED_PNL, "0.5 paid out at 66")
    balance = desk.state.balance
    assert balance.balance == 100_000 + activity.amount == 100_000 + balance.realized_pnl


def test_a_merger_of_shares_may_leave_none() -> None:
    desk = ReplayDesk()
    held = desk.held("5", Side.SELL)
    stays = desk.rest(Side.SELL, "25", OrderType.LIMIT, limit_price="110")
    goes = desk.rest(Side.SELL, "5", OrderType.LIMIT, limit_price="110")
    desk.announce(split(1, 10, "990"))
    after = desk.state.position(held.position_id)
    assert after
    assert not after.open
    assert after.realized_pnl == 5
    assert list(desk.state.view().positions(PositionStatus.OPEN)) == []
    now = desk.found(stays.order_id)
    assert texts(now.quantity, now.limit_price) == ("2", "1100")
    assert desk.found(goes.order_id).status is OrderStatus.CANCELED
    assert desk.found(goes.order_id).reason == "split"


def test_legs_protect_all_of_the_new_shares() -> None:
    desk = ReplayDesk()
    _, profit, stop = bracketed(desk)
    desk.announce(split(2))
    legs = [desk.found(each.order_id) for each in (profit, stop)]
    assert [leg.quantity for leg in legs] == [20, 20]
    assert texts(legs[0].limit_price, legs[1].stop_price) == ("60", "45")
    desk.day(OPEN, "50", "61", "49", "60")
    assert IBM not in desk.state.open_positions
    assert [desk.found(leg.order_id).status for leg in legs] == [
        OrderStatus.FILLED,
        OrderStatus.CANCELED,
    ]


def test_legs_follow_the_new_shares_down_to_the_step() -> None:
    desk = ReplayDesk()
    _, profit, stop = bracketed(desk, "5")
    desk.announce(split(3, 2, "66"))
    assert [desk.found(each.order_id).quantity for each in (profit, stop)] == [7, 7]


def test_the_legs_of_an_entry_that_still_waits_stay_held() -> None:
    desk = ReplayDesk()
    entry = desk.order(
        PlaceOrder(
            IBM,
            Side.BUY,
            OrderType.LIMIT,
            Decimal(10),
            Decimal(80),
            time_in_force=TimeInForce.GTC,
            take_profit=TakeProfit(Decimal(120)),
        )
    )
    desk.announce(split(2))
    (leg,) = desk.state.legs(entry.order_id)
    assert leg.status is OrderStatus.HELD
    assert texts(leg.quantity, leg.limit_price) == ("20", "60")
    desk.day(OPEN, "39", "41", "39", "40")
    (leg,) = desk.state.legs(entry.order_id)
    assert leg.status is OrderStatus.WORKING
    assert leg.quantity == 20


def test_what_has_expired_by_then_expires() -> None:
    desk = ReplayDesk()
    desk.market.session_ends[IBM] = OPEN - 3_600_000
    order = desk.place(IBM, Side.BUY, "10", "90").cause.order_id
    assert order
    desk.announce(split(2))
    assert desk.found(order).status is OrderStatus.EXPIRED
    assert desk.found(order).quantity == 10


def test_what_came_later_is_not_concerned() -> None:
    desk = ReplayDesk()
    desk.market.corporate.append(split(2))
    desk.market.time = OPEN
    desk.rest(Side.BUY, "10", OrderType.LIMIT, limit_price="40")
    assert desk.act() == []


@pytest.mark.parametrize(("side", "paid"), [(Side.BUY, 5), (Side.SELL, -5)])
def test_a_dividend_is_paid_for_long_and_charged_for_short(side: Side, paid: int) -> None:
    desk = ReplayDesk()
    held = desk.held("10", side)
    order = desk.rest(Side.BUY, "10", OrderType.LIMIT, limit_price="90")
    (done,) = desk.announce(dividend("0.5"))
    ten = Decimal(10)
    assert done.events[0] == DividendApplied(
        IBM, OPEN, Decimal("0.5"), "USD", held.position_id, ten
    )
    assert desk.state.balance.balance == 100_000 + paid
    (activity,) = desk.state.view().activities(held.sequence)
    assert activity.kind is ActivityType.DIVIDEND
    assert activity.amount == paid
    assert activity.note == "0.5 for each of 10"
    assert desk.found(order.order_id).limit_price == 90
    assert desk.act() == []


def test_of_one_day_the_split_comes_first() -> None:
    desk = ReplayDesk()
    desk.held("10")
    assert len(desk.announce(split(2), dividend("0.5"))) == 1
    assert desk.state.balance.balance == 100_010


def test_a_report_is_booked_on_what_was_held_then() -> None:
    """The process stood still: two splits have come, the fill between them is told only now."""
    desk = ReplayDesk()
    desk.held("10")
    desk.market.corporate.extend((split(2), split(2, time=OPEN + 9 * DAY)))
    desk.market.time = OPEN + 10 * DAY
    assert len(desk.act(until=OPEN + DAY)) == 1
    assert desk.state.open_positions[IBM].quantity == 20
    assert len(desk.act()) == 1
    assert desk.state.open_positions[IBM].quantity == 40


def test_the_ledger_gives_the_same_account_again() -> None:
    desk = ReplayDesk()
    bracketed(desk, "5")
    desk.announce(split(3, 2, "66"), dividend("0.5"))
    again = AccountState()
    for transaction in desk.ledger:
        assert codec.load(codec.dump(transaction.events)) == transaction.events
        again.apply(transaction)
    assert again.open_positions == desk.state.open_positions
    assert again.open_orders == desk.state.open_orders
    assert again.balance == desk.state.balance
    assert corporate.act(again, desk.market, desk.market.time) is None


@given(
    quantity=st.integers(1, 400),
    numerator=st.integers(1, 20),
    denominator=st.integers(1, 20),
    side=st.sampled_from(Side),
)
def test_a_split_makes_nobody_richer(
    quantity: int, numerator: int, denominator: int, side: Side
) -> None:
    """At the last price before, equity is what it was, but for what 12 digits round off."""
    desk = ReplayDesk()
    desk.held(str(quantity), side)
    price = Decimal(100) * denominator / numerator
    desk.announce(split(numerator, denominator, str(price.quantize(Decimal("1e-12")))))
    position = desk.state.open_positions.get(IBM)
    profit = position.unrealized_pnl(price) if position else Decimal(0)
    assert desk.state.balance.balance + profit == pytest.approx(100_000, abs=Decimal("1e-6"))


def test_a_trade_that_a_split_ended_keeps_its_place() -> None:
    """However often the trades were read before: they stand by the transaction that closed them."""
    market = HandMarket()
    for symbol in ("AAPL", "MSFT"):
        market.set(symbol, "100", "100")
    desk = Desk(market)
    desk.buy("AAPL", "1")
    desk.buy("MSFT", "1")
    desk.sell("MSFT", "1")
    book, before = TradeBook(), desk.state.view()
    assert traded(book.read(before)) == ["MSFT"]
    market.time = CLOSE + DAY // 2
    market.corporate.append(Split("AAPL", CLOSE, 1, 10, Decimal(1000)))
    draft = corporate.act(desk.state, market, market.time)
    assert draft is not None
    desk.carry_out(draft)
    now = desk.state.view()
    assert traded(book.read(now)) == traded(trades(now)) == ["AAPL", "MSFT"]
    assert traded(book.read(before)) == ["MSFT"]


def traded(found: Iterable[Trade]) -> list[str]:
    return [item.position.symbol for item in found]


def test_a_split_of_what_is_only_ordered_brings_nothing() -> None:
    desk = ReplayDesk()
    desk.rest(Side.BUY, "5", OrderType.LIMIT, limit_price="90")
    desk.announce(split(2, 1, "99"))
    view = desk.state.view()
    assert ActivityType.SPLIT in {item.kind for item in view.activities()}
    assert performance.by_symbol(view.executions(), view.activities()) == ()
