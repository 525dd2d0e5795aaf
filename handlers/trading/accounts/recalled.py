"""Values that lie in a snapshot, each built when somebody asks for it.

An account with a long history is there at once this way: hardly any of its past is ever asked for.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping
from dataclasses import dataclass
from typing import Any, Generic, SupportsIndex, TypeVar, overload

from typing_extensions import override

from handlers.trading.accounts.history import History

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Records(Generic[T]):
    """Values one after the other in the text of a snapshot; number n ends at `ends[n]`."""

    text: memoryview
    ends: "array[int]"
    build: Callable[[bytes], T]

    def at(self, number: int) -> T:
        return self.build(self.raw(number, number + 1))

    def raw(self, start: int, end: int) -> bytes:
        first = self.ends[start - 1] if start else 0
        return bytes(self.text[first : self.ends[end - 1]]) if end > start else b""


class RecalledList(list[T]):
    """A list that begins with records; the list itself holds what was appended since."""

    def __init__(self, records: Records[T], start: int, end: int, new: Iterable[T] = ()) -> None:
        super().__init__(new)
        self.records, self.start, self.end = records, start, end

    @property
    def recalled(self) -> int:
        """So many of the first are records."""
        return self.end - self.start

    @override
    def copy(self) -> "RecalledList[T]":
        return RecalledList(self.records, self.start, self.end, super().__iter__())

    @override
    def __len__(self) -> int:
        return self.recalled + super().__len__()

    @override
    def __iter__(self) -> Iterator[T]:
        return map(self._at, range(len(self)))

    @override
    def __reversed__(self) -> Iterator[T]:
        return map(self._at, range(len(self) - 1, -1, -1))

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> T: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[T]: ...
    @override
    def __getitem__(self, index: SupportsIndex | slice, /) -> T | list[T]:
        if isinstance(index, slice):
            return [self._at(number) for number in range(len(self))[index]]
        return self._at(range(len(self))[index])

    @override
    def __setitem__(self, index: Any, value: Any, /) -> None:
        """Of what was appended alone: records never change."""
        super().__setitem__(range(len(self))[index] - self.recalled, value)

    def _at(self, number: int) -> T:
        if number < self.recalled:
            return self.records.at(self.start + number)
        return super().__getitem__(number - self.recalled)


class RecalledHistory(History[T]):
    """A history whose versions are records; it is set up when it is first touched."""

    __slots__ = ("_end", "_records", "_start", "_stored")

    def __init__(self, records: Records[T], stored: "array[int]", start: int, end: int) -> None:
        """`stored` has the sequences of all versions there are records of."""
        self._records, self._stored = records, stored
        self._start, self._end = start, end

    @property
    def untouched(self) -> tuple[Records[T], "array[int]", int, int] | None:
        """What it was made of, as long as nobody has looked at it."""
        try:
            object.__getattribute__(self, "_sequences")
        except AttributeError:
            return self._records, self._stored, self._start, self._end
        return None

    @override
    def fork(self) -> History[T]:
        made_of = self.untouched
        return super().fork() if made_of is None else RecalledHistory(*made_of)

    def __getattr__(self, name: str) -> Any:
        """Only for what is not set: the slots of a history that nobody has touched."""
        if name not in ("_sequences", "_versions"):
            raise AttributeError(name)
        last = self._end - 1  # is built once: whether a version is new is told by its identity
        now = self._records.at(last)
        self._versions = RecalledList(self._records, self._start, last, [now])
        self._sequences = list(self._stored[self._start : self._end])  # last: now it is touched
        return getattr(self, name)


Key = tuple[str, str]


class RecalledKeys(dict[Key, T]):
    """A table whose first entries are records; the dict itself holds what was added since."""

    def __init__(self, records: Records[T], numbers: Mapping[Key, int]) -> None:
        super().__init__()
        self.records, self.numbers = records, numbers

    def new(self) -> Iterator[T]:
        """What was added, oldest first."""
        return (super(RecalledKeys, self).__getitem__(key) for key in super().__iter__())

    def fork(self) -> "RecalledKeys[T]":
        twin = RecalledKeys(self.records, self.numbers)
        twin.update({key: self[key] for key in super().__iter__()})
        return twin

    @override
    def copy(self) -> "RecalledKeys[T]":
        return self.fork()

    @override
    def __len__(self) -> int:
        return len(self.numbers) + super().__len__()

    @override
    def __iter__(self) -> Iterator[Key]:
        yield from self.numbers
        yield from super().__iter__()

    @override
    def keys(self) -> KeysView[Key]:  # type: ignore[override]
        return KeysView(self)

    @override
    def __contains__(self, key: object) -> bool:
        return key in self.numbers or super().__contains__(key)

    @override
    def __getitem__(self, key: Key) -> T:
        number = self.numbers.get(key)
        return super().__getitem__(key) if number is None else self.records.at(number)

    @override
    def get(self, key: Key, default: Any = None) -> Any:
        number = self.numbers.get(key)
        return super().get(key, default) if number is None else self.records.at(number)
