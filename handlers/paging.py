"""Pages of an account's lists, as of one transaction: fills in between do not move them."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Generic, TypeVar

from handlers.trading.accounts.account import AccountState, AccountView

T = TypeVar("T")


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
    sequence: int
    last: str
    """The id of the last item of the page before."""


def page(
    state: AccountState,
    scope: tuple[object, ...],
    items: Callable[[AccountView], Iterable[T]],
    id_of: Callable[[T], str],
    cursor: str | None,
    limit: int,
) -> Page[T]:
    """At most `limit` of the items, from the start or from where the cursor points.

    `scope` names the list and its filters; a cursor is good for that alone. Raises InvalidCursor.
    """
    name = _digest(state.account_id, scope)
    if cursor is None:
        view, rest = state.view(), iter(items(state.view()))
    else:
        start = _read(cursor)
        if start.scope != name or not 0 < start.sequence <= state.sequence:
            raise InvalidCursor(cursor)
        view = state.view(start.sequence)
        rest = iter(items(view))
        if all(id_of(item) != start.last for item in rest):
            raise InvalidCursor(cursor)
    found = tuple(islice(rest, limit + 1))
    shown = found[:limit]
    more = len(found) > limit
    following = _write(_Cursor(name, view.sequence, id_of(shown[-1]))) if more else None
    return Page(shown, following, view)


def _digest(account_id: str, scope: tuple[object, ...]) -> str:
    return blake2b(repr((account_id, scope)).encode(), digest_size=8).hexdigest()


def _write(cursor: _Cursor) -> str:
    document = json.dumps([cursor.scope, cursor.sequence, cursor.last], separators=(",", ":"))
    return urlsafe_b64encode(document.encode()).rstrip(b"=").decode()


def _read(text: str) -> _Cursor:
    try:
        scope, sequence, last = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return _Cursor(str(scope), int(sequence), str(last))
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidCursor(text) from error
