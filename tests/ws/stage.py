"""A whole stream over three symbols and one account, that a test moves by hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, final

from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import WebSocketRoute
from typing_extensions import override

from generated import models
from generated.rest.problems import Unauthenticated
from generated.ws import problems
from generated.ws.channels import AccountTopic, BarsTopic, ConnectionTopic, PnlTopic, QuotesTopic
from generated.ws.dispatch import Dispatch
from generated.ws.handlers import (
    AccountHandler,
    BarsHandler,
    ConnectionHandler,
    PnlHandler,
    QuotesHandler,
)
from generated.ws.publisher import Publisher
from handlers.realtime.client import Client
from handlers.realtime.connections import Connections
from handlers.realtime.hub import Hub
from handlers.realtime.policy import Policy
from handlers.ws.endpoint import StreamEndpoint, contract_policy
from handlers.ws.visitor import Admission
from tests.realtime.doubles import HandClock

SYMBOLS = ("AAPL", "MSFT", "REC:AAPL")
TRADER = models.Session(
    user_id="usr_1",
    user_name="trader",
    authentication=models.Authentication.LOCAL,
    permissions=[models.Permission.READ, models.Permission.TRADE],
)


def bar(time: int = 60_000, close: float = 1.5, *, closed: bool = False) -> models.BarUpdate:
    return models.BarUpdate(
        time=time, open=1.0, high=2.0, low=0.5, close=close, volume=10.0, closed=closed
    )


def balance() -> models.Balance:
    return models.Balance(
        currency="USD", balance=Decimal(100), realized_pnl=Decimal(0), commission=Decimal(0)
    )


def figures() -> models.AccountFigures:
    zero = Decimal(0)
    return models.AccountFigures(
        time=60_000,
        equity=Decimal(100),
        market_value=zero,
        excess_liquidity=Decimal(100),
        unrealized_pnl=zero,
        initial_margin=zero,
        maintenance_margin=zero,
        order_margin=zero,
        available_funds=Decimal(100),
        buying_power=Decimal(200),
        positions=[],
    )


def transaction(number: int) -> models.AccountUpdate:
    return models.AccountUpdate(
        transaction_id=f"txn_{number}",
        account_id="acc_1",
        time=60_000,
        market_time=60_000,
        cause=models.TransactionCause.ORDER_CANCELED,
        events=[models.BalanceEvent(type="balance", balance=balance())],
    )


class Work:
    """Which topics are worked for."""

    def __init__(self) -> None:
        self.topics: set[str] = set()


@final
class Bars(BarsHandler):
    def __init__(self, work: Work) -> None:
        self._work = work

    @override
    async def subscribe(
        self, session: models.Session, payload: models.BarsSubscribe | models.BarsUnsubscribe
    ) -> BarsTopic:
        symbol = payload.symbol.removeprefix("SIM:")
        if symbol == "FAULT":
            raise LookupError(symbol)
        if symbol not in SYMBOLS:
            raise problems.SymbolNotFound(f"There is no symbol {symbol}.")
        return BarsTopic(symbol, payload.resolution.value.removeprefix("1") or "1")

    @override
    def snapshot(self, topic: BarsTopic) -> models.BarUpdate | None:
        return bar() if topic.symbol == "AAPL" else None

    @override
    def opened(self, topic: BarsTopic) -> None:
        self._work.topics.add(topic.address)

    @override
    def closed(self, topic: BarsTopic) -> None:
        self._work.topics.remove(topic.address)


@final
class Quotes(QuotesHandler):
    def __init__(self, work: Work) -> None:
        self._work = work

    @override
    async def subscribe(
        self, session: models.Session, payload: models.QuotesSubscribe | models.QuotesUnsubscribe
    ) -> QuotesTopic:
        return QuotesTopic(payload.symbol)

    @override
    def snapshot(self, topic: QuotesTopic) -> models.Quote | None:
        return None

    @override
    def opened(self, topic: QuotesTopic) -> None:
        self._work.topics.add(topic.address)

    @override
    def closed(self, topic: QuotesTopic) -> None:
        self._work.topics.remove(topic.address)


@final
class Account(AccountHandler):
    def __init__(self, work: Work) -> None:
        self._work = work
        self.sequence = 7

    @override
    async def subscribe(
        self, session: models.Session, payload: models.AccountSubscribe | models.AccountUnsubscribe
    ) -> AccountTopic:
        if payload.account_id != "acc_1":
            raise problems.AccountNotFound
        return AccountTopic(payload.account_id)

    @override
    def snapshot(self, topic: AccountTopic) -> tuple[str, int, models.AccountSnapshot]:
        state = models.AccountSnapshot(
            account_id=topic.account_id, orders=[], positions=[], balance=balance()
        )
        return "ledger", self.sequence, state

    @override
    async def after(
        self, topic: AccountTopic, epoch: str, seq: int
    ) -> list[tuple[int, models.AccountUpdate]] | None:
        if epoch != "ledger" or seq > self.sequence:
            return None
        return [
            (number, transaction(number))
            for number in range(seq + 1, min(seq + 3, self.sequence) + 1)
        ]

    @override
    def opened(self, topic: AccountTopic) -> None:
        self._work.topics.add(topic.address)

    @override
    def closed(self, topic: AccountTopic) -> None:
        self._work.topics.remove(topic.address)


@final
class Pnl(PnlHandler):
    def __init__(self, work: Work) -> None:
        self._work = work

    @override
    async def subscribe(
        self, session: models.Session, payload: models.PnlSubscribe | models.PnlUnsubscribe
    ) -> PnlTopic:
        return PnlTopic(payload.account_id)

    @override
    def snapshot(self, topic: PnlTopic) -> models.AccountFigures:
        return figures()

    @override
    def opened(self, topic: PnlTopic) -> None:
        self._work.topics.add(topic.address)

    @override
    def closed(self, topic: PnlTopic) -> None:
        self._work.topics.remove(topic.address)


@final
class BrokerConnection(ConnectionHandler):
    def __init__(self, work: Work) -> None:
        self._work = work

    @override
    async def subscribe(
        self,
        session: models.Session,
        payload: models.ConnectionSubscribe | models.ConnectionUnsubscribe,
    ) -> ConnectionTopic:
        return ConnectionTopic(payload.account_id)

    @override
    def snapshot(self, topic: ConnectionTopic) -> models.BrokerConnection:
        return models.BrokerConnection(
            account_id=topic.account_id,
            broker="paper",
            state=models.BrokerConnectionState.CONNECTED,
            since=60_000,
        )

    @override
    def opened(self, topic: ConnectionTopic) -> None:
        self._work.topics.add(topic.address)

    @override
    def closed(self, topic: ConnectionTopic) -> None:
        self._work.topics.remove(topic.address)


@dataclass
class Ticket:
    """An admission whose end the test decides."""

    session: models.Session = field(default_factory=lambda: TRADER)
    listeners: list[Callable[[], None]] = field(default_factory=list)

    def when_ended(self, ended: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(ended)
        return lambda: self.listeners.remove(ended)

    def end(self) -> None:
        for ended in tuple(self.listeners):
            ended()


class StreamStage:
    def __init__(self, policy: Policy | None = None, clock: HandClock | None = None) -> None:
        self.clock = clock or HandClock()
        self.work = Work()
        self.ticket = Ticket()
        self.signed_in: bool | None = True
        """Whether the handshake carries a good credential, a bad one, or none."""
        self.keys: dict[str, Ticket] = {}
        self.policy = policy or contract_policy()
        self.hub = Hub(
            epoch="run",
            now=self.clock,
            schedule=lambda callback: asyncio.get_running_loop().call_soon(callback),
            topics_per_client=self.policy.topics,
        )
        self.publisher = Publisher(self.hub)
        self.account = Account(self.work)
        self.connections = Connections(self.policy)
        self.dispatch: Dispatch[Client] = Dispatch(
            self.hub,
            self.clock,
            bars=Bars(self.work),
            quotes=Quotes(self.work),
            account=self.account,
            pnl=Pnl(self.work),
            connection=BrokerConnection(self.work),
        )
        self.endpoint = StreamEndpoint(
            admit=self._admit,
            authenticate=self._authenticate,
            dispatch=self.dispatch,
            hub=self.hub,
            connections=self.connections,
            policy=self.policy,
            now=self.clock,
            random=Random(1),
        )
        self.app = Starlette(
            routes=[WebSocketRoute("/api/v1/ws", self.endpoint)], lifespan=self._lifespan
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        yield
        await self.hub.stop()

    async def _admit(self, handshake: HTTPConnection) -> Admission | None:
        if self.signed_in is False:
            raise Unauthenticated
        return self.ticket if self.signed_in else None

    async def _authenticate(self, secret: str) -> Admission:
        if secret not in self.keys:
            raise Unauthenticated
        return self.keys[secret]


def said(message: str, number: str | None = None, **payload: Any) -> str:
    """A frame of one envelope."""
    envelope = {"type": message, **({} if number is None else {"id": number})}
    return json.dumps({**envelope, "payload": payload})
