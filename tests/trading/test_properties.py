"""Whatever a trader does and the market brings: nothing is lost, invented or out of order."""

import json
from decimal import Decimal
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from generated.models import OrderStatus, PositionStatus, Side, TimeInForce
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.decisions import decide
from handlers.trading.ledger import codec
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.orders.commands import CancelOrder, ClosePosition
from handlers.trading.orders.rejections import Rejection
from handlers.trading.positions import margin
from handlers.trading.reporting.audit import Audit
from tests.trading.world import DAY, Desk, HandMarket

SYMBOLS = ("AAPL", "BTCUSD", "EURUSD")
BASE = {"AAPL": 10_000, "BTCUSD": 5_000_000, "EURUSD": 110_000}
STEPS = {"AAPL": 400, "BTCUSD": 100_000_000, "EURUSD": 50}

symbols = st.sampled_from(SYMBOLS)
sides = st.sampled_from(Side)
share = st.integers(1, 1_000)
offset = st.integers(-300, 300)
actions = st.one_of(
    st.tuples(st.just("quote"), symbols, offset, st.integers(0, 20)),
    st.tuples(st.just("market"), symbols, sides, share),
    st.tuples(st.just("limit"), symbols, sides, share, offset, st.sampled_from(TimeInForce)),
    st.tuples(st.just("cancel"), st.integers(0, 9)),
    st.tuples(st.just("close"), symbols, st.integers(1, 4)),
    st.tuples(st.just("night"), symbols),
    st.tuples(st.just("doors"), symbols),
)


