"""An account that trades recorded days, and what happens to its shares."""

from decimal import Decimal

from generated.models import AccountClock, OrderType, Side, TimeInForce
from handlers.market.actions import CorporateAction, Dividend, Split
from handlers.market.bars import Bar
from handlers.trading import money
from handlers.trading.booking import corporate
from handlers.trading.decisions import decide
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.matching.models.profile import FillModels
from handlers.trading.orders.commands import PlaceOrder, StopLoss, TakeProfit
from handlers.trading.orders.order import Order
from handlers.trading.positions.position import Position
from tests.trading.world import CLOSE, DAY, Desk, HandMarket, make_symbol

IBM = "REC:IBM"
OPEN = CLOSE
"""00:00 UTC of the day on which what is announced happens."""


class ReplayDesk(Desk):
    """An account that trades recorded days."""

    def __init__(self, step: str = "1", models: FillModels | None = None) -> None:
        market = HandMarket()
        market.offered[IBM] = make_symbol(IBM, step=step, clock=AccountClock.REPLAY)
        market.set(IBM, "100", "100")
        super().__init__(market, AccountClock.REPLAY, models)

    def day(self, at: int, opening: str, high: str, low: str, closing: str) -> None:
        o, hi, lo, c = (float(each) for each in (opening, high, low, closing))
        self.bar(IBM, Bar(at, o, hi, lo, c, 1_000.0))
        self.market.time = at + DAY - 1
        self.market.set(IBM, closing, closing)

    def held(self, quantity: str, side: Side = Side.BUY) -> Position:
        """A position at 100, bought on the day before."""
        self.market.time = OPEN - 2 * DAY
        self.place(IBM, side, quantity, time_in_force=TimeInForce.GTC)
        self.day(OPEN - DAY, "100", "100", "100", "100")
        return self.state.open_positions[IBM]

    def announce(self, *actions: CorporateAction) -> list[Transaction]:
        """It happens: the venue hears of it, then the account."""
        self.market.corporate.extend(actions)
        self.market.time = max(self.market.time, actions[-1].time)
        for action in actions:
            self.broker.on_action(action)
        return self.act()

    def act(self, until: int | None = None) -> list[Transaction]:
        done = []
        while draft := corporate.act(self.state, self.market, self.market.time, until):
            done.append(self.carry_out(draft))
        return done

    def order(self, command: PlaceOrder) -> Order:
        market = self.market
        draft = decide.place(self.state, command, market, self.broker, market.time)
        order_id = self.carry_out(draft).cause.order_id
        assert order_id
        return self.found(order_id)

    def found(self, order_id: str) -> Order:
        order = self.state.order(order_id)
        assert order
        return order

    def rest(self, side: Side, quantity: str, kind: OrderType, **terms: object) -> Order:
        given = {name: Decimal(v) if type(v) is str else v for name, v in terms.items()}
        command = PlaceOrder(
            IBM,
            side,
            kind,
            Decimal(quantity),
            **{"time_in_force": TimeInForce.GTC, **given},  # type: ignore[arg-type]
        )
        return self.order(command)


def split(numerator: int, denominator: int = 1, price: str = "50", time: int = OPEN) -> Split:
    return Split(IBM, time, numerator, denominator, Decimal(price))


def dividend(amount: str, time: int = OPEN) -> Dividend:
    return Dividend(IBM, time, Decimal(amount))


def bracketed(desk: ReplayDesk, quantity: str = "10") -> tuple[Order, Order, Order]:
    """A bought position with its legs: profit at 120, stop at 90."""
    desk.market.time = OPEN - 2 * DAY
    entry = desk.order(
        PlaceOrder(
            IBM,
            Side.BUY,
            OrderType.MARKET,
            Decimal(quantity),
            time_in_force=TimeInForce.GTC,
            take_profit=TakeProfit(Decimal(120)),
            stop_loss=StopLoss(Decimal(90)),
        )
    )
    desk.day(OPEN - DAY, "100", "100", "100", "100")
    profit, stop = desk.state.legs(entry.order_id)
    return entry, profit, stop


def texts(*values: Decimal | None) -> tuple[str | None, ...]:
    return tuple(None if value is None else money.text(value) for value in values)
