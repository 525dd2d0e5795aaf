"""What every ledger must do. An implementation inherits the suite and says how to open one."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import AccountClock, AccountType, Side
from handlers.storage.ledger import Ledger, LedgerAccount, LedgerConflict
from handlers.trading.decisions import decide
from handlers.trading.ledger.transactions import Transaction
from tests.trading.world import START, Desk, HandMarket


def opening(account_id: str, user_id: str = "usr_1") -> Transaction:
    command = decide.OpenAccount(
        account_id,
        user_id,
        "Paper",
        AccountType.MARGIN,
        AccountClock.LIVE,
        "USD",
        Decimal(100_000),
    )
    return decide.open_account(command, None, START)


def history() -> list[Transaction]:
    """An account that has seen every kind of order event and an idempotency key."""
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01")
    desk = Desk(market)
    desk.place("AAPL", Side.BUY, "10", key="first")
    desk.sell("AAPL", "15")
    desk.buy("AAPL", "3", limit="98.50")
    market.time += 90_000_000
    desk.expire()
    now = market.time
    desk.carry_out(decide.reset(desk.state, Decimal(100_000), "replay_restarted", "two", now))
    return desk.ledger


class LedgerSuite(ABC):
    @abstractmethod
    def open(self) -> Ledger: ...

    @pytest.fixture
    async def ledger(self) -> Ledger:
        return self.open()

    async def test_what_was_appended_is_read_as_it_was(self, ledger: Ledger) -> None:
        transactions = history()
        for transaction in transactions:
            await ledger.append(transaction, transaction.sequence - 1)
        assert await ledger.read("acc_1") == tuple(transactions)

    async def test_reading_goes_on_after_a_sequence(self, ledger: Ledger) -> None:
        transactions = history()
        for transaction in transactions:
            await ledger.append(transaction, transaction.sequence - 1)
        assert await ledger.read("acc_1", 2) == tuple(transactions[2:])
        assert await ledger.read("acc_1", 1, 2) == tuple(transactions[1:3])
        assert await ledger.read("acc_1", len(transactions)) == ()
        assert await ledger.read("acc_none") == ()

    async def test_a_second_owner_is_fenced_off(self, ledger: Ledger) -> None:
        first, second, third, *_ = history()
        await ledger.append(first, 0)
        for transaction, expected in ((first, 0), (third, 2), (third, 1), (second, 0)):
            with pytest.raises(LedgerConflict):
                await ledger.append(transaction, expected)
        await ledger.append(second, 1)
        assert await ledger.read("acc_1") == (first, second)

    async def test_several_of_one_account_are_appended_at_once(self, ledger: Ledger) -> None:
        first, *rest = history()
        await ledger.append_all([first])
        with pytest.raises(LedgerConflict):
            await ledger.append_all(rest[1:])
        assert await ledger.read("acc_1") == (first,)
        await asyncio.gather(
            ledger.append_all(rest), *(ledger.append(opening(f"acc_{n}"), 0) for n in (2, 3))
        )
        assert await ledger.read("acc_1") == (first, *rest)
        assert [item.sequence for item in await ledger.accounts()] == [len(rest) + 1, 1, 1]

    async def test_who_is_fenced_off_keeps_nobody_from_being_stored(self, ledger: Ledger) -> None:
        for number in range(9):
            await ledger.append(opening(f"acc_{number}"), 0)
        second = history()[1]
        lines = [replace(second, account_id=f"acc_{number}") for number in range(9)]
        late = replace(second, account_id="acc_4", sequence=3)
        results = await asyncio.gather(
            *(ledger.append_all([late if line.account_id == "acc_4" else line]) for line in lines),
            return_exceptions=True,
        )
        assert [type(item) for item in results].count(LedgerConflict) == 1
        stored = {item.account_id: item.sequence for item in await ledger.accounts()}
        assert stored == {f"acc_{n}": 1 if n == 4 else 2 for n in range(9)}

    async def test_of_two_that_append_at_once_one_wins(self, ledger: Ledger) -> None:
        first, second, *_ = history()
        await ledger.append(first, 0)
        results = await asyncio.gather(
            *(ledger.append(second, 1) for _ in range(5)), return_exceptions=True
        )
        assert [type(item) for item in results].count(LedgerConflict) == 4
        assert results.count(None) == 1
        assert await ledger.read("acc_1") == (first, second)

    async def test_many_accounts_at_once(self, ledger: Ledger) -> None:
        names = [f"acc_{number:03}" for number in range(150)]
        await asyncio.gather(
            *(ledger.append(opening(name, f"usr_{name[-1]}"), 0) for name in names)
        )
        assert await ledger.accounts() == tuple(
            LedgerAccount(name, f"usr_{name[-1]}", 1) for name in names
        )
        assert await ledger.read("acc_077") == (opening("acc_077", "usr_7"),)
