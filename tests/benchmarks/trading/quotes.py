"""What a quote costs that triggers nothing, however many orders wait for another price."""

import gc
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from generated.models import (
    OrderType,
    Side,
    TimeInForce,
    TrailingOffsetType,
    TransactionCause,
    TriggerBy,
)
from handlers.brokers.paper import PaperBroker
from handlers.market.quotes import Quote
from handlers.trading.ledger.events import OrderAccepted
from handlers.trading.ledger.transactions import Cause, Transaction
from handlers.trading.matching.reports import Report
from handlers.trading.orders.order import Order, accepted
from tests.benchmarks import report
from tests.trading.world import START, HandMarket

SYMBOL: Final = "AAPL"
FEW: Final = 100
MANY: Final = 100_000
ACCOUNTS: Final = 1_000
ROUNDS: Final = 25
QUOTES: Final = 2_000
_TEN: Final = Decimal(10)
_BY: Final = tuple(TriggerBy)


def untriggered_quotes() -> None:
    """Orders of every type on both sides, of many accounts, in the book of one symbol."""
    report.title("CPU per quote that triggers nothing")
    venues = {count: Venue(count) for count in (FEW, MANY)}
    costs: dict[int, list[float]] = {count: [] for count in venues}
    for number in range(ROUNDS + 1):
        for count, venue in venues.items():
            cost = venue.cost(QUOTES)
            if number:
                costs[count].append(cost)
    base = costs[FEW]
    report.row(f"{FEW} working orders", base, base)
    report.row(f"{MANY:,} working orders", costs[MANY], base, wanted=1.2)


class Venue:
    """The paper broker with so many orders that no quote between 99 and 101 concerns."""

    def __init__(self, orders: int) -> None:
        self.market = HandMarket()
        self.broker = PaperBroker(self.market)
        self.broker.connect(self)
        self.reports = 0
        for number, order in enumerate(islice(_orders(), orders)):
            self.broker.work(f"acc_{number % ACCOUNTS}", order)

    def on_reports(self, account_id: str, reports: tuple[Report, ...]) -> None:
        self.reports += len(reports)

    def cost(self, quotes: int) -> float:
        """Microseconds of CPU for one."""
        stream = [self._quote(number) for number in range(quotes)]
        gc.collect()
        before = time.process_time_ns()
        for quote in stream:
            self.broker.on_quote(quote)
        spent = time.process_time_ns() - before
        if self.reports:
            raise RuntimeError(f"{self.reports} reports of orders that nothing concerns")
        return spent / quotes / 1_000

    def _quote(self, number: int) -> Quote:
        self.market.time += 250
        bid = Decimal(100) + Decimal(number % 41 - 20) / 100
        return self.market.set(SYMBOL, bid, bid + Decimal("0.02"))


def _orders() -> Iterator[Order]:
    """Without end, each some cents further from the price."""
    number = 0
    while True:
        for side in Side:
            away = 1 + Decimal(number % 5_000) / 100
            for terms in (_limit, _stop, _stop_limit, _trailing_stop):
                yield _order(number, side, terms(side, away, _BY[number % len(_BY)]))
                number += 1


def _limit(side: Side, away: Decimal, by: TriggerBy) -> dict[str, Any]:
    return {"type": OrderType.LIMIT, "limit_price": _at(side, -away)}


def _stop(side: Side, away: Decimal, by: TriggerBy) -> dict[str, Any]:
    return {"type": OrderType.STOP, "stop_price": _at(side, away), "trigger_by": by}


def _stop_limit(side: Side, away: Decimal, by: TriggerBy) -> dict[str, Any]:
    more = {"type": OrderType.STOP_LIMIT, "limit_price": _at(side, away + 1)}
    return {**_stop(side, away, by), **more}


def _trailing_stop(side: Side, away: Decimal, by: TriggerBy) -> dict[str, Any]:
    """It has seen a better price than any that comes."""
    return {
        "type": OrderType.TRAILING_STOP,
        "stop_price": _at(side, away),
        "trigger_by": by,
        "trailing_offset": 2 * away,
        "trailing_offset_type": TrailingOffsetType.PRICE,
        "trail_mark": _at(side, -away),
    }


def _at(side: Side, away: Decimal) -> Decimal:
    """A price that is worse for that side the higher `away` is."""
    return Decimal(100) + away if side is Side.BUY else Decimal(100) - away


def _order(number: int, side: Side, terms: dict[str, Any]) -> Order:
    event = OrderAccepted(
        order_id=f"ord_{number}",
        symbol=SYMBOL,
        side=side,
        quantity=_TEN,
        time_in_force=TimeInForce.GTC,
        **terms,
    )
    cause = Cause(TransactionCause.ORDER_PLACED)
    stamp = Transaction("acc", "usr", 1, "ep", START, START, cause, (event,))
    return accepted(event, stamp)
