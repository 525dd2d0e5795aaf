"""Each refusal names the field, the rule and the nearest valid value, and leaves no trace."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated.models import AccountClock, Side, TimeInForce
from handlers.trading.decisions import decide
from handlers.trading.decisions.decide import Repeated
from handlers.trading.orders import rejections
from handlers.trading.orders.commands import CancelOrder, ClosePosition
from tests.trading.world import Desk, HandMarket


@pytest.fixture
def market() -> HandMarket:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01")
    market.set("REC:IBM", "100", "100")
    return market


@pytest.fixture
def desk(market: HandMarket) -> Desk:
    return Desk(market)


@pytest.mark.parametrize(
    ("quantity", "limit", "refusal", "field", "nearest"),
    [
        ("10", "99.994", rejections.PriceOffTick, "/limitPrice", "99.99"),
        ("10", "99.995", rejections.PriceOffTick, "/limitPrice", "100"),
        ("10", "0", rejections.PriceOutOfRange, "/limitPrice", "0.01"),
        ("10", "0.001", rejections.PriceOutOfRange, "/limitPrice", "0.01"),
        ("10", "1000000000.01", rejections.PriceOutOfRange, "/limitPrice", "1000000000"),
        ("0", None, rejections.QuantityOutOfRange, "/quantity", "1"),
        ("0.5", None, rejections.QuantityOutOfRange, "/quantity", "1"),
        ("1000001", None, rejections.QuantityOutOfRange, "/quantity", "1000000"),
        ("1.6", None, rejections.QuantityOffStep, "/quantity", "2"),
        ("3000", None, rejections.InsufficientMargin, "/quantity", "1999"),
    ],
)
def test_a_refused_order_says_what_would_do(
    desk: Desk,
    quantity: str,
    limit: str | None,
    refusal: type[rejections.Refused],
    field: str,
    nearest: str,
) -> None:
    with pytest.raises(refusal) as refused:
        desk.place("AAPL", Side.BUY, quantity, limit, key="once")

    [fault] = refused.value.faults
    assert (fault.field, fault.nearest) == (field, nearest)
    assert fault.value == (limit if field == "/limitPrice" else quantity)
    assert desk.state.sequence == 1
    desk.place("AAPL", Side.BUY, "1", key="once")


def test_the_nearest_quantity_is_the_largest_that_passes(desk: Desk) -> None:
    with pytest.raises(rejections.InsufficientMargin):
        desk.buy("AAPL", "2000")
    desk.buy("AAPL", "1999")


def test_missing_margin_is_named_exactly(desk: Desk) -> None:
    with pytest.raises(rejections.InsufficientMargin, match=r"^30 USD of margin is missing"):
        desk.buy("AAPL", "2000", limit="100.01")
    # 2000 at 99.99 to close, half of it is margin, and 40 is the spread
    desk.buy("AAPL", "1999", limit="98.00")
    with pytest.raises(rejections.InsufficientMargin):
        desk.buy("AAPL", "200", limit="98.00")


def test_orders_reserve_margin_once_for_both_sides(desk: Desk) -> None:
    desk.buy("AAPL", "1900", limit="98.00")
    desk.sell("AAPL", "1900", limit="102.00")
    with pytest.raises(rejections.InsufficientMargin):
        desk.sell("AAPL", "100", limit="102.00")


def test_an_order_that_reduces_is_never_refused_for_margin(desk: Desk) -> None:
    desk.buy("AAPL", "1999")
    desk.quote("AAPL", "60.00", "60.02")
    with pytest.raises(rejections.InsufficientMargin):
        desk.buy("AAPL", "1")
    desk.sell("AAPL", "999")
    desk.sell("AAPL", "1000")
    assert not desk.state.open_positions


def test_other_refusals(desk: Desk, market: HandMarket) -> None:
    with pytest.raises(rejections.SymbolNotFound):
        desk.buy("NONE", "1")
    with pytest.raises(rejections.WrongClock):
        desk.buy("REC:IBM", "1")
    with pytest.raises(rejections.WrongClock):
        Desk(market, AccountClock.REPLAY).buy("AAPL", "1")
    with pytest.raises(rejections.NoPrice):
        desk.buy("MSFT", "1")
    market.closed.add("AAPL")
    with pytest.raises(rejections.MarketClosed):
        desk.place("AAPL", Side.BUY, "1", None, TimeInForce.IOC)
    assert desk.state.sequence == 1


def test_the_same_request_is_carried_out_once(desk: Desk) -> None:
    first = desk.place("AAPL", Side.BUY, "10", "99.00", key="abc")
    with pytest.raises(Repeated) as repeated:
        desk.place("AAPL", Side.BUY, "10.0", "99", key="abc")
    assert repeated.value.sequence == first.sequence
    with pytest.raises(rejections.IdempotencyConflict):
        desk.place("AAPL", Side.BUY, "11", "99.00", key="abc")


def test_a_repeated_cancel_gives_the_first_answer(desk: Desk, market: HandMarket) -> None:
    order_id = desk.buy("AAPL", "10", limit="99.00").cause.order_id
    assert order_id
    command = CancelOrder(order_id, "key-1")
    desk.carry_out(decide.cancel(desk.state, command, market, market.time))
    with pytest.raises(Repeated):
        decide.cancel(desk.state, command, market, market.time)
    with pytest.raises(rejections.OrderNotWorking):
        decide.cancel(desk.state, CancelOrder(order_id, "key-2"), market, market.time)
    with pytest.raises(rejections.OrderNotFound):
        decide.cancel(desk.state, CancelOrder("ord_none"), market, market.time)


def test_refused_closes(desk: Desk, market: HandMarket) -> None:
    def close(position_id: str, quantity: str | None = None) -> None:
        command = ClosePosition(position_id, Decimal(quantity) if quantity else None)
        desk.carry_out(decide.close(desk.state, command, market, desk.broker, market.time))

    desk.buy("AAPL", "10")
    position_id = desk.state.open_positions["AAPL"].position_id
    with pytest.raises(rejections.PositionNotFound):
        close("pos_none")
    with pytest.raises(rejections.QuantityOffStep):
        close(position_id, "1.5")
    with pytest.raises(rejections.PositionQuantityExceeded) as refused:
        close(position_id, "11")
    assert refused.value.faults[0].nearest == "10"
    quote = market.quotes.pop("AAPL")
    with pytest.raises(rejections.NoPrice):
        close(position_id)
    market.quotes["AAPL"] = quote
    close(position_id)
    with pytest.raises(rejections.PositionIsClosed):
        close(position_id)


@given(
    st.sampled_from(Side),
    st.integers(2_000, 900_000),
    st.integers(-500, 500),
    st.integers(0, 100),
    st.booleans(),
)
def test_the_nearest_quantity_passes_and_the_next_one_does_not(
    side: Side, quantity: int, position: int, spread: int, resting: bool
) -> None:
    market = HandMarket()
    ask = Decimal("99.99") + spread * Decimal("0.01")
    market.set("AAPL", "99.99", ask)
    desk = Desk(market)
    if position:
        desk.place("AAPL", Side.BUY if position > 0 else Side.SELL, Decimal(abs(position)))
    away = Decimal("90.00") if side is Side.BUY else Decimal("110.00")
    limit = away if resting else None
    try:
        desk.place("AAPL", side, Decimal(quantity), limit)
    except rejections.InsufficientMargin as refused:
        nearest = Decimal(refused.faults[0].nearest or 0)
    else:
        return
    with pytest.raises(rejections.InsufficientMargin):
        desk.place("AAPL", side, nearest + 1, limit)
    desk.place("AAPL", side, nearest, limit)
