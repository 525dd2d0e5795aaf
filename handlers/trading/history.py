"""Values that remember what they were, so that an account can be read as of any transaction."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


def forked(value: Any) -> Any:
    """A copy of what holds versions and values, which are shared: nothing changes them."""
    if hasattr(value, "fork"):
        return value.fork()
    if isinstance(value, dict):
        return {key: forked(item) for key, item in value.items()}
    return value.copy() if isinstance(value, list | set) else value


class History(Generic[T]):
    """The versions of one value, by the transaction that made each."""

    __slots__ = ("_sequences", "_versions")

    def __init__(self) -> None:
        self._sequences: list[int] = []
        self._versions: list[T] = []

    def put(self, sequence: int, value: T) -> None:
        """A transaction leaves one version, its last, and none of what it left as it was."""
        if self._versions and self._versions[-1] is value:
            return
        if self._sequences and self._sequences[-1] == sequence:
            self._versions[-1] = value
            return
        self._sequences.append(sequence)
        self._versions.append(value)

    def fork(self) -> "History[T]":
        """The same so far; each goes on by itself."""
        twin: History[T] = History()
        twin._sequences, twin._versions = self._sequences.copy(), self._versions.copy()
        return twin

    def __iter__(self) -> Iterator[T]:
        return iter(self._versions)

    def keep(self, sequence: int, value: T) -> None:
        """Puts it unless it is the one that is there."""
        if not self._versions or value is not self._versions[-1]:
            self.put(sequence, value)

    @property
    def now(self) -> T:
        return self._versions[-1]

    def last(self, fits: Callable[[T], bool]) -> T | None:
        """The newest version that fits."""
        return next((item for item in reversed(self._versions) if fits(item)), None)

    def count(self, sequence: int) -> int:
        """How many versions there were after that transaction."""
        return bisect_right(self._sequences, sequence)

    def at(self, sequence: int) -> T | None:
        """What it was after that transaction; None before it began."""
        index = self.count(sequence)
        return self._versions[index - 1] if index else None