class Play:
    """Carries a list of actions out; what is refused leaves the account as it was."""

    def __init__(self) -> None:
        self.market = HandMarket()
        for symbol in SYMBOLS:
            self.set(symbol, 0, 2)
        self.desk = Desk(self.market)

    def set(self, symbol: str, shift: int, spread: int) -> tuple[Decimal, Decimal]:
        tick = self.market.offered[symbol].tick_size
        bid = (BASE[symbol] + shift) * tick
        ask = bid + spread * tick
        self.market.set(symbol, bid, ask)
        return bid, ask

    def run(self, action: tuple[object, ...]) -> None:
        before = self.desk.state.sequence
        try:
            getattr(self, f"do_{action[0]}")(*action[1:])
        except Rejection:
            assert self.desk.state.sequence == before

    def do_quote(self, symbol: str, shift: int, spread: int) -> None:
        bid, ask = self.set(symbol, shift, spread)
        self.desk.quote(symbol, bid, ask)

    def do_market(self, symbol: str, side: Side, part: int) -> None:
        self.desk.place(symbol, side, self.quantity(symbol, part))

    def do_limit(
        self, symbol: str, side: Side, part: int, shift: int, time_in_force: TimeInForce
    ) -> None:
        limit = (BASE[symbol] + shift) * self.market.offered[symbol].tick_size
        self.desk.place(symbol, side, self.quantity(symbol, part), limit, time_in_force)

    def do_cancel(self, index: int) -> None:
        working = list(self.desk.state.open_orders)
        if working:
            command = CancelOrder(working[index % len(working)])
            now = self.market.time
            self.desk.carry_out(decide.cancel(self.desk.state, command, self.market, now))

    def do_close(self, symbol: str, part: int) -> None:
        position = self.desk.state.open_positions.get(symbol)
        if position is not None:
            step = self.market.offered[symbol].quantity_step
            quantity = money.floor_multiple(position.quantity / part, step) or None
            command = ClosePosition(position.position_id, quantity)
            desk, market = self.desk, self.market
            desk.carry_out(decide.close(desk.state, command, market, desk.broker, market.time))

    def do_night(self, symbol: str) -> None:
        self.market.time = (self.market.time // DAY + 1) * DAY
        self.desk.expire()

    def do_doors(self, symbol: str) -> None:
        self.market.closed ^= {symbol}

    def quantity(self, symbol: str, part: int) -> Decimal:
        item = self.market.offered[symbol]
        return part * STEPS[symbol] // 200 * item.quantity_step


@given(st.lists(actions, max_size=40))
def test_money_and_orders_add_up(steps: list[tuple[object, ...]]) -> None:
    play = Play()
    for step in steps:
        play.run(step)
        check_account(play.desk)
    check_ledger(play.desk)


@money.exact
def check_account(desk: Desk) -> None:
    state = desk.state
    positions = [*state.view().positions(PositionStatus.OPEN)]
    paid = sum(
        (
            (-1 if item.side is Side.BUY else 1) * money.value_of(item.quantity, item.price)
            for item in state.view().executions()
        ),
        Decimal(0),
    )
    cost = sum((item.sign * item.cost_basis for item in positions), Decimal(0))
    assert state.balance.balance == 100_000 + paid + cost, "money is conserved"
    assert state.balance.balance == 100_000 + state.balance.realized_pnl
    booked = state.view().activities()
    assert sum(item.amount for item in booked) == booked[-1].balance == state.balance.balance

    result = margin.figures(
        state.balance.balance,
        state.open_positions,
        state.open_orders.values(),
        desk.market,
        state.terms,
        Decimal("0.05"),
    )
    assert result.equity == state.balance.balance + result.unrealized_pnl
    assert {item.symbol for item in positions} == set(state.open_positions)


def check_ledger(desk: Desk) -> None:
    state, view = desk.state, desk.state.view()
    assert view.open_orders() == tuple(item for item in view.orders() if item.open)
    assert view.open_positions() == tuple(view.positions(PositionStatus.OPEN))
    for order in state.view().orders():
        fills = [item.quantity for item in state.view().executions_of(order)]
        assert sum(fills) == order.filled_quantity <= order.quantity
        assert order.open == (order.order_id in state.open_orders)
        assert (order.status is OrderStatus.FILLED) == (order.filled_quantity == order.quantity)
    again, audit = AccountState(), Audit()
    for transaction in desk.ledger:
        assert audit.check(transaction) == ()
        assert codec.load(codec.dump(transaction.events)) == transaction.events
        again.apply(transaction)
    assert snapshot(again) == snapshot(state)


def snapshot(state: AccountState) -> tuple[object, ...]:
    view = state.view()
    return (
        view.as_of,
        view.balance,
        view.profile,
        tuple(view.activities()),
        tuple(view.orders()),
        tuple(view.positions(PositionStatus.OPEN)),
        tuple(view.positions(PositionStatus.CLOSED)),
        tuple(view.executions()),
        dict(state.used_keys),
        tuple(state.open_orders),
        dict(state.open_positions),
        frozenset(state.filled_groups),
    )


@given(st.lists(actions, max_size=25))
def test_every_past_view_stays_as_it_was(steps: list[tuple[object, ...]]) -> None:
    play = Play()
    seen = []
    for step in steps:
        play.run(step)
        seen.append((play.desk.state.sequence, view_of(play.desk.state)))
    for sequence, then in seen:
        assert view_of(play.desk.state, sequence) == then


def view_of(state: AccountState, sequence: int | None = None) -> tuple[object, ...]:
    view = state.view(sequence)
    return (
        view.as_of,
        view.balance,
        tuple(view.orders()),
        tuple(view.positions(PositionStatus.OPEN)),
        tuple(view.executions()),
    )


GOLDEN_STEPS: list[tuple[object, ...]] = [
    ("market", "AAPL", Side.BUY, 100),
    ("limit", "AAPL", Side.SELL, 300, 150, TimeInForce.GTC),
    ("quote", "AAPL", 151, 1),
    ("market", "BTCUSD", Side.SELL, 37),
    ("quote", "BTCUSD", -211, 3),
    ("close", "BTCUSD", 3),
    ("limit", "EURUSD", Side.BUY, 900, -40, TimeInForce.DAY),
    ("doors", "EURUSD"),
    ("market", "EURUSD", Side.BUY, 500),
    ("doors", "EURUSD"),
    ("quote", "EURUSD", -10, 2),
    ("night", "EURUSD"),
    ("cancel", 0),
    ("close", "AAPL", 1),
]
GOLDEN = "292e765682f7d0bb0f92d629b1955c43bd68b19e7c30e1acd6df319aa967e598"


def test_the_same_commands_and_quotes_make_the_same_ledger_byte_for_byte() -> None:
    """A change here changes what is in everybody's ledger: it must be meant."""
    play = Play()
    for step in GOLDEN_STEPS:
        play.run(step)
    assert sha256(ledger_text(play.desk.ledger).encode()).hexdigest() == GOLDEN


def ledger_text(ledger: list[Transaction]) -> str:
    return json.dumps(
        [
            [
                item.transaction_id,
                item.sequence,
                item.epoch,
                item.recorded_at,
                item.market_time,
                codec.dump_cause(item.cause),
                codec.dump(item.events),
            ]
            for item in ledger
        ]
    )
