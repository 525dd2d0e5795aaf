"""An OMS on a ledger that can fail, and who listens to it."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

from typing_extensions import override

from generated.models import OrderType, Side, TimeInForce
from handlers.brokers.paper import PaperBroker
from handlers.margin_watch import MarginWatch
from handlers.oms import Oms
from handlers.paper_accounts import PaperAccounts
from handlers.storage.ledger import (
    Ledger,
    LedgerAccount,
    LedgerUnavailable,
)
from handlers.storage.memory_ledger import MemoryLedger
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.matching.models.profile import FillModels
from handlers.trading.orders.commands import PlaceOrder
from tests.trading.world import HandMarket

USER = "usr_1"


class Heard:
    """A listener that keeps what it hears, and what the state was then."""

    def __init__(self, oms: Oms) -> None:
        self.oms = oms
        self.transactions: list[Transaction] = []

    def on_transaction(self, account_id: str, transaction: Transaction) -> None:
        state = self.oms.find(account_id)
        assert state
        assert state.sequence == transaction.sequence, "told when the state has it, not before"
        self.transactions.append(transaction)


class FlakyLedger(Ledger):
    """Fails when told to, before or after the transaction is stored."""

    def __init__(self) -> None:
        self.inner = MemoryLedger()
        self.failures: list[str] = []
        self.meanwhile: list[Callable[[], None]] = []
        """What happens while it stores, one for each transaction."""

    @override
    async def append(self, transaction: Transaction, expected_sequence: int) -> None:
        await asyncio.sleep(0)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        failure = self.failures.pop(0) if self.failures else None
        if failure == "before":
            raise LedgerUnavailable("disk full")
        await self.inner.append(transaction, expected_sequence)
        if failure == "after":
            raise LedgerUnavailable("connection lost")

    @override
    async def read(
        self, account_id: str, after: int = 0, limit: int | None = None
    ) -> tuple[Transaction, ...]:
        if self.failures and self.failures[0] == "read":
            self.failures.pop(0)
            raise LedgerUnavailable("disk gone")
        return await self.inner.read(account_id, after, limit)

    @override
    async def accounts(self) -> tuple[LedgerAccount, ...]:
        return await self.inner.accounts()


class House:
    """An OMS on a ledger that outlives it."""

    def __init__(
        self, ledger: FlakyLedger, market: HandMarket, models: FillModels | None = None
    ) -> None:
        self.ledger, self.market = ledger, market
        self.replay_epoch: str | None = "one"
        self.broker = PaperBroker(market, models)
        self.oms = Oms(
            ledger=ledger,
            broker=self.broker,
            market=market,
            clock=market,
            replay_epoch=lambda: self.replay_epoch,
        )
        self.accounts = PaperAccounts(self.oms, market, market, lambda: self.replay_epoch)
        self.margin_watch = MarginWatch(self.oms, market, self.broker, market)
        self.oms.add_listener(self.margin_watch)
        self.heard = Heard(self.oms)
        self.oms.add_listener(self.heard)

    async def start(self) -> None:
        await self.oms.start()
        self.margin_watch.start()
        await self.oms.open_accounts(USER)

    @property
    def paper(self) -> str:
        return self.oms.accounts(USER)[0].account_id

    @property
    def replay(self) -> str:
        return self.oms.accounts(USER)[1].account_id

    async def quote(self, symbol: str, bid: str, ask: str) -> None:
        self.market.time += 250
        quote = self.market.set(symbol, bid, ask)
        self.broker.on_quote(quote)
        self.margin_watch.on_quote(quote)
        await self.oms.close()

    def again(self) -> "House":
        return House(self.ledger, self.market)


def buy(
    quantity: str = "10", limit: str | None = None, key: str | None = None, symbol: str = "AAPL"
) -> PlaceOrder:
    kind = OrderType.MARKET if limit is None else OrderType.LIMIT
    price = None if limit is None else Decimal(limit)
    return PlaceOrder(
        symbol, Side.BUY, kind, Decimal(quantity), price, TimeInForce.DAY, client_order_id=key
    )
