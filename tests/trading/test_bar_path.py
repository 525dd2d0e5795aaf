"""Inside a recorded bar: the open is certain, and what comes after it goes the worse way."""

from decimal import Decimal

import pytest

from generated.models import OrderStatus, OrderType, Side, SymbolType, TimeInForce
from handlers.brokers.paper import PaperBroker
from handlers.trading import money
from handlers.trading.decisions import decide
from handlers.trading.matching.models.liquidity import ShareOfSize
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.orders.commands import ClosePosition, PlaceOrder, StopLoss, TakeProfit
from handlers.trading.orders.order import Order
from tests.trading.replay_desk import IBM, OPEN, ReplayDesk, bracketed
from tests.trading.world import DAY

BUY, SELL = Side.BUY, Side.SELL


@pytest.fixture
def desk() -> ReplayDesk:
    desk = ReplayDesk()
    desk.market.session_ends[IBM] = OPEN + 30 * DAY
    return desk


def fills(desk: ReplayDesk) -> list[tuple[str, str, str]]:
    return [
        (each.side.value, money.text(each.quantity), money.text(each.price))
        for each in desk.state.view().executions()
    ]


def close(desk: ReplayDesk) -> None:
    command = ClosePosition(desk.state.open_positions[IBM].position_id)
    market = desk.market
    desk.carry_out(decide.close(desk.state, command, market, desk.broker, market.time))


def enter(
    desk: ReplayDesk,
    kind: OrderType = OrderType.MARKET,
    side: Side = BUY,
    stop: StopLoss | None = None,
    profit: str | None = None,
    quantity: str = "10",
    **prices: str,
) -> Order:
    desk.market.time = OPEN - 1
    return desk.order(
        PlaceOrder(
            IBM,
            side,
            kind,
            Decimal(quantity),
            time_in_force=TimeInForce.GTC,
            take_profit=TakeProfit(Decimal(profit)) if profit else None,
            stop_loss=stop,
            **{name: Decimal(price) for name, price in prices.items()},  # type: ignore[arg-type]
        )
    )


def stop_at(price: str) -> StopLoss:
    return StopLoss(Decimal(price))


def test_a_close_takes_the_open_before_the_bar_falls_to_the_stop(desk: ReplayDesk) -> None:
    desk.held("100")
    desk.rest(SELL, "100", OrderType.STOP, stop_price="95", reduce_only=True)
    close(desk)
    desk.day(OPEN, "112", "113", "94", "100")
    assert fills(desk)[1:] == [("sell", "100", "112")]
    assert not desk.state.open_orders


def test_a_profit_beyond_which_the_bar_opens_is_taken_before_the_stop(desk: ReplayDesk) -> None:
    _, profit, stop = bracketed(desk)
    desk.day(OPEN, "125", "126", "85", "100")
    assert fills(desk)[1:] == [("sell", "10", "125")]
    assert desk.found(profit.order_id).status is OrderStatus.FILLED
    assert desk.found(stop.order_id).status is OrderStatus.CANCELED


def test_of_two_that_the_open_decides_the_stop_is_still_the_first(desk: ReplayDesk) -> None:
    desk.held("100")
    stop = desk.rest(SELL, "100", OrderType.STOP, stop_price="95", reduce_only=True)
    close(desk)
    desk.day(OPEN, "90", "92", "89", "91")
    assert fills(desk)[1:] == [("sell", "100", "90")]
    assert desk.found(stop.order_id).status is OrderStatus.FILLED


def test_within_the_bar_the_stop_wins_as_ever(desk: ReplayDesk) -> None:
    desk.held("100")
    desk.rest(SELL, "100", OrderType.STOP, stop_price="95", reduce_only=True)
    desk.rest(SELL, "100", OrderType.LIMIT, limit_price="110", reduce_only=True)
    desk.day(OPEN, "100", "113", "94", "112")
    assert fills(desk)[1:] == [("sell", "100", "95")]


@pytest.mark.parametrize("side", Side)
def test_an_entry_at_the_open_is_stopped_by_the_same_bar(desk: ReplayDesk, side: Side) -> None:
    up = side is BUY
    enter(desk, side=side, stop=stop_at("95" if up else "105"), profit="110" if up else "90")
    desk.day(OPEN, "100", "120", "80", "82" if up else "118")
    other = "sell" if up else "buy"
    assert fills(desk) == [(side.value, "10", "100"), (other, "10", "95" if up else "105")]
    assert not desk.state.open_orders
    assert len(desk.ledger) == 3, "opened, placed, and all of the bar at once"


