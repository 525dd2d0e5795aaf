"""One account, many commands at once: decided one on top of the other, told when stored."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest
from typing_extensions import override

from generated.models import OrderStatus
from handlers.outcomes import Outcome
from handlers.storage.ledger import LedgerUnavailable
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.orders.commands import CancelOrder, Command, PlaceOrder
from handlers.trading.orders.rejections import InsufficientMargin
from tests.trading.house import USER, FlakyLedger, House, buy
from tests.trading.test_properties import snapshot
from tests.trading.world import HandMarket


class SlowLedger(FlakyLedger):
    """Stores when it is let, each time all that it was given at once; keeps what that was."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()
        self.batches: list[list[int]] = []

    @override
    async def append_all(self, transactions: Sequence[Transaction]) -> None:
        self.batches.append([item.sequence for item in transactions])
        await self.gate.wait()
        failure = self.failures.pop(0) if self.failures else ""
        if failure == "before":
            raise LedgerUnavailable("disk full")
        stored = transactions[:1] if failure == "between" else transactions
        await self.inner.append_all(stored)
        if failure:
            raise LedgerUnavailable("connection lost")


class Desk:
    """A house whose ledger waits from now on, and what was asked of it meanwhile."""

    def __init__(self, house: House, ledger: SlowLedger) -> None:
        self.house, self.ledger = house, ledger
        self.state = house.oms.account(USER, house.paper)
        self.asked: list[asyncio.Task[Outcome]] = []

    async def ask(self, *commands: Command) -> None:
        """Without waiting for an answer."""
        for command in commands:
            work = self.house.oms.submit(USER, self.house.paper, command)
            self.asked.append(asyncio.create_task(work))
        for _ in range(5):
            await asyncio.sleep(0)

    async def answers(self, *failures: str) -> list[Outcome | BaseException]:
        """What comes of it when the ledger goes on, with these failures first."""
        self.ledger.failures = list(failures)
        self.ledger.gate.set()
        return await asyncio.gather(*self.asked, return_exceptions=True)

    async def check(self) -> None:
        """Another server makes the same of the ledger."""
        again = House(self.ledger, self.house.market)
        await again.start()
        assert snapshot(again.oms.account(USER, again.paper)) == snapshot(self.state)


@pytest.fixture
async def desk() -> Desk:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01")
    ledger = SlowLedger()
    house = House(ledger, market)
    await house.start()
    ledger.batches.clear()
    house.heard.transactions.clear()
    ledger.gate.clear()
    return Desk(house, ledger)


def done(answers: list[Outcome | BaseException]) -> list[Outcome]:
    return [item for item in answers if isinstance(item, Outcome)]


async def test_what_comes_while_one_is_stored_is_stored_together(desk: Desk) -> None:
    await desk.ask(buy("1"))
    await desk.ask(*(buy("1") for _ in range(5)))
    assert desk.ledger.batches == [[2]]
    answers = done(await desk.answers())
    assert desk.ledger.batches == [[2], [3, 4, 5, 6, 7]]
    assert [item.view.sequence for item in answers] == [2, 3, 4, 5, 6, 7]
    assert desk.state.open_positions["AAPL"].quantity == 6
    await desk.check()


async def test_nothing_is_told_before_it_is_stored(desk: Desk) -> None:
    before = snapshot(desk.state)
    await desk.ask(buy("1"), buy("2", limit="99.00"), buy("3"))
    assert snapshot(desk.state) == before
    assert desk.house.heard.transactions == []
    assert desk.house.market.watched == []
    assert not any(task.done() for task in desk.asked)
    await desk.answers()
    assert [item.sequence for item in desk.house.heard.transactions] == [2, 3, 4]
    assert desk.house.market.watched == ["AAPL"] * 2, "for the order, and for the position"


async def test_each_sees_what_was_decided_before_it(desk: Desk) -> None:
    """Half of the value is margin: 1,500 shares are within the means of the account once."""
    await desk.ask(buy("1500"), buy("1500"))
    first, second = await desk.answers()
    assert isinstance(first, Outcome)
    assert isinstance(second, InsufficientMargin)
    await desk.check()


