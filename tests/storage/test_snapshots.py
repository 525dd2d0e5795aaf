"""A snapshot is a cache: with it, without it and after it an account is the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from generated.models import Side
from handlers.storage.memory_ledger import MemoryLedger
from handlers.storage.snapshots import Snapshots
from handlers.trading.accounts.account import AccountState
from handlers.trading.accounts.snapshot import (
    BY_ID,
    HISTORIES,
    LISTS,
    OF_THE_MOMENT,
    REST,
    Capture,
    recall,
)
from handlers.trading.ledger.transactions import Transaction
from handlers.writer import AccountWriter
from tests.ports.ledger_suite import history
from tests.trading.test_properties import snapshot
from tests.trading.world import Desk, HandMarket


def long_history() -> list[Transaction]:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01")
    desk = Desk(market)
    for number in range(40):
        market.time += 1_000
        market.set("AAPL", f"{99 + number}.99", f"{100 + number}.01")
        side = Side.SELL if number % 5 == 3 else Side.BUY
        desk.place("AAPL", side, "7", key=f"key-{number}")
        desk.buy("AAPL", "1", limit="1.00")
    return desk.ledger


def applied(transactions: list[Transaction]) -> AccountState:
    state = AccountState()
    for transaction in transactions:
        state.apply(transaction)
    return state


def sections(state: AccountState) -> dict[str, memoryview]:
    return {name: memoryview(content) for name, content in Capture(state).sections()}


def only(directory: Path) -> Path:
    (file,) = directory.iterdir()
    return file


async def stored(transactions: list[Transaction]) -> MemoryLedger:
    ledger = MemoryLedger()
    for transaction in transactions:
        await ledger.append(transaction, transaction.sequence - 1)
    return ledger


async def save(directory: Path, state: AccountState, ledger: MemoryLedger) -> Snapshots:
    snapshots = Snapshots(directory, ledger, least=1)
    snapshots.consider(state)
    await snapshots.close()
    return snapshots


@pytest.mark.parametrize("cut", [1, 2, 30, 81])
def test_goes_on_from_every_place(cut: int) -> None:
    transactions = long_history()
    state = recall(sections(applied(transactions[:cut])))
    assert snapshot(state) == snapshot(applied(transactions[:cut]))
    for transaction in transactions[cut:]:
        state.apply(transaction)
    whole = applied(transactions)
    assert snapshot(state) == snapshot(whole)
    for sequence in range(1, whole.sequence + 1):
        now, then = state.view(sequence), whole.view(sequence)
        assert tuple(now.orders()) == tuple(then.orders())
        assert now.balance == then.balance
        assert tuple(now.executions(sequence - 2)) == tuple(then.executions(sequence - 2))
        assert tuple(now.activities()) == tuple(then.activities())
    assert sections(state) == sections(whole), "what was recalled is written as it was"


def test_what_nobody_looked_at_is_written_as_it_was() -> None:
    transactions = long_history()
    whole = sections(applied(transactions))
    state = recall(whole)
    assert sections(state) == whole
    assert sections(state.fork()) == whole
    again = recall(sections(recall(sections(applied(transactions[:60])))))
    for transaction in transactions[60:]:
        again.apply(transaction)
    assert sections(again) == whole


def test_a_reset_account_is_recalled() -> None:
    state = recall(sections(applied(history())))
    assert snapshot(state) == snapshot(applied(history()))


def test_a_fork_goes_its_own_way() -> None:
    transactions = long_history()
    state = recall(sections(applied(transactions[:40])))
    twin = state.fork()
    for transaction in transactions[40:]:
        twin.apply(transaction)
    assert snapshot(twin) == snapshot(applied(transactions))
    assert snapshot(state) == snapshot(applied(transactions[:40]))


def test_a_capture_is_of_its_moment() -> None:
    transactions = long_history()
    state = applied(transactions[:40])
    expected, capture = sections(state), Capture(state)
    for transaction in transactions[40:]:
        state.apply(transaction)
    assert dict(capture.sections()) == expected


def test_all_of_an_account_is_in_its_snapshot() -> None:
    """Whoever adds to an account adds it to handlers/trading/accounts/snapshot.py."""
    assert set(vars(AccountState())) == {*HISTORIES, *BY_ID, *LISTS, *REST, *OF_THE_MOMENT}


async def test_a_writer_starts_from_it(tmp_path: Path) -> None:
    transactions = long_history()
    ledger = await stored(transactions)
    await save(tmp_path, applied(transactions[:60]), ledger)
    state = await Snapshots(tmp_path, ledger).load("acc_1")
    assert state
    assert state.sequence == 60
    writer = AccountWriter("acc_1", ledger, lambda *_: None, state)
    await writer.catch_up()
    assert snapshot(writer.state) == snapshot(applied(transactions))


async def test_it_is_made_again_only_when_that_is_worth_it(tmp_path: Path) -> None:
    transactions = long_history()
    ledger = await stored(transactions)
    snapshots = await save(tmp_path, applied(transactions[:60]), ledger)
    file = only(tmp_path)
    before = file.stat().st_mtime_ns
    snapshots.consider(applied(transactions[:60]))
    await snapshots.close()
    assert file.stat().st_mtime_ns == before
    snapshots.consider(applied(transactions[:80]))
    await snapshots.close()
    state = await Snapshots(tmp_path, ledger).load("acc_1")
    assert state
    assert state.sequence == 80


async def test_none_is_read_that_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transactions = long_history()
    ledger = await stored(transactions)
    assert await Snapshots(tmp_path, ledger).load("acc_1") is None, "there is none"
    await save(tmp_path, applied(transactions), ledger)
    assert await Snapshots(tmp_path, await stored(transactions[:50])).load("acc_1") is None
    other = [*transactions[:-1], replace(transactions[-1], recorded_at=1)]
    assert await Snapshots(tmp_path, await stored(other)).load("acc_1") is None
    with monkeypatch.context() as patch:
        patch.setattr("handlers.storage.snapshots._program", lambda: "another program")
        assert await Snapshots(tmp_path, ledger).load("acc_1") is None
    assert await Snapshots(tmp_path, ledger).load("acc_1")


async def test_a_damaged_one_is_not_read(tmp_path: Path) -> None:
    transactions = long_history()
    ledger = await stored(transactions)
    await save(tmp_path, applied(transactions), ledger)
    file = only(tmp_path)
    whole = file.read_bytes()
    for broken in (b"", whole[:40], whole[:-1], whole[:-9] + b"x" + whole[-8:]):
        file.write_bytes(broken)
        assert await Snapshots(tmp_path, ledger).load("acc_1") is None
