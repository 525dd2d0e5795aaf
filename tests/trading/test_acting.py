"""Splits and dividends through the OMS: applied once, before all that is decided after them."""

from dataclasses import replace
from decimal import Decimal

from generated.models import OrderStatus, Resolution, TimeInForce, TransactionCause
from handlers import wire
from handlers.brokers.paper import PaperBroker
from handlers.feeds.feeds import Feeds
from handlers.market.actions import Dividend, Split
from handlers.market.bars import Bar
from handlers.oms import Oms
from handlers.storage.memory_ledger import MemoryLedger
from handlers.trading import money
from tests.clock import ManualClock
from tests.ports.recorded import NOW, STEP, read_rows, replay
from tests.trading.house import USER, FlakyLedger, House, buy
from tests.trading.replay_desk import texts
from tests.trading.world import CLOSE, DAY, HandMarket

IBM = "REC:IBM"
SPLIT = Split(IBM, CLOSE, 2, 1, Decimal(50))


async def open_house() -> House:
    market = HandMarket()
    market.set(IBM, "100", "100")
    market.session_ends[IBM] = CLOSE + 99 * DAY
    house = House(FlakyLedger(), market)
    await house.start()
    return house


async def hold(house: House) -> None:
    """Ten shares at 100."""
    await house.oms.submit(USER, house.replay, buy(symbol=IBM))
    await show(house, CLOSE - DAY, "100")


async def show(house: House, at: int, price: str) -> None:
    """A day at one price."""
    tell(house, at, price)
    await house.oms.close()


def tell(house: House, at: int, price: str) -> None:
    house.market.time = at
    each = float(price)
    house.broker.on_bar(IBM, Resolution.DAY, Bar(at, each, each, each, each, 1.0), True)
    house.market.set(IBM, price, price)


def announce(house: House, *actions: Split | Dividend) -> None:
    house.market.corporate.extend(actions)
    house.market.time = max(house.market.time, actions[-1].time)
    for action in actions:
        house.broker.on_action(action)
        house.oms.on_action(action)


def held(house: House) -> Decimal:
    state = house.oms.find(house.replay)
    assert state
    return state.open_positions[IBM].quantity


async def test_a_split_is_stored_and_told() -> None:
    house = await open_house()
    house.market.time = CLOSE - 2 * DAY
    await hold(house)
    announce(house, SPLIT)
    await house.oms.close()
    assert held(house) == 20
    told = house.heard.transactions[-1]
    assert told.cause.kind is TransactionCause.CORPORATE_ACTION
    state = house.oms.find(house.replay)
    assert state
    events = wire.account_update(state, told).events
    assert [event.type for event in events] == ["corporate_action", "position", "balance"]
    action = {"type": "split", "time": CLOSE, "numerator": 2, "denominator": 1}
    assert events[0].model_dump(by_alias=True)["action"] == action
    (activity,) = events[2].model_dump(by_alias=True, mode="json")["activities"]
    assert activity["split"] == action
    assert (activity["kind"], activity["amount"], activity["symbol"]) == ("split", "0", IBM)


async def test_a_dividend_is_told_with_the_balance() -> None:
    house = await open_house()
    house.market.time = CLOSE - 2 * DAY
    await hold(house)
    announce(house, Dividend(IBM, CLOSE, Decimal("0.5")))
    await house.oms.close()
    state = house.oms.find(house.replay)
    assert state
    events = wire.account_update(state, house.heard.transactions[-1]).events
    assert [event.type for event in events] == ["corporate_action", "balance"]
    assert state.balance.balance == 100_005


async def test_a_fill_of_the_day_is_booked_after_its_split() -> None:
    """The day's bar comes in the same step, before the split is on disk."""
    house = await open_house()
    house.market.time = CLOSE - 2 * DAY
    outcome = await house.oms.submit(USER, house.replay, buy(limit="98", symbol=IBM))
    announce(house, SPLIT)
    tell(house, CLOSE, "48")
    await house.oms.close()
    state = house.oms.find(house.replay)
    assert state
    order = state.order(outcome.order.order_id)
    assert order
    kinds = [each.cause.kind for each in house.heard.transactions[-2:]]
    assert kinds == [TransactionCause.CORPORATE_ACTION, TransactionCause.ORDER_FILLED]
    assert order.status is OrderStatus.FILLED
    assert texts(order.quantity, order.average_price) == ("20", "48")