async def test_a_repeated_request_is_answered_when_the_first_is_stored(desk: Desk) -> None:
    await desk.ask(buy(key="same"), buy(key="same"))
    assert not any(task.done() for task in desk.asked)
    first, second = done(await desk.answers())
    assert (first.replayed, second.replayed) == (False, True)
    assert first.order == second.order


async def test_what_is_not_stored_takes_with_it_what_was_decided_on_top(desk: Desk) -> None:
    before = snapshot(desk.state)
    await desk.ask(buy("1"))
    await desk.ask(buy("2"), buy("3"))
    answers = await desk.answers("before")
    assert [type(item) for item in answers] == [LedgerUnavailable] * 3
    assert snapshot(desk.state) == before
    assert desk.house.heard.transactions == []

    desk.asked.clear()
    await desk.ask(buy("4"))
    [answer] = done(await desk.answers())
    assert answer.view.sequence == 2
    await desk.check()


async def test_refusals_on_top_of_what_is_not_stored_are_decided_anew(desk: Desk) -> None:
    await desk.ask(buy("1500", key="same"))
    await desk.ask(buy("1500"), buy("1500", key="same"))
    first, second, third = await desk.answers("before")
    assert isinstance(first, LedgerUnavailable)
    assert isinstance(second, Outcome), "nothing is in its way any more"
    assert isinstance(third, InsufficientMargin), "its first try never happened"
    await desk.check()


@pytest.mark.parametrize("failure", ["between", "after"])
async def test_what_is_stored_after_all_is_booked_and_told(desk: Desk, failure: str) -> None:
    await desk.ask(buy("1"))
    await desk.ask(buy("2"), buy("3"))
    answers = await desk.answers("", failure)
    stored = 3 if failure == "after" else 2
    assert len(done(answers)) == stored
    assert [item.sequence for item in desk.house.heard.transactions] == [*range(2, 2 + stored)]
    await desk.check()


async def test_placing_and_canceling_need_not_wait_for_each_other(desk: Desk) -> None:
    desk.ledger.gate.set()
    await desk.ask(buy("1", limit="99.00"))
    placed = desk.asked.pop().result()
    desk.ledger.gate.clear()
    await desk.ask(buy("1"), CancelOrder(placed.order.order_id), buy("1", limit="98.00"))
    answers = done(await desk.answers())
    assert answers[1].order.status is OrderStatus.CANCELED
    assert [order.limit_price for order in desk.state.open_orders.values()] == [Decimal("98.00")]
    await desk.check()


async def test_who_leaves_does_not_take_others_with_it(desk: Desk) -> None:
    commands: list[PlaceOrder] = [buy("1"), buy("2"), buy("3")]
    await desk.ask(*commands)
    desk.asked.pop(1).cancel()
    answers = done(await desk.answers())
    assert [item.view.sequence for item in answers] == [2, 4]
    assert desk.state.open_positions["AAPL"].quantity == 6
    await desk.check()


async def test_a_fork_goes_its_own_way(desk: Desk) -> None:
    desk.ledger.gate.set()
    await desk.ask(buy("1"), buy("2", limit="99.00"))
    fork, before = desk.state.fork(), snapshot(desk.state)
    assert snapshot(fork) == before
    await desk.ask(buy("3"))
    assert snapshot(fork) == before
    [transaction] = await desk.ledger.read(desk.house.paper, 3)
    fork.apply(transaction)
    assert snapshot(fork) == snapshot(desk.state)


async def test_a_fork_copies_no_history_before_it_is_written(desk: Desk) -> None:
    """An account of a hundred thousand orders is forked while others wait."""
    desk.ledger.gate.set()
    await desk.ask(*(buy("1", limit="99.00") for _ in range(3)))
    first, *others = desk.state.open_orders
    fork = desk.state.fork()
    assert all(fork._orders[item] is desk.state._orders[item] for item in (first, *others))
    before = snapshot(fork)
    await desk.ask(CancelOrder(first))
    assert snapshot(fork) == before
    assert fork._orders[first] is not desk.state._orders[first]
    assert all(fork._orders[item] is desk.state._orders[item] for item in others)
    again = desk.state.fork()
    await desk.ask(CancelOrder(others[0]))
    assert list(again.open_orders) == others
    assert len(again.versions(others[0])) == 1
