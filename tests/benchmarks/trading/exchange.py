"""The simulated exchange beside NautilusTrader's, on the same quotes with the same orders."""

import gc
import time
from decimal import Decimal
from pathlib import Path
from typing import Final, final

from typing_extensions import override

from generated.models import Side, TimeInForce
from handlers.market.quotes import Quote
from handlers.trading.booking.draft import Draft
from handlers.trading.ledger.transactions import Transaction
from tests.benchmarks import report
from tests.benchmarks.child import Answer, Child
from tests.benchmarks.trading.tape import RESTING, fills_at, limit, prices, side
from tests.trading.world import Desk, HandMarket

SYMBOL: Final = "AAPL"
QUOTES: Final = 10_000
ROUNDS: Final = 5
EVERY: Final = 10


def exchanges(peer: Path) -> None:
    """Decided, matched and booked in memory; neither stores anything."""
    report.title(f"CPU per quote of a simulated exchange, {RESTING} orders resting")
    if not peer.exists():
        report.line("NautilusTrader", "is not installed")
        return
    for every, what in ((0, "no trade"), (EVERY, f"a trade every {EVERY} quotes")):
        ours: list[float] = []
        theirs: list[float] = []
        for number in range(ROUNDS + 1):
            with Child("tests.benchmarks.trading.peer_exchange", python=str(peer)) as other:
                cost = other.ask("play", quotes=QUOTES, every=every)["cpu"]
            mine = play(QUOTES, every)["cpu"]
            if number:
                theirs.append(cost)
                ours.append(mine)
        report.row(f"NautilusTrader, {what}", theirs, theirs)
        report.row(f"Trading Pro, {what}", ours, theirs)


def play(quotes: int, every: int) -> Answer:
    """Microseconds of CPU for one quote, with all that it leads to."""
    market = HandMarket()
    tape = [
        Quote(SYMBOL, nanoseconds // 1_000_000, Decimal(bid), Decimal(ask), Decimal(ask), *_SIZES)
        for nanoseconds, bid, ask in prices(quotes)
    ]
    market.time = tape[0].time
    market.quotes[SYMBOL] = tape[0]
    floor = Floor(market)
    for number in range(RESTING):
        floor.place(SYMBOL, Side.BUY, "1", limit(number), TimeInForce.GTC)
    gc.collect()
    before = time.process_time_ns()
    for number, quote in enumerate(tape):
        market.time, market.quotes[SYMBOL] = quote.time, quote
        floor.broker.on_quote(quote)
        if fills_at(number, every):
            floor.place(SYMBOL, Side(side(number, every)), "1")
    spent = time.process_time_ns() - before
    return {"cpu": spent / quotes / 1_000, "fills": len(floor.state.view().executions())}


_SIZES: Final = (Decimal(100), Decimal(100), Decimal(100))


@final
class Floor(Desk):
    """What is decided is applied as it was worked out, as the OMS does."""

    @override
    def carry_out(self, draft: Draft) -> Transaction:
        change = draft.change()
        self.state.commit(change)
        for order in change.orders.values():
            if order.open:
                self.broker.work("acc_1", order)
            else:
                self.broker.withdraw(order)
        return change.transaction
