"""Lists that only grow, oldest first, each row read when it is asked for.

A row keeps its number while others are added, and histories may be long: most of their rows are
never asked for.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, final, overload

from typing_extensions import override

T = TypeVar("T")


@final
class Part(Sequence[T]):
    """Those rows of a list from number `start` to before `end`."""

    __slots__ = ("_end", "_rows", "_start")

    def __init__(self, rows: Sequence[T], start: int, end: int) -> None:
        self._rows, self._start, self._end = rows, start, max(start, end)

    @override
    def __len__(self) -> int:
        return self._end - self._start

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    @override
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        numbers = range(self._start, self._end)
        if isinstance(index, slice):
            return [self._rows[number] for number in numbers[index]]
        return self._rows[numbers[index]]

    @override
    def __iter__(self) -> Iterator[T]:
        return (self._rows[number] for number in range(self._start, self._end))

    @override
    def __reversed__(self) -> Iterator[T]:
        return (self._rows[number] for number in range(self._end - 1, self._start - 1, -1))


@final
class Rows(Generic[T]):
    """What a list shows of each of its ids; None where that is nothing."""

    __slots__ = ("_at", "_ids")

    def __init__(self, ids: Sequence[str], at: Callable[[str], T | None]) -> None:
        self._ids, self._at = ids, at

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, number: int) -> T | None:
        return self._at(self._ids[number])
