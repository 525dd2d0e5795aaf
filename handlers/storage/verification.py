"""Verifies a stored ledger: the file, the chain of each account, and every figure in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from handlers.storage import stored_ledger
from handlers.storage.database import StorageError
from handlers.storage.ledger import LedgerAccount
from handlers.storage.ledger_rows import transaction_of
from handlers.trading.ledger.events import OrderFilled
from handlers.trading.reporting.audit import Audit, Fault

MOST_FAULTS = 20
"""So many are told of one account."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of one account."""

    account_id: str
    name: str
    transactions: int
    events: int
    executions: int
    open_orders: int
    open_positions: int
    currency: str
    balance: Decimal
    digest: str
    """Of all that is stored of it: equal ledgers have equal digests."""
    faults: tuple[Fault, ...]
    """The first of them, oldest first."""


def verify(connection: Connection) -> Iterator[Verified]:
    """Each account in the order of its id. Raises StorageError where the file itself is damaged."""
    check_file(connection)
    for account in stored_ledger.accounts(connection):
        yield _Account(account).verify(connection)
    for account_id in stored_ledger.strangers(connection):
        fault = Fault(account_id, 0, "it has transactions, and is not in the list of accounts")
        yield Verified(account_id, "?", 0, 0, 0, 0, 0, "", Decimal(0), "", (fault,))


def check_file(connection: Connection) -> None:
    """The structure of the file, page by page. Raises StorageError where it is damaged."""
    said = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())
    if said != "ok":
        raise StorageError(f"The file is damaged ({said}): put back one of its backups.")


class _Account:
    def __init__(self, account: LedgerAccount) -> None:
        self._account = account
        self._audit = Audit()
        self._digest = blake2b(digest_size=16)
        self._faults: list[Fault] = []
        self._transactions = self._events = self._executions = 0

    def verify(self, connection: Connection) -> Verified:
        for row in stored_ledger.rows(connection, self._account.account_id):
            self._digest.update(repr(tuple(row)).encode())
            self._transactions += 1
            self._check(row)
        self._check_end()
        return self._verified()

    def _check(self, row: sa.Row[Any]) -> None:
        if self._audit.broken:
            return
        try:
            transaction = transaction_of(row)
        except StorageError as error:
            self._audit.broken = True
            self._fault(row.sequence, str(error))
            return
        self._events += len(transaction.events)
        self._executions += sum(isinstance(item, OrderFilled) for item in transaction.events)
        self._faults.extend(self._audit.check(transaction))

    def _check_end(self) -> None:
        listed, found = self._account, self._audit.state
        if self._audit.broken:
            return
        if listed.sequence != found.sequence:
            self._fault(found.sequence, f"it ends here, and should at {listed.sequence}")
        if found.sequence and listed.user_id != found.identity.user_id:
            self._fault(1, f"it is listed as of user {listed.user_id}")

    def _fault(self, sequence: int, what: str) -> None:
        self._faults.append(Fault(self._account.account_id, sequence, what))

    def _verified(self) -> Verified:
        state, begun = self._audit.state, self._audit.state.sequence > 0
        return Verified(
            account_id=self._account.account_id,
            name=state.profile.name if begun else "?",
            transactions=self._transactions,
            events=self._events,
            executions=self._executions,
            open_orders=len(state.open_orders),
            open_positions=len(state.open_positions),
            currency=state.balance.currency if begun else "",
            balance=state.balance.balance if begun else Decimal(0),
            digest=self._digest.hexdigest(),
            faults=tuple(self._faults[:MOST_FAULTS]),
        )