def test_an_entry_below_its_stop_is_closed_where_it_was_opened(desk: ReplayDesk) -> None:
    enter(desk, stop=stop_at("95"))
    desk.day(OPEN, "94", "96", "90", "96")
    assert fills(desk) == [("buy", "10", "94"), ("sell", "10", "94")]


def test_the_profit_of_an_entry_waits_for_the_next_bar(desk: ReplayDesk) -> None:
    enter(desk, stop=stop_at("95"), profit="110")
    desk.day(OPEN, "100", "120", "96", "97")
    assert fills(desk) == [("buy", "10", "100")]
    desk.day(OPEN + DAY, "97", "111", "96", "97")
    assert fills(desk)[1:] == [("sell", "10", "110")]


def test_a_stop_that_the_bar_spares_works_on_the_next(desk: ReplayDesk) -> None:
    enter(desk, stop=stop_at("95"))
    desk.day(OPEN, "100", "120", "96", "97")
    desk.day(OPEN + DAY, "97", "98", "94", "96")
    assert fills(desk)[1:] == [("sell", "10", "95")]


def test_a_limit_reached_on_the_way_down_is_stopped_further_down(desk: ReplayDesk) -> None:
    enter(desk, OrderType.LIMIT, limit_price="97", stop=stop_at("95"))
    desk.day(OPEN, "100", "101", "94", "99")
    assert fills(desk) == [("buy", "10", "97"), ("sell", "10", "95")]
    rules = [each.rule for each in desk.state.view().executions()]
    assert rules[1] == "the bar reaches the stop; the stop price is taken"


def test_of_a_stop_entry_the_worse_path_is_assumed(desk: ReplayDesk) -> None:
    """Whether the low came before or after the entry is not recorded."""
    enter(desk, OrderType.STOP, stop_price="105", stop=stop_at("98"))
    desk.day(OPEN, "100", "106", "97", "104")
    assert fills(desk) == [("buy", "10", "105"), ("sell", "10", "98")]


def test_a_trailing_stop_follows_from_the_open_and_is_reached_by_the_close(
    desk: ReplayDesk,
) -> None:
    entry = enter(desk, stop=StopLoss(trailing_offset=Decimal(5)))
    desk.day(OPEN, "100", "103", "96", "102")
    [leg] = desk.state.legs(entry.order_id)
    assert (leg.trail_mark, leg.stop_price) == (Decimal(103), Decimal(98))
    desk.day(OPEN + DAY, "103", "110", "101", "104")
    assert fills(desk)[1:] == [("sell", "10", "105")]


@pytest.mark.parametrize(
    ("low", "close", "mark", "sold"),
    [("96", "99", "99", []), ("96", "96", "97", []), ("94", "99", "97", [("sell", "10", "94.5")])],
)
def test_after_a_limit_within_the_bar_a_trailing_stop_knows_the_low_and_the_close(
    desk: ReplayDesk, low: str, close: str, mark: str, sold: list[tuple[str, str, str]]
) -> None:
    stop = StopLoss(trailing_offset=Decimal("2.5"))
    entry = enter(desk, OrderType.LIMIT, limit_price="97", stop=stop)
    desk.day(OPEN, "100", "101", low, close)
    [leg] = desk.state.legs(entry.order_id)
    assert leg.trail_mark == Decimal(mark)
    assert fills(desk)[1:] == sold


def test_a_leg_that_grows_at_the_open_is_closed_whole(desk: ReplayDesk) -> None:
    """A tenth of the volume of 1,000 is what one bar fills."""
    models = FillModels({SymbolType.STOCK: FillProfile(liquidity=ShareOfSize(Decimal("0.1")))})
    desk.broker = PaperBroker(desk.market, models)
    desk.broker.connect(desk)
    enter(desk, stop=stop_at("95"), quantity="150")
    desk.day(OPEN, "100", "101", "99", "100")
    assert desk.state.open_positions[IBM].quantity == 100
    models = FillModels()
    desk.broker = PaperBroker(desk.market, models)
    desk.broker.connect(desk)
    for order in desk.state.open_orders.values():
        desk.broker.work("acc_1", order)
    desk.day(OPEN + DAY, "100", "101", "94", "100")
    assert fills(desk)[1:] == [("buy", "50", "100"), ("sell", "150", "95")]
    assert not desk.state.open_orders
