"""Values that remember what they were, so that an account can be read as of any transaction."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


def forked(value: Any) -> Any:
    """A copy of what holds values, which are shared: nothing changes them."""
    if hasattr(value, "fork"):
        return value.fork()
    return value.copy() if isinstance(value, dict | list | set) else value


def owned(histories: "dict[str, History[T]]", key: str, own: set[str] | None) -> "History[T]":
    """The history of one thing, to be written; a copy of one that a fork reads as well.

    `own` has the keys of those that are nobody else's, None where all are.
    """
    found = histories.get(key)
    if found is None:
        found = History()
    elif own is None or key in own:
        return found
    else:
        found = found.fork()
    histories[key] = found
    if own is not None:
        own.add(key)
    return found


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

    def since(self, sequence: int) -> int:
        """The transaction that made the version of then; 0 before it began."""
        index = self.count(sequence)
        return self._sequences[index - 1] if index else 0

    def at(self, sequence: int) -> T | None:
        """What it was after that transaction; None before it began."""
        index = self.count(sequence)
        return self._versions[index - 1] if index else None
