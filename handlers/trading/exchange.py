"""The simulated venue's book: working orders by symbol, sorted by the price that triggers them.

A quote costs what it triggers. Orders of different accounts never meet: liquidity is per account,
so nobody's orders change another's ledger.
"""

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count

from generated.models import OrderType, Side, TimeInForce
from handlers.trading.order import Order


@dataclass(frozen=True, slots=True)
class Resting:
    """An order in the book and whose it is."""

    account_id: str
    order: Order


@dataclass(order=True, frozen=True, slots=True)
class _Entry:
    """Sorted so that the last one triggers first: best price, then longest in the book."""

    key: Decimal
    age: int
    resting: Resting = field(compare=False)


class Book:
    """The working orders of one symbol."""

    def __init__(self) -> None:
        self._serial = count()
        self._market: dict[str, _Entry] = {}
        self._sides: dict[Side, list[_Entry]] = {Side.BUY: [], Side.SELL: []}
        self._entries: dict[str, _Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, account_id: str, order: Order) -> None:
        """Takes the order in, or its newer revision in the place of the older."""
        self.remove(order.order_id)
        entry = _Entry(_key(order), -next(self._serial), Resting(account_id, order))
        self._entries[order.order_id] = entry
        if order.type is OrderType.MARKET:
            self._market[order.order_id] = entry
        else:
            insort(self._sides[order.side], entry)

    def remove(self, order_id: str) -> None:
        entry = self._entries.pop(order_id, None)
        if entry is None:
            return
        if order_id in self._market:
            del self._market[order_id]
            return
        side = self._sides[entry.resting.order.side]
        del side[bisect_left(side, entry)]

    def take(self, lowest_ask: Decimal, highest_bid: Decimal) -> list[Resting]:
        """Removes and gives what those prices trigger: market orders, then the best limits."""
        taken = list(self._market.values())
        self._market.clear()
        for side, price in ((Side.BUY, lowest_ask), (Side.SELL, -highest_bid)):
            entries = self._sides[side]
            while entries and entries[-1].key >= price:
                taken.append(entries.pop())
        for entry in taken:
            del self._entries[entry.resting.order.order_id]
        return [entry.resting for entry in taken]

    def take_at_once(self, time: int) -> list[Resting]:
        taken = [
            entry.resting
            for entry in self._entries.values()
            if entry.resting.order.time_in_force is TimeInForce.IOC
            and entry.resting.order.created_market_time <= time
        ]
        for resting in taken:
            self.remove(resting.order.order_id)
        return taken


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

    def take(self, symbol: str, lowest_ask: Decimal, highest_bid: Decimal) -> list[Resting]:
        book = self._books.get(symbol)
        return book.take(lowest_ask, highest_bid) if book else []

    def at_once(self, symbol: str, time: int) -> list[Resting]:
        """Removes and gives the orders that had to fill at that market time and did not."""
        book = self._books.get(symbol)
        return book.take_at_once(time) if book else []


def _key(order: Order) -> Decimal:
    """Buys trigger as the ask falls, sells as the bid rises; both from the end of their list."""
    if order.limit_price is None:
        return Decimal(0)
    return order.limit_price if order.side is Side.BUY else -order.limit_price
