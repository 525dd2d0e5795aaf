"""The port to a broker: orders go out, reports come in."""

from abc import ABC, abstractmethod
from typing import Protocol

from handlers.market.symbols import Symbol
from handlers.trading.market import Market
from handlers.trading.matching.models.fees import FeeModel
from handlers.trading.matching.models.offer import Offer
from handlers.trading.matching.reports import Report
from handlers.trading.orders.order import Order


class BrokerSink(Protocol):
    """Who hears of what the broker does on its own."""

    def on_reports(self, account_id: str, reports: tuple[Report, ...]) -> None:
        """Reports of one instant about working orders of one account, in their order."""
        ...


class Broker(ABC):
    """Works orders that the ledger has.

    An order comes here three times at most: `at_once` while it is being decided, `work` when it
    is stored and not yet done, `withdraw` when it works no longer. Nothing is reported about an
    order before `work` or after `withdraw`, and never more than its remaining quantity.
    An order that was reported on rests until `work` is called again with its newer revision.
    After a split of its symbol an order that was accepted before it is worked in new shares, as
    `splits.rescaled` has it, also before `work` brings these terms; what has none left is not.
    """

    @abstractmethod
    def connect(self, sink: BrokerSink) -> None:
        """From now on reports go there."""

    @abstractmethod
    def at_once(self, order: Order, market: Market) -> tuple[Report, ...]:
        """What belongs into the very transaction that accepts the order in this market.

        Without effect: the order may still be refused. A broker that must ask somebody first
        has nothing to say here.
        """

    @abstractmethod
    def delay(self, symbol: Symbol, order_id: str, revision: int) -> int:
        """Milliseconds of market time until it reaches the venue, where that is simulated.

        A new order is revision 1; until it is there it is pending. Later revisions are changes on
        their way. The same for the same revision, whenever it is asked.
        """

    @abstractmethod
    def fee(self, symbol: Symbol) -> FeeModel:
        """What orders in the symbol cost."""

    @abstractmethod
    def is_stale(self, symbol_id: str) -> bool:
        """Whether nothing fills, for the feed of an open market gives no sign of life."""

    @abstractmethod
    def offer(self, order: Order, market: Market) -> Offer | None:
        """What the prevailing price has for the order, were it in reach; None where unknown."""

    @abstractmethod
    def work(self, account_id: str, order: Order) -> None:
        """The order is stored: work it, or its newer revision in the place of the older."""

    @abstractmethod
    def withdraw(self, order: Order) -> None:
        """The order works no longer; nothing happens where it did not."""
