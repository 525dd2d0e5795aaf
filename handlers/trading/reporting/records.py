"""Orders and executions of a ledger one after the other, without keeping the account.

What is remembered are the orders that are open, so the length of the ledger does not matter.
"""

from collections.abc import Iterable, Iterator

from handlers.trading import money
from handlers.trading.accounts.execution import Execution, executed
from handlers.trading.ledger.events import OrderAccepted, OrderChange, OrderFilled
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.orders.order import Order, accepted


def orders(transactions: Iterable[Transaction]) -> Iterator[Order]:
    """Each order of an account once: as it ended, in that order, then those that are open still."""
    records = _Records()
    for transaction in transactions:
        done, _ = records.take(transaction)
        yield from done
    yield from records.open.values()


def executions(transactions: Iterable[Transaction]) -> Iterator[Execution]:
    """The executions of an account, oldest first."""
    records = _Records()
    for transaction in transactions:
        _, filled = records.take(transaction)
        yield from filled


class _Records:
    def __init__(self) -> None:
        self.open: dict[str, Order] = {}

    @money.exact
    def take(self, transaction: Transaction) -> tuple[list[Order], list[Execution]]:
        """The orders that the transaction ended, and its executions."""
        touched: dict[str, Order] = {}
        filled: list[Execution] = []
        for event in transaction.events:
            if isinstance(event, OrderAccepted):
                self.open[event.order_id] = accepted(event, transaction)
            elif isinstance(event, OrderChange) and event.order_id in self.open:
                before = self.open[event.order_id]
                touched[event.order_id] = before.apply(event, transaction)
                self.open[event.order_id] = touched[event.order_id]
                if isinstance(event, OrderFilled):
                    filled.append(executed(event, before, transaction))
        done = [order for order in touched.values() if not order.open]
        for order in done:
            del self.open[order.order_id]
        return done, filled
