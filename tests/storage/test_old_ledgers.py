"""What earlier versions have stored is loaded, and says what it said then."""

from pathlib import Path
from typing import Any

import pytest

from generated.models import PositionStatus
from handlers import wire
from handlers.storage import stored_ledger
from handlers.storage.migrations import open_database
from handlers.storage.sql_ledger import SqlLedger
from handlers.storage.verification import verify
from handlers.trading.accounts.account import AccountState, AccountView
from handlers.trading.ledger.upcasters import UPCASTERS, VERSIONS
from tests.storage import ledgers

NOW = 1_795_600_000_000


@pytest.mark.parametrize("revision", ledgers.REVISIONS)
async def test_an_old_ledger_says_what_it_said(revision: str, tmp_path: Path) -> None:
    database = open_database(stored_ledger.url_of(ledgers.unpack(revision, tmp_path)), NOW)
    try:
        ledger = SqlLedger(database)
        for account, said in zip(await ledger.accounts(), ledgers.answers(revision), strict=True):
            state = AccountState()
            for transaction in await ledger.read(account.account_id):
                state.apply(transaction)
            assert_says(state.view(), said)
    finally:
        database.close()


@pytest.mark.parametrize("revision", ledgers.REVISIONS)
def test_an_old_ledger_adds_up(revision: str, tmp_path: Path) -> None:
    """Without being migrated: a backup is verified as it is."""
    url = stored_ledger.url_of(ledgers.unpack(revision, tmp_path))
    with stored_ledger.existing(url) as database:
        found = stored_ledger.read(database, lambda connection: list(verify(connection)))
    assert [item.faults for item in found] == [()] * len(found)
    assert [item.account_id for item in found] == [
        said["accountId"] for said in ledgers.answers(revision)
    ]


def test_every_earlier_version_of_an_event_has_its_upcaster() -> None:
    expected = {(name, step) for name, last in VERSIONS.items() for step in range(1, last)}
    assert set(UPCASTERS) == expected


def assert_says(view: AccountView, said: dict[str, Any]) -> None:
    """Every field that was said then is said now; newer ones may have joined."""
    account_id = said["accountId"]
    positions = [*view.positions(PositionStatus.OPEN), *view.positions(PositionStatus.CLOSED)]
    executions = reversed(view.executions())
    now = {
        "accountId": view.identity.account_id,
        "name": view.profile.name,
        "clock": view.identity.clock.value,
        "createdAt": view.identity.created_at,
        "balance": wire.balance(view.balance).model_dump(mode="json"),
        "asOf": wire.as_of(view.as_of).model_dump(mode="json"),
        "orders": [_plain(wire.order(item, account_id)) for item in view.orders()],
        "positions": [_plain(wire.position(item, account_id)) for item in positions],
        "executions": [_plain(wire.execution(item, account_id)) for item in executions],
    }
    assert _common(now, said) == said


def _plain(model: Any) -> dict[str, Any]:
    document: dict[str, Any] = model.model_dump(mode="json")
    return document


def _common(now: Any, said: Any) -> Any:
    """Of what is said now, what was said then."""
    if isinstance(said, dict):
        return {name: _common(now[name], value) for name, value in said.items() if name in now}
    if isinstance(said, list):
        assert len(now) == len(said)
        return [_common(*pair) for pair in zip(now, said, strict=True)]
    return now
