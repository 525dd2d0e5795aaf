"""Values that remember what they were, so that an account can be read as of any transaction."""

from bisect import bisect_right
from typing import Generic, TypeVar

T = TypeVar("T")


class History(Generic[T]):
    """The versions of one value, by the transaction that made each."""

    __slots__ = ("_sequences", "_versions")

    def __init__(self) -> None:
        self._sequences: list[int] = []
        self._versions: list[T] = []

    def put(self, sequence: int, value: T) -> None:
        """A transaction leaves one version, its last."""
        if self._sequences and self._sequences[-1] == sequence:
            self._versions[-1] = value
            return
        self._sequences.append(sequence)
        self._versions.append(value)

    @property
    def now(self) -> T:
        return self._versions[-1]

    def at(self, sequence: int) -> T | None:
        """What it was after that transaction; None before it began."""
        index = bisect_right(self._sequences, sequence)
        return self._versions[index - 1] if index else None
