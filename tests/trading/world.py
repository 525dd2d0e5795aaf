"""A market that a test sets by hand, and an account in it."""

from decimal import Decimal

from generated.models import (
    AccountClock,
    AccountType,
    DataKind,
    OrderType,
    Resolution,
    Side,
    SymbolType,
    TimeInForce,
)
from handlers.brokers.paper import PaperBroker
from handlers.market.actions import CorporateAction
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.market.symbols import Symbol
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import hearing
from handlers.trading.booking.draft import Draft
from handlers.trading.decisions import decide
from handlers.trading.ledger.basis import quote_basis
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.matching.models.profile import FillModels
from handlers.trading.matching.reports import Fill, Report
from handlers.trading.orders.commands import CancelOrder, PlaceOrder
from handlers.trading.orders.order import Order
from handlers.trading.positions import margin
from handlers.trading.positions.margin import Figures

DAY = 86_400_000
START = 1_764_000_000_000
CLOSE = (START // DAY + 1) * DAY


def make_symbol(
    symbol_id: str,
    *,
    tick: str = "0.01",
    step: str = "1",
    largest: str = "1000000",
    rate: str = "0.5",
    clock: AccountClock = AccountClock.LIVE,
    kind: SymbolType = SymbolType.STOCK,
) -> Symbol:
    exchange, _, ticker = symbol_id.rpartition(":")
    return Symbol(
        id=symbol_id,
        ticker=ticker,
        exchange=exchange or "SIM",
        description=f"{ticker} of a test",
        type=kind,
        currency="USD",
        tick_size=Decimal(tick),
        quantity_step=Decimal(step),
        max_quantity=Decimal(largest),
        initial_margin_rate=Decimal(rate),
        maintenance_margin_rate=Decimal(rate) / 2,
        calendar="24/7",
        time_zone="Etc/UTC",
        session="24x7",
        data_kind=DataKind.SIMULATED if clock is AccountClock.LIVE else DataKind.RECORDED,
        source="test",
        venue_symbol=ticker,
        clock=clock,
        resolutions=(Resolution.DAY,),
    )


class HandMarket:
    """Every symbol open at its quote until the test says otherwise."""

    def __init__(self) -> None:
        self.time = START
        self.offered = {
            item.id: item
            for item in (
                make_symbol("AAPL"),
                make_symbol("MSFT"),
                make_symbol("BTCUSD", step="0.00000001", largest="10000", rate="0.25"),
                make_symbol("EURUSD", tick="0.00001", step="1000", rate="0.05"),
                make_symbol("REC:IBM", clock=AccountClock.REPLAY),
            )
        }
        self.quotes: dict[str, Quote] = {}
        self.closed: set[str] = set()
        self.session_ends: dict[str, int] = {}
        self.watched: list[str] = []
        self.corporate: list[CorporateAction] = []
        """Oldest first; those that have come by `time` are told."""

    def set(
        self, symbol_id: str, bid: str | Decimal, ask: str | Decimal, size: str | Decimal = "1"
    ) -> Quote:
        shown, low, high = Decimal(size), Decimal(bid), Decimal(ask)
        quote = Quote(symbol_id, self.time, low, high, high, shown, shown, shown)
        self.quotes[symbol_id] = quote
        return quote

    def now(self) -> int:
        return self.time

    def symbol(self, symbol_id: str) -> Symbol | None:
        return self.offered.get(symbol_id.removeprefix("SIM:"))

    def symbols(self) -> tuple[Symbol, ...]:
        return tuple(self.offered.values())

    def quote(self, symbol_id: str) -> Quote | None:
        return self.quotes.get(symbol_id)

    def market_time(self, symbol_id: str) -> int:
        return self.time

    def is_open(self, symbol_id: str) -> bool:
        return symbol_id not in self.closed

    def session_end(self, symbol_id: str, at: int | None = None) -> int | None:
        time = self.time if at is None else at
        return self.session_ends.get(symbol_id, (time // DAY + 1) * DAY)

    def pairs(self) -> tuple[Symbol, ...]:
        return tuple(item for item in self.offered.values() if item.base_currency)

    def actions(self, symbol_id: str, after: int = -1) -> tuple[CorporateAction, ...]:
        return tuple(
            action
            for action in self.corporate
            if action.symbol == symbol_id and after < action.time <= self.time
        )

    def watch(self, symbol_id: str) -> None:
        self.watched.append(symbol_id)

    def unwatch(self, symbol_id: str) -> None:
        self.watched.remove(symbol_id)


class Desk:
    """One account without I/O: what is decided is applied at once, and kept."""

    def __init__(
        self,
        market: HandMarket,
        clock: AccountClock = AccountClock.LIVE,
        models: FillModels | None = None,
        kind: AccountType = AccountType.MARGIN,
    ) -> None:
        self.market = market
        self.stale: set[str] = set()
        self.broker = PaperBroker(market, models, lambda symbol: symbol in self.stale)
        self.broker.connect(self)
        self.state = AccountState()
        self.ledger: list[Transaction] = []
        opening = decide.OpenAccount(
            "acc_1", "usr_1", "Paper", kind, clock, "USD", Decimal(100_000)
        )
        self.book(decide.open_account(opening, None, market.time))

    def place(
        self,
        symbol: str,
        side: Side,
        quantity: str | Decimal,
        limit: str | Decimal | None = None,
        time_in_force: TimeInForce = TimeInForce.DAY,
        key: str | None = None,
    ) -> Transaction:
        command = PlaceOrder(
            symbol=symbol,
            side=side,
            type=OrderType.MARKET if limit is None else OrderType.LIMIT,
            quantity=Decimal(quantity),
            limit_price=None if limit is None else Decimal(limit),
            time_in_force=time_in_force,
            client_order_id=key,
        )
        return self.carry_out(self.decided(command))

    def decided(self, command: PlaceOrder) -> Draft:
        market = self.market
        return decide.place(self.state, command, market, self.broker, market.time)

    def ask(self, command: PlaceOrder) -> Order:
        """The order that the command makes, as its transaction leaves it."""
        transaction = self.carry_out(self.decided(command))
        order = self.state.order(transaction.cause.order_id or "")
        assert order is not None
        return order

    def now(self, order: Order) -> Order:
        """The order as it is by now."""
        found = self.state.order(order.order_id)
        assert found is not None
        return found

    def buy(self, symbol: str, quantity: str, limit: str | None = None) -> Transaction:
        return self.place(symbol, Side.BUY, quantity, limit)

    def sell(self, symbol: str, quantity: str, limit: str | None = None) -> Transaction:
        return self.place(symbol, Side.SELL, quantity, limit)

    def cancel(self, order: Order) -> Transaction:
        command = CancelOrder(order.order_id)
        return self.carry_out(decide.cancel(self.state, command, self.market, self.market.time))

    def partly(self, order: Order, quantity: str, price: str) -> None:
        """The venue fills a part of an order at this price."""
        basis = quote_basis(self.market.quotes[order.symbol])
        part = Fill(
            order.order_id, Decimal(quantity), Decimal(price), "test", "a part", basis, basis.time
        )
        self.on_reports("acc_1", (part,))

    def figures(self) -> Figures:
        state = self.state
        orders = state.open_orders.values()
        balance, positions = state.balance.balance, state.open_positions
        return margin.figures(balance, positions, orders, self.market, state.terms, Decimal(1))

    def quote(
        self, symbol: str, bid: str | Decimal, ask: str | Decimal, size: str | Decimal = "1"
    ) -> None:
        self.market.time += 250
        self.broker.on_quote(self.market.set(symbol, bid, ask, size))

    def bar(self, symbol: str, bar: Bar) -> None:
        self.market.time = bar.time
        self.broker.on_bar(symbol, Resolution.DAY, bar, True)

    def expire(self) -> None:
        draft = hearing.expire(self.state, self.market, self.market.time)
        if draft is not None:
            self.carry_out(draft)

    def on_reports(self, account_id: str, reports: tuple[Report, ...]) -> None:
        draft = hearing.report(self.state, reports, self.market, self.market.time)
        if draft is not None:
            self.carry_out(draft)
        for report in reports:
            if report.order_id in self.state.open_orders:
                self.broker.work(account_id, self.state.open_orders[report.order_id])

    def carry_out(self, draft: Draft) -> Transaction:
        transaction = draft.transaction()
        self.book(transaction)
        return transaction

    def book(self, transaction: Transaction) -> None:
        self.state.apply(transaction)
        self.ledger.append(transaction)
        for event in transaction.events:
            order = self.state.order(getattr(event, "order_id", ""))
            if order is not None and order.open:
                self.broker.work("acc_1", order)
            elif order is not None:
                self.broker.withdraw(order)
