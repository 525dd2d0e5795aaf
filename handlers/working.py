"""The working orders of all accounts: which symbols they need watched, and when they end."""

from heapq import heappop, heappush
from typing import Protocol

from handlers.trading.accounts.account import AccountState
from handlers.trading.booking.hearing import is_due
from handlers.trading.market import Market
from handlers.trading.orders.order import Order


class WatchedMarket(Market, Protocol):
    """A market whose prices stream for the symbols that somebody watches."""

    def watch(self, symbol_id: str) -> None:
        """Counted: each call needs an `unwatch`."""
        ...

    def unwatch(self, symbol_id: str) -> None: ...


class WorkingOrders:
    def __init__(self, market: WatchedMarket) -> None:
        self._market = market
        self._by_symbol: dict[str, dict[str, int | None]] = {}
        """Of each order: for which market time it is armed."""
        self._ends: dict[str, list[tuple[int, str, str]]] = {}
        """By symbol a heap of (market time, account, order); ended orders are left in it."""

    def add(self, account_id: str, order: Order) -> None:
        orders = self._by_symbol.setdefault(order.symbol, {})
        if not orders and self._offered(order.symbol):
            self._market.watch(order.symbol)
        time = order.ends_or_changes_at
        if orders.get(order.order_id) != time:
            self._arm(account_id, order)
        orders[order.order_id] = time

    def remove(self, order: Order) -> None:
        orders = self._by_symbol.get(order.symbol)
        if not orders or order.order_id not in orders:
            return
        del orders[order.order_id]
        if not orders:
            del self._by_symbol[order.symbol]
            self._ends.pop(order.symbol, None)
            if self._offered(order.symbol):
                self._market.unwatch(order.symbol)

    def due(self) -> set[str]:
        """The accounts that have orders whose time has come; each order is told of once."""
        accounts: set[str] = set()
        for symbol, heap in self._ends.items():
            if not self._offered(symbol):
                continue
            now = self._market.market_time(symbol)
            while heap and heap[0][0] <= now:
                _, account_id, order_id = heappop(heap)
                if order_id in self._by_symbol.get(symbol, ()):
                    accounts.add(account_id)
        return accounts

    def rearm(self, account_id: str, state: AccountState) -> None:
        """What was due could not be booked: it is due again."""
        for order in state.open_orders.values():
            if is_due(order, self._market):
                self._arm(account_id, order)

    def _offered(self, symbol: str) -> bool:
        return self._market.symbol(symbol) is not None

    def _arm(self, account_id: str, order: Order) -> None:
        time = order.ends_or_changes_at
        if time is not None:
            heappush(self._ends.setdefault(order.symbol, []), (time, account_id, order.order_id))
