"""The book gives what a price triggers, best first, and touches nothing else."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from generated.models import OrderType, Side, TimeInForce
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.trading.matching import span
from handlers.trading.matching.exchange import Book, Exchange
from handlers.trading.matching.fills import BarFills, QuoteFills
from handlers.trading.matching.span import Span
from handlers.trading.orders.order import Order
from tests.ports.broker_suite import make_order
from tests.trading.world import START

ONE = Decimal(1)
prices = st.integers(1, 40).map(lambda cents: Decimal(cents) / 4)
orders = st.lists(
    st.tuples(st.sampled_from(Side), st.one_of(st.none(), prices), st.booleans()), max_size=30
)


def book_of(placed: list[Order]) -> Book:
    book = Book()
    for order in placed:
        book.add("acc_1", order)
    return book


def make(index: int, side: Side, limit: Decimal | None) -> Order:
    order = make_order(f"ord_{index}", side, None if limit is None else str(limit))
    return replace(order, sequence=index)


@given(orders, prices, prices)
def test_a_quote_takes_exactly_what_it_triggers(
    drawn: list[tuple[Side, Decimal | None, bool]], one: Decimal, other: Decimal
) -> None:
    bid, ask = sorted((one, other))
    placed = [make(index, side, limit) for index, (side, limit, _) in enumerate(drawn)]
    removed = {order.order_id for order, (*_, gone) in zip(placed, drawn, strict=True) if gone}
    book = book_of(placed)
    for order_id in removed:
        book.remove(order_id)

    taken = [resting.order for resting in book.take(between(bid, ask))]
    expected = [order for order in placed if triggered(order, bid, ask)]
    expected = [order for order in expected if order.order_id not in removed]
    assert {order.order_id for order in taken} == {order.order_id for order in expected}
    assert taken == sorted(taken, key=lambda order: priority(order, placed))
    assert len(book) == len(placed) - len(removed) - len(taken)
    assert not book.take(between(bid, ask)), "each is taken once"


def between(bid: Decimal, ask: Decimal) -> Span:
    return span.of_quote(Quote("AAPL", START, bid, ask, ask, ONE, ONE, ONE))


def triggered(order: Order, bid: Decimal, ask: Decimal) -> bool:
    if order.limit_price is None:
        return True
    return ask <= order.limit_price if order.side is Side.BUY else bid >= order.limit_price


def priority(order: Order, placed: list[Order]) -> tuple[int, Decimal, int]:
    """Market orders, then buys, then sells; the best price first, then the oldest."""
    age = placed.index(order)
    if order.limit_price is None:
        return 0, Decimal(0), age
    if order.side is Side.BUY:
        return 1, -order.limit_price, age
    return 2, order.limit_price, age


def test_a_symbol_without_orders_is_forgotten() -> None:
    exchange = Exchange()
    order = make_order(limit="1.00")
    exchange.remove(order)
    exchange.add("acc_1", order)
    exchange.remove(order)
    assert exchange.take("AAPL", between(ONE, ONE)) == []


def test_what_must_fill_at_once_is_concerned_by_whatever_price_comes_next() -> None:
    book = book_of([make_order("ord_1", limit="1.00", time_in_force=TimeInForce.IOC)])
    book.add("acc_1", make_order("ord_2", limit="1.00"))
    dear = between(Decimal(2), Decimal(3))
    assert [item.order.order_id for item in book.take(dear)] == ["ord_1"]


def test_a_book_built_anew_has_the_same_order() -> None:
    first, second = make(1, Side.BUY, Decimal(5)), make(2, Side.BUY, Decimal(5))
    for placed in ([first, second], [second, first], [first, second, first]):
        taken = book_of(placed).take(between(ONE, ONE))
        assert [item.order for item in taken] == [first, second]


@given(st.sampled_from(Side), st.one_of(st.none(), prices), st.tuples(prices, prices))
def test_a_quote_fills_at_bid_or_ask_and_never_beyond_the_limit(
    side: Side, limit: Decimal | None, drawn: tuple[Decimal, Decimal]
) -> None:
    bid, ask = sorted(drawn)
    order = make(1, side, limit)
    fill = QuoteFills().fill(order, Quote("AAPL", START, bid, ask, bid, ONE, ONE, ONE))
    if fill is None:
        assert order.type is OrderType.LIMIT
        assert not triggered(order, bid, ask)
    else:
        assert fill.price == (ask if side is Side.BUY else bid)
        assert triggered(order, bid, ask)
        assert fill.quantity == order.remaining


@given(
    st.sampled_from(Side), st.one_of(st.none(), prices), st.lists(prices, min_size=4, max_size=4)
)
def test_nothing_fills_outside_its_bar_or_beyond_its_limit(
    side: Side, limit: Decimal | None, drawn: list[Decimal]
) -> None:
    low, first, last, high = sorted(drawn)
    order = make(1, side, limit)
    bar = Bar(START, float(first), float(high), float(low), float(last), 1.0)
    fill = BarFills().fill(order, bar)
    if fill is None:
        assert limit is not None
        assert limit < low if side is Side.BUY else limit > high
        return
    assert low <= fill.price <= high
    assert limit is None or (fill.price <= limit if side is Side.BUY else fill.price >= limit)
    assert BarFills().fill(order, Bar(START - 1, 1.0, 1.0, 1.0, 1.0, 1.0)) is None
