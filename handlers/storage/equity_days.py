"""Equity at the end of each trading day, kept as it was worked out."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from typing import final

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from handlers.storage.database import Database, metadata
from handlers.storage.ledger import LedgerUnavailable
from handlers.trading import money
from handlers.trading.reporting.equity import EquityDay

equity_days = sa.Table(
    "equity_days",
    metadata,
    sa.Column("account_id", sa.Text, primary_key=True),
    sa.Column("began", sa.BigInteger, primary_key=True),
    sa.Column("day", sa.BigInteger, primary_key=True),
    sa.Column("equity", sa.Text, nullable=False),
    sa.Column("gross_value", sa.Text, nullable=False),
)


class EquityDays(ABC):
    """By account, and by the ledger transaction with which the epoch began.

    What was saved stays, also where a backup is put back and the epoch is called otherwise.
    """

    @abstractmethod
    async def read(self, account_id: str, began: int) -> tuple[EquityDay, ...]:
        """Oldest first. Raises LedgerUnavailable."""

    @abstractmethod
    async def save(self, account_id: str, began: int, days: Sequence[EquityDay]) -> None:
        """Adds days; one that is there already stays. Raises LedgerUnavailable."""


@final
class MemoryEquityDays(EquityDays):
    """For tests: gone with the process."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, int], dict[int, EquityDay]] = {}

    @override
    async def read(self, account_id: str, began: int) -> tuple[EquityDay, ...]:
        found = self._days.get((account_id, began), {})
        return tuple(found[day] for day in sorted(found))

    @override
    async def save(self, account_id: str, began: int, days: Sequence[EquityDay]) -> None:
        kept = self._days.setdefault((account_id, began), {})
        for item in days:
            kept.setdefault(item.day, item)


@final
class SqlEquityDays(EquityDays):
    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def read(self, account_id: str, began: int) -> tuple[EquityDay, ...]:
        query = (
            sa.select(equity_days.c.day, equity_days.c.equity, equity_days.c.gross_value)
            .where(equity_days.c.account_id == account_id, equity_days.c.began == began)
            .order_by(equity_days.c.day)
        )

        def work(connection: Connection) -> tuple[EquityDay, ...]:
            return tuple(
                EquityDay(day, Decimal(equity), Decimal(gross))
                for day, equity, gross in connection.execute(query)
            )

        try:
            return await self._database.read(work)
        except SQLAlchemyError as error:
            raise LedgerUnavailable(str(error)) from error

    @override
    async def save(self, account_id: str, began: int, days: Sequence[EquityDay]) -> None:
        rows = [
            {
                "account_id": account_id,
                "began": began,
                "day": item.day,
                "equity": money.text(item.equity),
                "gross_value": money.text(item.gross_value),
            }
            for item in days
        ]

        def work(connection: Connection) -> None:
            insert = sa.insert(equity_days).prefix_with("OR IGNORE", dialect="sqlite")
            connection.execute(insert, rows)

        try:
            await self._database.write(work)
        except SQLAlchemyError as error:
            raise LedgerUnavailable(str(error)) from error
