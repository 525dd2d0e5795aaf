"""The OMS: what it answered is stored, what is stored it knows again, and each hears it once."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from generated.models import OrderStatus
from handlers.oms import AccountNotFound
from handlers.storage.ledger import LedgerConflict, LedgerDamaged, LedgerUnavailable
from handlers.trading.booking import hearing
from handlers.trading.ledger.events import QuoteBasis
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.matching import venue
from handlers.trading.matching.reports import Report
from handlers.trading.orders.commands import CancelOrder, ClosePosition
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import IdempotencyConflict, OrderNotWorking
from tests.trading.house import USER, FlakyLedger, House, buy
from tests.trading.test_properties import snapshot
from tests.trading.world import CLOSE, DAY, HandMarket


@pytest.fixture
def market() -> HandMarket:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01")
    market.set("REC:IBM", "100", "100")
    return market


@pytest.fixture
async def house(market: HandMarket) -> House:
    house = House(FlakyLedger(), market)
    await house.start()
    return house


async def test_everybody_has_two_accounts_once(house: House) -> None:
    await asyncio.gather(*(house.oms.open_accounts(USER) for _ in range(3)))
    names = [state.profile.name for state in house.oms.accounts(USER)]
    assert names == ["Paper", "Replay"]
    await house.oms.open_accounts("usr_2")
    assert len(await house.ledger.accounts()) == 4


async def test_nobody_reaches_the_account_of_another(house: House) -> None:
    with pytest.raises(AccountNotFound):
        await house.oms.submit("usr_2", house.paper, buy())
    with pytest.raises(AccountNotFound):
        house.oms.account(USER, "acc_none")


async def test_what_is_under_way_can_be_waited_for(house: House) -> None:
    """So that the day of a recording that comes next meets the order."""
    sent = asyncio.create_task(house.oms.submit(USER, house.replay, buy("3", symbol="REC:IBM")))
    await asyncio.sleep(0)
    state = house.oms.account(USER, house.replay)
    assert not state.open_orders
    await house.oms.settled()
    assert len(state.open_orders) == 1
    await sent


async def test_an_answered_order_is_there_after_a_restart(house: House) -> None:
    outcome = await house.oms.submit(USER, house.paper, buy(key="first"))
    assert outcome.order.status is OrderStatus.FILLED
    await house.oms.submit(USER, house.paper, buy(limit="99.00"))
    before = house.oms.account(USER, house.paper)

    again = house.again()
    await again.start()
    after = again.oms.account(USER, again.paper)
    assert snapshot(after) == snapshot(before)
    repeated = await again.oms.submit(USER, again.paper, buy(key="first"))
    assert repeated.replayed
    assert repeated.order == outcome.order
    assert repeated.view.as_of == outcome.view.as_of

    await again.quote("AAPL", "98.00", "98.02")
    assert not after.open_orders, "what worked before the restart still works"


async def test_one_transaction_is_told_once_with_all_it_did(house: House) -> None:
    await house.oms.submit(USER, house.paper, buy())
    [transaction] = house.heard.transactions[2:]
    assert [type(event).__name__ for event in transaction.events] == [
        "OrderAccepted",
        "OrderFilled",
        "PositionOpened",
    ]


async def test_the_same_key_at_the_same_time_is_one_order(house: House) -> None:
    outcomes = await asyncio.gather(
        *(house.oms.submit(USER, house.paper, buy(key="same")) for _ in range(5))
    )
    assert len({outcome.order.order_id for outcome in outcomes}) == 1
    assert [outcome.replayed for outcome in outcomes].count(False) == 1
    with pytest.raises(IdempotencyConflict):
        await house.oms.submit(USER, house.paper, buy("11", key="same"))


async def test_both_spellings_of_a_symbol_are_the_same_request(house: House) -> None:
    first = await house.oms.submit(USER, house.paper, buy(key="same", symbol="SIM:AAPL"))
    second = await house.oms.submit(USER, house.paper, buy(key="same", symbol="AAPL"))
    assert first.order.symbol == "AAPL"
    assert second.replayed


async def test_a_resting_order_fills_on_a_later_quote(house: House, market: HandMarket) -> None:
    placed = await house.oms.submit(USER, house.paper, buy(limit="99.00"))
    assert market.watched == ["AAPL"]
    await house.quote("AAPL", "98.50", "98.52")

    state = house.oms.account(USER, house.paper)
    order = state.order(placed.order.order_id)
    assert order
    assert (order.status, order.average_price) == (OrderStatus.FILLED, Decimal("98.52"))
    assert market.watched == ["AAPL"], "for the margin of the position"
    [position] = state.open_positions.values()
    await house.oms.submit(USER, house.paper, ClosePosition(position.position_id))
    assert market.watched == []


async def test_cancel_and_fill_race_to_one_end(house: House) -> None:
    placed = await house.oms.submit(USER, house.paper, buy(limit="99.00"))
    house.market.time += 250
    cancel = asyncio.create_task(
        house.oms.submit(USER, house.paper, CancelOrder(placed.order.order_id))
    )
    await asyncio.sleep(0)
    house.broker.on_quote(house.market.set("AAPL", "98.00", "98.02"))
    outcome = await cancel
    await house.oms.close()
    assert outcome.order.status is OrderStatus.CANCELED
    state = house.oms.account(USER, house.paper)
    assert not state.view().executions()
    with pytest.raises(OrderNotWorking):
        await house.oms.submit(USER, house.paper, CancelOrder(placed.order.order_id))


async def test_a_failed_store_leaves_no_trace_and_the_order_can_be_sent_again(
    house: House,
) -> None:
    house.ledger.failures = ["before"]
    with pytest.raises(LedgerUnavailable):
        await house.oms.submit(USER, house.paper, buy(key="once"))
    assert not house.oms.account(USER, house.paper).open_positions
    outcome = await house.oms.submit(USER, house.paper, buy(key="once"))
    assert not outcome.replayed


async def test_what_was_stored_after_all_is_booked_and_told(house: House) -> None:
    house.ledger.failures = ["after"]
    outcome = await house.oms.submit(USER, house.paper, buy(key="once"))
    assert outcome.order.status is OrderStatus.FILLED
    assert [item.sequence for item in house.heard.transactions[2:]] == [2]


async def test_while_the_ledger_cannot_be_read_nothing_is_decided(house: House) -> None:
    house.ledger.failures = ["after", "read", "read"]
    for _ in range(2):
        with pytest.raises(LedgerUnavailable):
            await house.oms.submit(USER, house.paper, buy(key="once"))
    outcome = await house.oms.submit(USER, house.paper, buy(key="once"))
    assert outcome.replayed, "it was stored the first time"
    assert len(house.oms.account(USER, house.paper).view().executions()) == 1


async def test_a_second_owner_is_noticed_and_its_work_taken_over(house: House) -> None:
    other = house.again()
    await other.start()
    await other.oms.submit(USER, other.paper, buy(key="theirs"))
    with pytest.raises(LedgerUnavailable):
        await house.oms.submit(USER, house.paper, buy(key="ours"))
    mine = await house.oms.submit(USER, house.paper, buy(key="ours"))
    assert mine.view.sequence == 3
    with pytest.raises(LedgerConflict):
        await house.ledger.append(house.heard.transactions[-1], 1)


async def test_a_client_that_leaves_does_not_undo_its_order(house: House) -> None:
    task = asyncio.create_task(house.oms.submit(USER, house.paper, buy()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(5):
        await asyncio.sleep(0)
    assert house.oms.account(USER, house.paper).open_positions


async def test_a_fill_that_cannot_be_stored_comes_with_the_next_quote(house: House) -> None:
    await house.oms.submit(USER, house.paper, buy(limit="99.00"))
    house.ledger.failures = ["before"]
    await house.quote("AAPL", "98.50", "98.52")
    state = house.oms.account(USER, house.paper)
    assert state.open_orders
    await house.quote("AAPL", "98.40", "98.42")
    assert state.view().executions()[0].price == Decimal("98.42")


async def test_day_orders_end_by_the_clock(house: House, market: HandMarket) -> None:
    await house.oms.submit(USER, house.paper, buy(limit="99.00"))
    state = house.oms.account(USER, house.paper)
    house.oms.on_clock()
    await house.oms.close()
    assert state.open_orders
    market.time = CLOSE
    house.oms.on_clock()
    await house.oms.close()
    assert not state.open_orders


async def test_what_expired_while_the_server_was_down_is_not_filled(
    house: House, market: HandMarket
) -> None:
    placed = await house.oms.submit(USER, house.paper, buy(limit="99.00"))
    market.time = CLOSE + DAY
    market.set("AAPL", "98.00", "98.02")
    again = house.again()
    await again.start()
    await again.quote("AAPL", "98.00", "98.02")

    order = again.oms.account(USER, again.paper).order(placed.order.order_id)
    assert order
    assert order.status is OrderStatus.EXPIRED


async def test_a_new_recording_resets_the_replay_account(house: House) -> None:
    await house.oms.submit(USER, house.replay, buy(symbol="REC:IBM"))
    house.replay_epoch = "two"
    house.oms.on_epoch(None)  # type: ignore[arg-type]
    await house.oms.close()
    state = house.oms.account(USER, house.replay)
    assert state.market_epoch == "two"
    assert not state.open_orders
    assert house.market.watched == []
    assert house.oms.account(USER, house.paper).sequence == 1

    again = house.again()
    again.replay_epoch = "three"
    await again.start()
    assert again.oms.account(USER, again.replay).market_epoch == "three"


async def test_a_reset_that_cannot_be_stored_is_made_up_for(house: House) -> None:
    house.replay_epoch = "two"
    house.ledger.failures = ["before"]
    house.oms.on_epoch(None)  # type: ignore[arg-type]
    await house.oms.close()
    assert house.oms.account(USER, house.replay).market_epoch == "one"
    house.oms.on_clock()
    await house.oms.close()
    assert house.oms.account(USER, house.replay).market_epoch == "two"


async def test_an_account_is_of_the_recording_that_began_while_it_was_opened(
    market: HandMarket,
) -> None:
    house = House(FlakyLedger(), market)
    await house.oms.start()

    def begin_anew() -> None:
        house.replay_epoch = "two"
        house.oms.on_epoch(None)  # type: ignore[arg-type]

    house.ledger.meanwhile = [lambda: None, begin_anew]
    await house.oms.open_accounts(USER)
    assert house.oms.account(USER, house.replay).market_epoch == "two"


async def test_what_is_not_offered_any_more_does_not_stop_the_start(
    house: House, market: HandMarket
) -> None:
    placed = await house.oms.submit(USER, house.paper, buy(limit="99.00"))
    await house.oms.submit(USER, house.paper, buy())
    del market.offered["AAPL"]
    again = house.again()
    await again.start()
    again.oms.on_clock()
    canceled = await again.oms.submit(USER, again.paper, CancelOrder(placed.order.order_id))
    assert canceled.order.status is OrderStatus.CANCELED


async def test_nobody_elses_orders_change_ones_ledger(market: HandMarket) -> None:
    async def play(crowded: bool) -> tuple[Transaction, ...]:
        house = House(FlakyLedger(), HandMarket())
        house.market.set("AAPL", "99.99", "100.01")
        await house.start()
        if crowded:
            await house.oms.open_accounts("usr_2")
            crowd = house.oms.accounts("usr_2")[0].account_id
            await house.oms.submit("usr_2", crowd, buy("50", limit="98.50"))
        await house.oms.submit(USER, house.paper, buy(limit="98.50"))
        await house.quote("AAPL", "98.40", "98.42")
        [position] = house.oms.account(USER, house.paper).open_positions.values()
        await house.oms.submit(USER, house.paper, ClosePosition(position.position_id))
        return await house.ledger.read(house.paper)

    assert await play(crowded=True) == await play(crowded=False)


async def test_a_ledger_that_does_not_add_up_is_not_built_on(house: House) -> None:
    await house.oms.submit(USER, house.paper, buy())
    await house.oms.submit(USER, house.paper, buy(limit="99.00"))
    line = house.ledger.inner._lines[house.paper]
    del line[1]
    with pytest.raises(LedgerDamaged, match="transaction 3 of account"):
        await house.again().start()


async def test_nothing_is_recorded_before_it_happened(house: House) -> None:
    """The clock moves on while a decision is made, as real ones do."""
    market = house.market
    quote, now = market.quote, market.now

    def tick() -> int:
        market.time += 1
        return now()

    market.market_time = lambda symbol_id: tick()  # type: ignore[method-assign]
    market.now = tick  # type: ignore[method-assign]
    market.quote = lambda symbol_id: (  # type: ignore[method-assign]
        replace(found, time=tick()) if (found := quote(symbol_id)) else None
    )
    outcome = await house.oms.submit(USER, house.paper, buy())
    [execution] = outcome.view.executions()
    assert isinstance(execution.basis, QuoteBasis)
    assert outcome.order.created_market_time <= execution.basis.time <= execution.time


async def test_a_report_that_cannot_be_booked_does_not_lose_its_order(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.oms.submit(USER, house.paper, buy(limit="99.00"))
    with monkeypatch.context() as broken:
        broken.setattr(hearing, "report", impossible)
        house.broker.on_quote(house.market.set("AAPL", "98.50", "98.52"))
        with pytest.raises(ZeroDivisionError):
            await house.oms.close()
    await house.quote("AAPL", "98.40", "98.42")
    [execution] = house.oms.account(USER, house.paper).view().executions()
    assert execution.price == Decimal("98.42")


async def test_a_price_that_fails_for_one_order_fills_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await house.oms.submit(USER, house.paper, buy(limit="99.00"))
    await house.oms.submit(USER, house.paper, buy(limit="99.00"))
    on_quote = venue.on_quote

    def fails_once(order: Order, *price: Any) -> tuple[Report, ...]:
        return impossible() if order.order_id == first.order.order_id else on_quote(order, *price)

    with monkeypatch.context() as broken:
        broken.setattr(venue, "on_quote", fails_once)
        await house.quote("AAPL", "98.50", "98.52")
    state = house.oms.account(USER, house.paper)
    assert list(state.open_orders) == [first.order.order_id]
    await house.quote("AAPL", "98.40", "98.42")
    assert [item.price for item in state.view().executions()] == [
        Decimal("98.52"),
        Decimal("98.42"),
    ]


def impossible(*_: object) -> Any:
    raise ZeroDivisionError("nobody thought of this")


async def test_while_the_ledger_hangs_an_account_is_asked_to_catch_up_once(house: House) -> None:
    hangs = asyncio.Event()
    read = house.ledger.read

    async def late(*about: Any) -> tuple[Transaction, ...]:
        await hangs.wait()
        return await read(*about)

    house.ledger.read = late  # type: ignore[assignment, method-assign]
    house.ledger.failures = ["before"]
    failing = asyncio.create_task(house.oms.submit(USER, house.paper, buy()))
    house.oms._backlog.add(house.paper)
    for _ in range(20):
        house.oms.on_clock()
        await asyncio.sleep(0)
    assert len(house.oms._tasks) == 1
    hangs.set()
    with pytest.raises(LedgerUnavailable):
        await failing
    await house.oms.close()
    assert not house.oms._backlog.take()
