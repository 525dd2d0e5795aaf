"""The simulated venue's book: open orders by symbol, sorted by the price that concerns them.

A quote costs what it concerns. Orders of different accounts never meet: liquidity is per account,
so nobody's orders change another's ledger.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from generated.models import OrderStatus, Side, TriggerBy
from handlers.trading.matching.span import Span
from handlers.trading.orders.order import AT_ONCE, Order


@dataclass(frozen=True, slots=True)
class Resting:
    """An order in the book and whose it is."""

    account_id: str
    order: Order


@dataclass(order=True, frozen=True, slots=True)
class _Entry:
    """Sorted so that the last one is concerned first: nearest price, then oldest order.

    Only orders of one account share what a price offers, so only their age needs to count.
    """

    key: Decimal
    youth: tuple[int, str]
    """Of the order itself, so that a book built anew has the same order as the one before."""
    resting: Resting = field(compare=False)


_Entries = list[_Entry]
_Rule = tuple[TriggerBy, Side]
_RULES: Final = tuple((by, side) for by in TriggerBy for side in Side)


class Book:
    """The open orders of one symbol that are at the venue or on their way to it."""

    def __init__(self) -> None:
        self._next: dict[str, _Entry] = {}
        """Concerned by whatever price comes next: what takes any price, or is on the way."""
        self._limits: dict[Side, _Entries] = {side: [] for side in Side}
        self._stops: dict[_Rule, _Entries] = {rule: [] for rule in _RULES}
        self._marks: dict[_Rule, _Entries] = {rule: [] for rule in _RULES}
        self._places: dict[str, list[tuple[_Entries, _Entry]]] = {}

    def __len__(self) -> int:
        return len(self._places)

    def add(self, account_id: str, order: Order) -> None:
        """Takes the order in, or its newer revision in the place of the older."""
        self.remove(order.order_id)
        youth, resting = (-order.sequence, order.order_id), Resting(account_id, order)
        places = []
        for entries, key in self._lists_of(order):
            entry = _Entry(key, youth, resting)
            insort(entries, entry)
            places.append((entries, entry))
        if not places or order.change is not None:
            self._next[order.order_id] = _Entry(Decimal(0), youth, resting)
        self._places[order.order_id] = places

    def remove(self, order_id: str) -> None:
        self._next.pop(order_id, None)
        for entries, entry in self._places.pop(order_id, ()):
            del entries[bisect_left(entries, entry)]

    def resting(self, order_id: str) -> Order | None:
        """The order as the book has it."""
        places = self._places.get(order_id)
        if places is None:
            return None
        entry = places[0][1] if places else self._next[order_id]
        return entry.resting.order

    def orders(self) -> tuple[tuple[str, Order], ...]:
        """Each with its account, longest in the book first."""
        entries = (
            places[0][1] if places else self._next[order_id]
            for order_id, places in self._places.items()
        )
        return tuple((entry.resting.account_id, entry.resting.order) for entry in entries)

    def take(self, span: Span) -> list[Resting]:
        """Removes and gives what those prices concern: stops first, then market, then limits."""
        found = [
            *self._reached(self._stops, span),
            *sorted(self._next.values(), reverse=True),
            *_from_end(self._limits[Side.BUY], span.ask),
            *_from_end(self._limits[Side.SELL], -span.bid),
            *self._followed(span),
        ]
        taken = {entry.resting.order.order_id: entry.resting for entry in found}
        for order_id in taken:
            self.remove(order_id)
        return list(taken.values())

    def _lists_of(self, order: Order) -> Iterator[tuple[_Entries, Decimal]]:
        """Where the order stands; nowhere means that the next price concerns it."""
        if order.status is OrderStatus.PENDING or order.takes_any_price:
            return
        sign = _sign(order.side)
        if not order.waits_for_trigger:
            if order.time_in_force in AT_ONCE:
                return
            if order.limit_price is not None:
                yield self._limits[order.side], -sign * order.limit_price
            return
        if order.trigger_by is None or order.stop_price is None:
            return
        rule = (order.trigger_by, order.side)
        yield self._stops[rule], sign * order.stop_price
        if order.trail_mark is not None:
            yield self._marks[rule], -sign * order.trail_mark

    def _reached(self, lists: dict[_Rule, _Entries], span: Span) -> Iterator[_Entry]:
        """Buy stops at or below the highest price, sell stops at or above the lowest."""
        for by, side in _RULES:
            if entries := lists[by, side]:
                yield from _from_end(entries, _sign(side) * span.adverse(by, side))

    def _followed(self, span: Span) -> Iterator[_Entry]:
        """Marks of sells below the highest price, of buys above the lowest."""
        for by, side in _RULES:
            if entries := self._marks[by, side]:
                yield from _from_end(entries, -_sign(side) * span.favorable(by, side), beyond=True)


class Exchange:
    """The books of all symbols."""

    def __init__(self) -> None:
        self._books: dict[str, Book] = {}

    def add(self, account_id: str, order: Order) -> None:
        self._books.setdefault(order.symbol, Book()).add(account_id, order)

    def remove(self, order: Order) -> None:
        book = self._books.get(order.symbol)
        if book is None:
            return
        book.remove(order.order_id)
        if not book:
            del self._books[order.symbol]

    def resting(self, order: Order) -> Order | None:
        """The order as the book has it, None where it is not in it."""
        book = self._books.get(order.symbol)
        return book.resting(order.order_id) if book else None

    def orders(self, symbol: str) -> tuple[tuple[str, Order], ...]:
        """All orders of the symbol, and whose each is, longest in the book first."""
        book = self._books.get(symbol)
        return book.orders() if book else ()

    def concerns(self, symbol: str) -> bool:
        return symbol in self._books

    def take(self, symbol: str, span: Span) -> list[Resting]:
        book = self._books.get(symbol)
        return book.take(span) if book else []


def _sign(side: Side) -> int:
    return -1 if side is Side.BUY else 1


def _from_end(entries: _Entries, key: Decimal, *, beyond: bool = False) -> Iterator[_Entry]:
    """Those with that key or a higher one (`beyond`: a higher one), highest first."""
    for entry in reversed(entries):
        if entry.key < key or (beyond and entry.key == key):
            return
        yield entry
