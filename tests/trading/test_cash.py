"""A cash account pays in full, owns what it sells, and is worth its cash and its positions."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated.models import AccountType, ActivityType, OrderStatus, OrderType, Side, SymbolType
from handlers.trading import money
from handlers.trading.decisions import amending, leverage_change
from handlers.trading.matching.models.fees import UnitFee
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.money import ZERO
from handlers.trading.orders import rejections
from handlers.trading.orders.commands import ModifyOrder, PlaceOrder, StopLoss, TakeProfit
from handlers.trading.orders.rejections import Rejection
from tests.trading.world import Desk, HandMarket


@pytest.fixture
def market() -> HandMarket:
    market = HandMarket()
    market.set("AAPL", "99.00", "100.00")
    return market


@pytest.fixture
def desk(market: HandMarket) -> Desk:
    return Desk(market, kind=AccountType.CASH)


def test_what_is_bought_is_paid(desk: Desk) -> None:
    desk.buy("AAPL", "600")
    assert desk.state.balance.balance == 40_000
    result = desk.figures()
    assert result.equity == 40_000 + 600 * 99
    assert result.available_funds == result.buying_power == 40_000
    assert (result.maintenance_margin, result.margin_level) == (ZERO, None)


def test_what_is_sold_is_received(desk: Desk) -> None:
    desk.buy("AAPL", "600")
    desk.quote("AAPL", "110.00", "110.02")
    desk.sell("AAPL", "400")
    assert desk.state.balance.balance == 40_000 + 44_000
    assert desk.state.balance.realized_pnl == 4_000
    booked = desk.state.view().activities()
    assert [(item.kind, item.amount) for item in booked] == [
        (ActivityType.DEPOSIT, Decimal(100_000)),
        (ActivityType.PURCHASE, Decimal(-60_000)),
        (ActivityType.SALE, Decimal(44_000)),
    ]


def test_more_than_the_cash_buys_is_refused(desk: Desk) -> None:
    with pytest.raises(rejections.InsufficientMargin, match=r"^100 USD of margin") as refused:
        desk.buy("AAPL", "1001")
    assert refused.value.faults[0].nearest == "1000"
    desk.buy("AAPL", "1000")
    assert desk.state.balance.balance == 0


def test_a_change_that_fills_at_once_must_pay_its_commission_too(market: HandMarket) -> None:
    profile = FillProfile(fee=UnitFee(Decimal(1)))
    models = FillModels({SymbolType.STOCK: profile})
    desk = Desk(market, kind=AccountType.CASH, models=models)
    desk.buy("AAPL", "1000", limit="90.00")
    [order] = desk.state.open_orders.values()
    with pytest.raises(rejections.InsufficientMargin, match=r"^1000 USD of margin"):
        change(desk, ModifyOrder(order.order_id, limit_price=Decimal(100)))
    assert desk.now(order) == order
    change(desk, ModifyOrder(order.order_id, limit_price=Decimal(100), quantity=Decimal(990)))
    assert desk.state.balance.balance == 100_000 - 990 * 101


def change(desk: Desk, command: ModifyOrder) -> None:
    market = desk.market
    draft = amending.modify(desk.state, command, market, desk.broker, market.time)
    assert draft is not None
    desk.carry_out(draft)


def test_working_orders_reserve_their_whole_value(desk: Desk) -> None:
    desk.buy("AAPL", "600", limit="90.00")
    assert desk.figures().order_margin == 54_000
    with pytest.raises(rejections.InsufficientMargin):
        desk.buy("AAPL", "461")
    desk.buy("AAPL", "460")


def test_nothing_is_sold_short(desk: Desk) -> None:
    with pytest.raises(rejections.ShortSaleNotAllowed) as refused:
        desk.sell("AAPL", "1")
    assert refused.value.faults[0].nearest is None
    desk.buy("AAPL", "100")
    with pytest.raises(rejections.ShortSaleNotAllowed) as refused:
        desk.sell("AAPL", "101", limit="120.00")
    assert refused.value.faults[0].nearest == "100"
    desk.sell("AAPL", "100")
    assert not desk.state.open_positions


def test_two_sells_of_the_same_shares_never_go_short(desk: Desk) -> None:
    desk.buy("AAPL", "100")
    desk.sell("AAPL", "100", limit="110.00")
    desk.sell("AAPL", "100", limit="111.00")
    desk.quote("AAPL", "112.00", "112.01")
    assert not desk.state.open_positions
    states = {order.status for order in desk.state.view().orders() if order.side is Side.SELL}
    assert states == {OrderStatus.FILLED, OrderStatus.CANCELED}


def test_a_gap_above_the_cash_is_rejected_not_borrowed(desk: Desk, market: HandMarket) -> None:
    market.closed.add("AAPL")
    desk.buy("AAPL", "1000")
    market.closed.clear()
    desk.quote("AAPL", "119.00", "120.00")
    [order] = desk.state.view().orders()
    assert (order.status, order.reason) == (OrderStatus.REJECTED, "insufficient_margin")
    assert desk.state.balance.balance == 100_000


def test_a_triggered_stop_above_the_cash_is_rejected(desk: Desk) -> None:
    order = desk.ask(
        PlaceOrder("AAPL", Side.BUY, OrderType.STOP, Decimal(900), stop_price=Decimal("110.00"))
    )
    desk.quote("AAPL", "119.00", "120.00")
    after = desk.state.order(order.order_id)
    assert after is not None
    assert (after.status, after.reason) == (OrderStatus.REJECTED, "insufficient_margin")


def test_commission_is_part_of_the_price(market: HandMarket) -> None:
    fees = FillProfile(fee=UnitFee(Decimal("0.01"), Decimal(1)))
    desk = Desk(market, models=FillModels({SymbolType.STOCK: fees}), kind=AccountType.CASH)
    with pytest.raises(rejections.InsufficientMargin, match=r"^10 USD of margin"):
        desk.buy("AAPL", "1000")
    desk.buy("AAPL", "999")
    assert desk.state.balance.balance == 100_000 - 99_900 - Decimal("9.99")


def test_a_bracket_reserves_once_and_closes(desk: Desk) -> None:
    desk.ask(
        PlaceOrder(
            "AAPL",
            Side.BUY,
            OrderType.MARKET,
            Decimal(1000),
            take_profit=TakeProfit(Decimal("110.00")),
            stop_loss=StopLoss(Decimal("90.00")),
        )
    )
    desk.quote("AAPL", "110.00", "110.01")
    assert not desk.state.open_positions
    assert not desk.state.open_orders
    assert desk.state.balance.balance == 110_000


def test_it_has_no_leverage(desk: Desk, market: HandMarket) -> None:
    with pytest.raises(rejections.LeverageOutOfRange) as refused:
        leverage_change.change(desk.state, "AAPL", Decimal(2), market, market.time)
    assert refused.value.faults[0].nearest == "1"
    assert leverage_change.change(desk.state, "AAPL", Decimal(1), market, market.time) is None


actions = st.lists(
    st.one_of(
        st.tuples(st.just("trade"), st.sampled_from(Side), st.integers(1, 900)),
        st.tuples(st.just("limit"), st.sampled_from(Side), st.integers(1, 900)),
        st.tuples(st.just("quote"), st.integers(-40, 40), st.integers(0, 3)),
    ),
    max_size=30,
)


@given(actions)
@money.exact
def test_cash_and_positions_are_all_there_is(steps: list[tuple[str, Side | int, int]]) -> None:
    market = HandMarket()
    market.set("AAPL", "100", "100")
    desk = Desk(market, kind=AccountType.CASH)
    for kind, first, second in steps:
        try:
            if isinstance(first, Side):
                limit = Decimal(100) if kind == "limit" else None
                desk.place("AAPL", first, Decimal(second), limit)
            else:
                desk.quote("AAPL", Decimal(100 + first), Decimal(100 + first + second))
        except Rejection:
            pass
        state = desk.state
        assert state.balance.balance >= 0
        held = sum((item.market_value for item in desk.figures().positions), ZERO)
        assert desk.figures().equity == state.balance.balance + held
        cost = sum((item.cost_basis for item in state.open_positions.values()), ZERO)
        assert state.balance.balance + cost == 100_000 + state.balance.realized_pnl
        assert all(item.sign == 1 for item in state.open_positions.values())