async def test_a_command_is_decided_on_the_new_shares() -> None:
    """It comes before the OMS has had its turn."""
    house = await open_house()
    house.market.time = CLOSE - 2 * DAY
    await hold(house)
    announce(house, SPLIT)
    await house.oms.submit(USER, house.replay, buy("5", symbol=IBM))
    await show(house, CLOSE + DAY, "50")
    assert held(house) == 25


async def test_what_came_while_the_server_was_down_is_applied_at_its_start() -> None:
    house = await open_house()
    house.market.time = CLOSE - 2 * DAY
    await hold(house)
    later = Split(IBM, CLOSE + 5 * DAY, 3, 1, Decimal(20))
    house.market.corporate.extend((SPLIT, later))
    house.market.time = CLOSE + 9 * DAY
    again = house.again()
    await again.start()
    assert held(again) == 60
    assert [each.market_time for each in again.heard.transactions] == [SPLIT.time, later.time]
    twice = again.again()
    await twice.start()
    assert held(twice) == 60


async def test_what_could_not_be_stored_is_applied_later() -> None:
    house = await open_house()
    house.market.time = CLOSE - 2 * DAY
    await hold(house)
    house.ledger.failures = ["before"]
    announce(house, SPLIT)
    await house.oms.close()
    assert held(house) == 10
    house.oms.on_clock()
    await house.oms.close()
    assert held(house) == 20


async def test_days_that_are_caught_up_are_booked_in_their_order() -> None:
    """Two splits and the days between them come in one step."""
    house = await open_house()
    house.market.time = CLOSE - 2 * DAY
    await hold(house)
    await house.oms.submit(USER, house.replay, buy("10", limit="98", symbol=IBM))
    announce(house, SPLIT)
    tell(house, CLOSE, "48")
    announce(house, Split(IBM, CLOSE + DAY, 2, 1, Decimal(24)))
    tell(house, CLOSE + DAY, "24")
    await house.oms.close()
    assert held(house) == 80
    state = house.oms.find(house.replay)
    assert state
    assert state.open_positions[IBM].cost_basis == 1_000 + 20 * 48


async def test_a_split_of_the_record_meets_who_holds_it() -> None:
    """Apple's shares of 2000: bought before 2000-06-21, when two were made of one."""
    before = [row["Date"] for row in read_rows()["AAPL"]].index("2000-06-21")
    clock = ManualClock(NOW)
    feed = replay(clock, history=before - 1)
    feeds = Feeds([feed])
    broker = PaperBroker(feeds)
    oms = Oms(
        ledger=MemoryLedger(),
        broker=broker,
        market=feeds,
        clock=clock,
        replay_epoch=lambda: feed.epoch,
    )
    feeds.add_listener(broker)
    feeds.add_listener(oms)
    await oms.start()
    await oms.open_accounts(USER)
    account = oms.accounts(USER)[1].account_id
    await oms.submit(USER, account, buy("10", symbol="REC:AAPL"))
    waiting = replace(buy("10", "60", symbol="REC:AAPL"), time_in_force=TimeInForce.GTC)
    await oms.submit(USER, account, waiting)
    for _ in range(2):
        clock.advance(STEP)
        feed.step(feeds)
        await oms.close()
    state = oms.find(account)
    assert state
    position = state.open_positions["REC:AAPL"]
    bought = Decimal(read_rows()["AAPL"][before - 1]["Open"])
    assert texts(position.quantity, position.cost_basis) == ("20", money.text(10 * bought))
    (order,) = state.open_orders.values()
    assert texts(order.quantity, order.limit_price) == ("20", "30")
