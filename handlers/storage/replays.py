"""When the replays began, so that they go on where they were after a restart."""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import final

import sqlalchemy as sa
from typing_extensions import override

from handlers.storage.database import Database, metadata

replays = sa.Table(
    "replays",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("epoch", sa.Text, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("bar_duration", sa.BigInteger, nullable=False),
    sa.Column("history", sa.BigInteger, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay, and all that its position follows from."""

    name: str
    epoch: str
    started_at: int
    """Unix milliseconds: when it began, had its bars always come at today's speed."""
    bar_duration: int
    """Milliseconds."""
    history: int
    """Bars that were known at the start."""
    fingerprint: str
    """Of the record."""


class Replays(ABC):
    """Answers at once, for start-up. What was saved is there after a crash."""

    @abstractmethod
    def find(self, name: str) -> Replay | None: ...

    @abstractmethod
    def save(self, replay: Replay) -> None:
        """In the place of an earlier one of that name."""


@final
class MemoryReplays(Replays):
    """For tests: gone with the process."""

    def __init__(self) -> None:
        self._replays: dict[str, Replay] = {}

    @override
    def find(self, name: str) -> Replay | None:
        return self._replays.get(name)

    @override
    def save(self, replay: Replay) -> None:
        self._replays[replay.name] = replay


@final
class SqlReplays(Replays):
    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def find(self, name: str) -> Replay | None:
        query = sa.select(replays).where(replays.c.name == name)
        row = self._database.read_now(lambda connection: connection.execute(query).first())
        return None if row is None else Replay(**row._mapping)

    @override
    def save(self, replay: Replay) -> None:
        def store(connection: sa.Connection) -> None:
            connection.execute(sa.delete(replays).where(replays.c.name == replay.name))
            connection.execute(sa.insert(replays).values(asdict(replay)))

        self._database.write_now(store)
