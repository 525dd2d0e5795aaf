"""Random trading with leverage, calls, liquidation, nights and fees, on margin and on cash."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generated.models import AccountType, ActivityType, Side, SymbolType, TimeInForce
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking.draft import Draft
from handlers.trading.decisions import leverage_change
from handlers.trading.decisions.decide import close
from handlers.trading.ledger import codec, events
from handlers.trading.matching.models.fees import UnitFee
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.money import ZERO
from handlers.trading.orders.commands import ClosePosition
from handlers.trading.orders.rejections import Rejection
from handlers.trading.risk import financing, liquidation
from handlers.trading.risk.financing import AnnualRates
from tests.scale import scaled
from tests.trading.test_properties import ledger_text, snapshot
from tests.trading.world import DAY, Desk, HandMarket

SYMBOLS = ("AAPL", "MSFT", "EURUSD")
TICKS = {"AAPL": Decimal("0.5"), "MSFT": Decimal("0.5"), "EURUSD": Decimal("0.005")}
LOTS = {"AAPL": Decimal(100), "MSFT": Decimal(100), "EURUSD": Decimal(50_000)}
MODELS = FillModels({SymbolType.STOCK: FillProfile(fee=UnitFee(Decimal("0.005"), Decimal(1)))})
RATES = AnnualRates()
WIDTH = 5

drawn = st.binary(min_size=5 * WIDTH, max_size=60 * WIDTH)
kinds = st.sampled_from(AccountType)


class MarginWalk:
    """Every five bytes are a step; what is refused leaves no trace."""

    def __init__(self, kind: AccountType) -> None:
        self.market = HandMarket()
        self.prices = {"AAPL": Decimal(100), "MSFT": Decimal(80), "EURUSD": Decimal(1)}
        for symbol in SYMBOLS:
            self.market.set(symbol, self.prices[symbol], self.prices[symbol])
        self.desk = Desk(self.market, models=MODELS, kind=kind)
        self.enforced = False

    def take(self, step: bytes) -> None:
        self.enforced = False
        before, kind, symbol = self.desk.state.sequence, step[0] % 16, SYMBOLS[step[1] % 3]
        try:
            self._take(kind, symbol, step[2], step[3], step[4])
        except Rejection:
            assert self.desk.state.sequence == before
        self.desk.expire()

    def _take(self, kind: int, symbol: str, one: int, two: int, three: int) -> None:
        if kind < 7:
            self._quote(symbol, (one % 9 - 4) * (5 if two % 4 == 0 else 1), two % 3)
        elif kind < 11:
            side = Side.BUY if three // 4 % 3 else Side.SELL
            gap = None if three % 4 else (two % 9 - 4) * TICKS[symbol]
            limit = None if gap is None else self.prices[symbol] + gap
            self.desk.place(symbol, side, (one % 16 + 1) * LOTS[symbol], limit, TimeInForce.GTC)
        elif kind < 12:
            self._close(symbol, one % 3 + 1)
        elif kind < 14:
            leverage = Decimal(one % 40 + 1) / 2
            self._draft(
                leverage_change.change(
                    self.desk.state, symbol, leverage, self.market, self.market.time
                )
            )
        elif kind == 14:
            self.market.closed ^= {symbol}
        else:
            self.market.time = (self.market.time // DAY + 1 + one % 3) * DAY
            self._draft(financing.charge(self.desk.state, self.market, RATES, self.market.time))

    def _quote(self, symbol: str, ticks: int, spread: int) -> None:
        tick = TICKS[symbol]
        self.prices[symbol] = max(tick, self.prices[symbol] + ticks * tick)
        bid = self.prices[symbol]
        if spread == 0:
            self.market.closed.discard(symbol)
        if symbol not in self.market.closed:
            self.desk.quote(symbol, bid, bid + spread * tick)
            self.enforce()

    def enforce(self) -> None:
        """Until nothing is left to be done, which is soon."""
        self.enforced = True
        for _ in range(4):
            now = self.market.time
            draft = liquidation.enforce(self.desk.state, self.market, self.desk.broker, now)
            if draft is None:
                return
            self._draft(draft)
        raise AssertionError("it does not come to an end")

    def _close(self, symbol: str, part: int) -> None:
        position = self.desk.state.open_positions.get(symbol)
        if position is not None:
            step = self.market.offered[symbol].quantity_step
            quantity = money.floor_multiple(position.quantity / part, step) or None
            command = ClosePosition(position.position_id, quantity)
            desk, market = self.desk, self.market
            self._draft(close(desk.state, command, market, desk.broker, market.time))

    def _draft(self, draft: Draft | None) -> None:
        if draft is not None:
            self.desk.carry_out(draft)


@money.exact
def check_account(walk: MarginWalk) -> None:
    state, result = walk.desk.state, walk.desk.figures()
    booked = state.view().activities()
    assert state.balance.balance == sum((item.amount for item in booked), ZERO)
    held = [ActivityType.FINANCING, ActivityType.BORROW_FEE]
    costs = sum((item.amount for item in booked if item.kind in held), ZERO)
    earned = 100_000 + state.balance.realized_pnl - state.balance.commission + costs
    if state.terms.in_full:
        cost = sum((item.cost_basis for item in state.open_positions.values()), ZERO)
        assert state.balance.balance == earned - cost
        assert state.balance.balance >= 0
        assert all(item.sign == 1 for item in state.open_positions.values())
        assert result.equity == state.balance.balance + result.market_value
        assert (state.standing.call, costs) == (None, ZERO)
        return
    assert state.balance.balance == earned
    assert result.equity == state.balance.balance + result.unrealized_pnl


@money.exact
def check_enforced(walk: MarginWalk) -> None:
    """While equity is below the margin all is closed that can be, or is on its way to that."""
    state, market = walk.desk.state, walk.market
    found = liquidation.figures(state, market)
    if found.equity < found.maintenance_margin:
        assert state.standing.call is not None
        waits = any(order_id in state.open_orders for order_id in state.standing.liquidations)
        held = {item.symbol for item in state.open_positions.values()}
        assert waits or not any(market.is_open(item) for item in held)
        assert all(item.reduce_only for item in state.open_orders.values())


def walked(data: bytes, kind: AccountType) -> MarginWalk:
    walk = MarginWalk(kind)
    for at in range(0, len(data) - WIDTH + 1, WIDTH):
        walk.take(data[at : at + WIDTH])
        check_account(walk)
        if walk.enforced:
            check_enforced(walk)
    return walk


def check(data: bytes, kind: AccountType) -> None:
    walk = walked(data, kind)
    again = AccountState()
    for item in walk.desk.ledger:
        assert codec.load(codec.dump(item.events)) == item.events
        again.apply(item)
    assert snapshot(again) == snapshot(walk.desk.state)
    assert again.standing == walk.desk.state.standing


@settings(max_examples=50)
@given(drawn, kinds)
def test_whatever_happens_the_margin_is_right(data: bytes, kind: AccountType) -> None:
    check(data, kind)


@pytest.mark.fuzz
def test_whatever_happens_to_the_margin_many_times() -> None:
    settings(max_examples=scaled(100, 10_000))(given(drawn, kinds)(check))()


def test_the_same_steps_make_the_same_ledger() -> None:
    data = Random(7).randbytes(60 * WIDTH)
    first, second = (walked(data, AccountType.MARGIN) for _ in range(2))
    assert ledger_text(first.desk.ledger) == ledger_text(second.desk.ledger)


def test_the_walks_come_everywhere() -> None:
    wanted: set[type[object]] = {
        events.LeverageChanged,
        events.MarginCalled,
        events.MarginRestored,
        events.LiquidationOrdered,
        events.FinancingCharged,
    }
    for seed in range(40):
        walk = walked(Random(seed).randbytes(60 * WIDTH), AccountType.MARGIN)
        wanted -= {type(event) for item in walk.desk.ledger for event in item.events}
        if not wanted:
            return
    raise AssertionError(f"never seen: {wanted}")
