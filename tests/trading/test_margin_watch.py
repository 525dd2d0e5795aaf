"""The watch never misses a call, and looks no more often than it must."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated.models import AccountType, PositionSide, Resolution, Side
from handlers.market.bars import Bar
from handlers.trading import money
from handlers.trading.decisions import decide
from handlers.trading.orders.commands import ClosePosition, PlaceOrder
from handlers.trading.orders.rejections import Rejection
from handlers.trading.risk import liquidation
from handlers.trading.risk.bands import Band, Bands, bands
from handlers.trading.risk.liquidation import Need
from tests.trading.house import USER, FlakyLedger, House, buy
from tests.trading.world import Desk, HandMarket

SYMBOLS = ("AAPL", "MSFT", "EURUSD")
START = {"AAPL": Decimal(100), "MSFT": Decimal(100), "EURUSD": Decimal(1)}
TICKS = {"AAPL": Decimal("0.5"), "MSFT": Decimal("0.5"), "EURUSD": Decimal("0.005")}

trades = st.lists(
    st.tuples(st.sampled_from(SYMBOLS), st.sampled_from(Side), st.integers(1, 9)), max_size=4
)
moves = st.lists(st.tuples(st.sampled_from(SYMBOLS), st.integers(-9, 9)), max_size=40)


@given(trades, moves)
@money.exact
def test_no_price_inside_the_bands_needs_anything(
    orders: list[tuple[str, Side, int]], steps: list[tuple[str, int]]
) -> None:
    market = HandMarket()
    prices = dict(START)
    for symbol, price in prices.items():
        market.set(symbol, price, price)
    desk = Desk(market)
    for symbol, side, size in orders:
        with suppress(Rejection):
            desk.place(symbol, side, Decimal(size * (100_000 if symbol == "EURUSD" else 200)))
    watched = Bands()
    found = liquidation.figures(desk.state, market)
    watched.put("acc_1", bands(desk.state, found, market))
    for symbol, step in steps:
        prices[symbol] = max(prices[symbol] + step * TICKS[symbol], TICKS[symbol])
        market.set(symbol, prices[symbol], prices[symbol])
        found = liquidation.figures(desk.state, market)
        if watched.reached(symbol, prices[symbol], prices[symbol]):
            watched.put("acc_1", bands(desk.state, found, market))
        else:
            assert liquidation.need(desk.state, found) is Need.NOTHING


def test_a_quote_finds_those_that_it_reaches() -> None:
    found = Bands()
    long, short = PositionSide.LONG, PositionSide.SHORT
    for number in range(100):
        found.put(f"long {number}", {"AAPL": Band(long, Decimal(number))})
        found.put(f"short {number}", {"AAPL": Band(short, Decimal(200 + number))})
    assert found.reached("AAPL", Decimal(150), Decimal(150)) == []
    assert found.reached("AAPL", Decimal(98), Decimal(150)) == ["long 99", "long 98"]
    assert found.reached("AAPL", Decimal(150), Decimal(200)) == ["short 0"]
    assert found.reached("MSFT", Decimal(1), Decimal(1)) == []
    found.put("long 99", {"MSFT": Band(short, Decimal(1))})
    assert found.reached("AAPL", Decimal(98), Decimal(150)) == ["long 98"]
    found.put("long 99", {})
    assert found.reached("MSFT", Decimal(1), Decimal(1)) == []
    assert found.symbols("long 99") == frozenset()


@pytest.fixture
async def house() -> House:
    market = HandMarket()
    market.set("AAPL", "100.00", "100.00")
    house = House(FlakyLedger(), market)
    await house.start()
    return house


async def test_prices_call_and_liquidate(house: House) -> None:
    await house.oms.submit(USER, house.paper, buy("2000"))
    state = house.oms.account(USER, house.paper)
    await house.quote("AAPL", "80.00", "80.00")
    assert state.sequence == 2
    await house.quote("AAPL", "72.00", "72.00")
    assert state.standing.call is not None
    await house.quote("AAPL", "66.00", "66.00")
    assert state.open_positions["AAPL"].quantity == 1_551
    await house.quote("AAPL", "90.00", "90.00")
    assert state.standing.call is None
    [position] = state.open_positions.values()
    await house.oms.submit(USER, house.paper, ClosePosition(position.position_id))
    assert house.market.watched == []


async def test_what_fell_while_the_server_was_down_is_liquidated_at_start(house: House) -> None:
    await house.oms.submit(USER, house.paper, buy("2000"))
    house.market.set("AAPL", "66.00", "66.00")
    again = house.again()
    await again.start()
    await again.oms.close()
    state = again.oms.account(USER, again.paper)
    assert state.open_positions["AAPL"].quantity == 1_551


async def test_a_ledger_that_fails_is_asked_again(house: House) -> None:
    await house.oms.submit(USER, house.paper, buy("2000"))
    house.ledger.failures = ["before"]
    await house.quote("AAPL", "66.00", "66.00")
    state = house.oms.account(USER, house.paper)
    assert state.open_positions["AAPL"].quantity == 2_000
    await house.quote("AAPL", "66.00", "66.00")
    assert state.open_positions["AAPL"].quantity == 1_551


async def test_a_cash_account_is_left_alone(house: House) -> None:
    opening = decide.OpenAccount(
        "acc_cash",
        USER,
        "Cash",
        AccountType.CASH,
        house.oms.account(USER, house.paper).identity.clock,
        "USD",
        Decimal(100_000),
    )
    await house.oms.open(opening)
    order: PlaceOrder = buy("1000")
    await house.oms.submit(USER, "acc_cash", order)
    await house.quote("AAPL", "0.01", "0.01")
    state = house.oms.account(USER, "acc_cash")
    assert (state.sequence, state.standing.call) == (2, None)
    assert house.market.watched == []


async def test_a_recorded_day_is_looked_at_by_its_close(house: House) -> None:
    market = house.market
    market.set("REC:IBM", "100", "100")
    market.session_ends["REC:IBM"] = market.time + 30 * 86_400_000
    await house.oms.submit(USER, house.replay, buy("2000", symbol="REC:IBM"))
    state = house.oms.account(USER, house.replay)
    for close in (99.0, 71.0):
        market.time += 86_400_000
        market.set("REC:IBM", str(close), str(close))
        bar = Bar(market.time, 100.0, 101.0, 70.0, close, 1.0)
        for sink in (house.broker, house.margin_watch):
            sink.on_bar("REC:IBM", Resolution.DAY, bar, True)
        await house.oms.close()
    assert state.standing.call is not None
    assert state.open_positions["REC:IBM"].quantity == 2_000
