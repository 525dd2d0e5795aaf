"""Plays a row of the tables of docs/trading.md: one order, then what the market may do."""

from collections.abc import Callable
from decimal import Decimal

from generated.models import AccountClock, OrderStatus, OrderType, Side, TimeInForce
from handlers.market.bars import Bar
from handlers.trading.orders.commands import PlaceOrder
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import Rejection
from tests.trading.world import DAY, START, Desk, HandMarket

HOUR = 3_600_000
PRICES = {
    OrderType.MARKET: {},
    OrderType.LIMIT: {"limit_price": Decimal(99)},
    OrderType.STOP: {"stop_price": Decimal(101)},
    OrderType.STOP_LIMIT: {"stop_price": Decimal(101), "limit_price": Decimal(102)},
    OrderType.TRAILING_STOP: {"trailing_offset": Decimal(1)},
}
Event = Callable[["Ticket"], None]


class Ticket:
    """A buy of 10, of AAPL at 100.00 to 100.10 or of a recorded symbol that closed at 100."""

    def __init__(self, kind: str, time_in_force: str, market: str) -> None:
        self.recorded = market == "recorded"
        self.symbol = "REC:IBM" if self.recorded else "AAPL"
        clock = AccountClock.REPLAY if self.recorded else AccountClock.LIVE
        self.desk = Desk(HandMarket(), clock)
        if self.recorded:
            self.desk.market.set(self.symbol, "100", "100")
        else:
            self.desk.market.set(self.symbol, "100.00", "100.10")
        if market == "closed":
            self.desk.market.closed.add(self.symbol)
        if market == "stale":
            self.desk.stale.add(self.symbol)
        self.order: Order | str = self._place(OrderType(kind), TimeInForce(time_in_force))

    def _place(self, kind: OrderType, time_in_force: TimeInForce) -> Order | str:
        gtd = time_in_force is TimeInForce.GTD
        command = PlaceOrder(
            self.symbol,
            Side.BUY,
            kind,
            Decimal(10),
            time_in_force=time_in_force,
            expires_at=START + (DAY if self.recorded else HOUR) if gtd else None,
            **PRICES[kind],  # type: ignore[arg-type]
        )
        try:
            return self.desk.ask(command)
        except Rejection as refused:
            return f"refused: {refused.code}"

    def price(self, bid: str, ask: str) -> None:
        """The market opens, or its feed is back, with this price."""
        self.desk.market.closed.clear()
        self.desk.stale.clear()
        self.desk.quote(self.symbol, bid, ask)

    def bar(self, first: float, high: float, low: float, close: float) -> None:
        self.desk.bar(self.symbol, Bar(START + 1, first, high, low, close, 1_000.0))

    def wait(self, milliseconds: int) -> None:
        self.desk.market.time += milliseconds
        self.desk.expire()

    @property
    def outcome(self) -> str:
        if isinstance(self.order, str):
            return self.order
        now = self.desk.now(self.order)
        match now.status:
            case OrderStatus.FILLED:
                return f"filled at {now.average_price:.2f}"
            case OrderStatus.CANCELED | OrderStatus.REJECTED:
                return f"{now.status.value}: {now.reason}"
            case OrderStatus.WORKING if now.triggered_at is not None:
                return "triggered, rests at its limit"
            case _:
                return now.status.value


def live(kind: str, time_in_force: str, market: str) -> list[str]:
    """When placed; then, each on its own, what may come next."""
    falls = kind == OrderType.LIMIT
    events: tuple[Event, ...] = (
        lambda ticket: None,
        lambda ticket: ticket.price("100.20", "100.30"),
        lambda ticket: ticket.price(*(("98.90", "99.00") if falls else ("101.40", "101.50"))),
        lambda ticket: ticket.price(*(("94.90", "95.00") if falls else ("104.90", "105.00"))),
        lambda ticket: ticket.wait(HOUR),
        lambda ticket: ticket.wait(DAY),
    )
    return [_after(event, kind, time_in_force, market) for event in events]


def recorded(kind: str, time_in_force: str) -> list[str]:
    """The same on bars."""
    falls = kind == OrderType.LIMIT
    events: tuple[Event, ...] = (
        lambda ticket: None,
        lambda ticket: ticket.bar(100.0, 100.5, 99.5, 100.0),
        lambda ticket: ticket.bar(100.0, 103.0, 98.0, 100.0),
        lambda ticket: ticket.bar(
            *((95.0, 96.0, 94.0, 95.0) if falls else (105.0, 106.0, 104.0, 105.0))
        ),
    )
    return [_after(event, kind, time_in_force, "recorded") for event in events]


def _after(event: Event, kind: str, time_in_force: str, market: str) -> str:
    ticket = Ticket(kind, time_in_force, market)
    event(ticket)
    return ticket.outcome
