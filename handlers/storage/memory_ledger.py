"""The ledger in memory, for tests and demonstrations: it promises all but durability."""

from typing import final

from typing_extensions import override

from handlers.storage.ledger import Ledger, LedgerAccount, LedgerConflict
from handlers.trading.ledger.transactions import Transaction


@final
class MemoryLedger(Ledger):
    def __init__(self) -> None:
        self._lines: dict[str, list[Transaction]] = {}

    @override
    async def append(self, transaction: Transaction, expected_sequence: int) -> None:
        line = self._lines.get(transaction.account_id, [])
        if len(line) != expected_sequence or transaction.sequence != expected_sequence + 1:
            raise LedgerConflict(f"{transaction.account_id} is at {len(line)}")
        self._lines.setdefault(transaction.account_id, line).append(transaction)

    @override
    async def read(
        self, account_id: str, after: int = 0, limit: int | None = None
    ) -> tuple[Transaction, ...]:
        end = None if limit is None else after + limit
        return tuple(self._lines.get(account_id, [])[after:end])

    @override
    async def accounts(self) -> tuple[LedgerAccount, ...]:
        return tuple(
            LedgerAccount(account_id, line[0].user_id, len(line))
            for account_id, line in sorted(self._lines.items())
        )
