"""The port to the ledger: append-only, authoritative, one line of transactions for each account."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.storage.database import StorageError
from handlers.trading.ledger.transactions import Transaction


class LedgerConflict(Exception):
    """Another owner appended to the account in the meantime. Nothing was stored."""


class LedgerUnavailable(Exception):
    """The storage failed. Whether the transaction is stored is unknown until it is read again."""


class LedgerDamaged(StorageError):
    """What is stored cannot be what was written."""

    def __init__(self, account_id: str, sequence: int) -> None:
        super().__init__(
            f"The ledger is damaged at transaction {sequence} of account {account_id}: put back a "
            "copy of the data directory, or set TRADING_PRO_DATA_DIR to another one to start anew."
        )


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    account_id: str
    user_id: str
    sequence: int
    """Its last transaction."""


class Ledger(ABC):
    """What was appended is on disk when `append` returns, and stays as it is for ever.

    A transaction is stored as a whole or not at all. Those of one account are numbered from 1
    without a gap, and read in that order; those of different accounts have no order.
    Every transaction carries its user.
    """

    @abstractmethod
    async def append(self, transaction: Transaction, expected_sequence: int) -> None:
        """Append where the account's last transaction is `expected_sequence`, 0 for a new one.

        This is the fence between owners: raises LedgerConflict where it is another.
        Raises LedgerUnavailable where the storage fails.
        """

    async def append_all(self, transactions: Sequence[Transaction]) -> None:
        """Append transactions of one account that follow one another, in their order.

        Raises as `append` does; some of the first may have been stored then.
        """
        for transaction in transactions:
            await self.append(transaction, transaction.sequence - 1)

    @abstractmethod
    async def read(
        self, account_id: str, after: int = 0, limit: int | None = None
    ) -> tuple[Transaction, ...]:
        """Transactions after that sequence, oldest first, at most `limit`.

        Nothing for an account that does not exist. Raises LedgerUnavailable, and StorageError
        where what is stored is damaged or of a newer version.
        """

    @abstractmethod
    async def accounts(self) -> tuple[LedgerAccount, ...]:
        """All accounts, in the order of their ids. Raises LedgerUnavailable."""
