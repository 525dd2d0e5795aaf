"""Pages of an account's lists, as of one transaction: fills in between do not move them."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Generic, Protocol, TypeVar

from handlers.trading.accounts.account import AccountState, AccountView

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class InvalidCursor(Exception):
    """It is not one of ours, or of another list."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: tuple[T, ...]
    next_cursor: str | None
    view: AccountView


@dataclass(frozen=True, slots=True)
class _Cursor:
    scope: str
    """The list it belongs to, with its filters."""
    epoch: str
    sequence: int
    row: int
    """The number of the one that comes next; rows keep theirs."""


class Listed(Protocol[T_co]):
    """Rows, oldest first, that keep their numbers; None where the view has none."""

    def __len__(self) -> int: ...
    def __getitem__(self, number: int, /) -> T_co | None: ...


def page(
    state: AccountState,
    scope: tuple[object, ...],
    rows: Callable[[AccountView], Listed[T]],
    wanted: Callable[[T], bool],
    cursor: str | None,
    limit: int,
    *,
    newest_first: bool = True,
    known: Callable[[AccountView], Sequence[T]] | None = None,
) -> Page[T]:
    """At most `limit` of the rows that are wanted, from the start or from where the cursor points.

    `known` has all among which the wanted ones are, in their order, where no row need be read.
    `scope` names the list and its filters; a cursor is good for that alone. Raises InvalidCursor.
    """
    name = _digest(state.account_id, scope)
    start = None if cursor is None else _started(cursor, name, state)
    view = state.view(start.sequence if start else None)
    if start and start.epoch != view.as_of.epoch:
        raise InvalidCursor(cursor)
    if known and not start:
        all_wanted = tuple(item for item in known(view) if wanted(item))
        if len(all_wanted) <= limit:
            return Page(all_wanted, None, view)
    listed = rows(view)
    numbers = range(len(listed))[:: -1 if newest_first else 1]
    if start:
        if start.row not in numbers:
            raise InvalidCursor(cursor)
        numbers = numbers[numbers.index(start.row) :]
    found = tuple(islice(_matching(listed, numbers, wanted), limit + 1))
    more = len(found) > limit
    place = (view.as_of.epoch, view.sequence, found[-1][0]) if more else None
    following = _write(_Cursor(name, *place)) if place else None
    return Page(tuple(item for _, item in found[:limit]), following, view)


def _matching(
    listed: Listed[T], numbers: range, wanted: Callable[[T], bool]
) -> Iterator[tuple[int, T]]:
    for number in numbers:
        item = listed[number]
        if item is not None and wanted(item):
            yield number, item


def _started(cursor: str, name: str, state: AccountState) -> _Cursor:
    start = _read(cursor)
    if start.scope != name or not 0 < start.sequence <= state.sequence:
        raise InvalidCursor(cursor)
    return start


def _digest(account_id: str, scope: tuple[object, ...]) -> str:
    return blake2b(repr((account_id, scope)).encode(), digest_size=8).hexdigest()


def _write(cursor: _Cursor) -> str:
    parts = [cursor.scope, cursor.epoch, cursor.sequence, cursor.row]
    document = json.dumps(parts, separators=(",", ":"))
    return urlsafe_b64encode(document.encode()).rstrip(b"=").decode()


def _read(text: str) -> _Cursor:
    try:
        scope, epoch, sequence, row = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return _Cursor(str(scope), str(epoch), int(sequence), int(row))
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidCursor(text) from error
