"""Random walks of a trader and a market: how a desk takes each step."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from generated.models import (
    OrderType,
    Side,
    SymbolType,
    TimeInForce,
    TrailingOffsetType,
)
from handlers.brokers.paper import PaperBroker
from handlers.trading import codec, decide, money
from handlers.trading.account import AccountState
from handlers.trading.commands import ClosePosition, PlaceOrder, StopLoss, TakeProfit
from handlers.trading.models.fees import UnitFee
from handlers.trading.models.latency import UniformLatency
from handlers.trading.models.liquidity import ShareOfSize
from handlers.trading.models.profile import FillModels, FillProfile
from handlers.trading.models.queue import ChanceInQueue
from handlers.trading.models.slippage import TickSlippage
from handlers.trading.rejections import Rejection
from tests.trading.steps import (
    SYMBOLS,
    Canceled,
    Closed,
    Doors,
    Night,
    Placed,
    Quoted,
    Restarted,
    Step,
)
from tests.trading.world import DAY, Desk, HandMarket

BASE: Final = {"AAPL": Decimal(100), "EURUSD": Decimal("1.1")}
UNIT: Final = {"AAPL": Decimal("0.05"), "EURUSD": Decimal("0.0005")}
LOT: Final = {"AAPL": Decimal(20), "EURUSD": Decimal(5000)}
FAR: Final = 100
"""The market goes no further from its base."""
SLIP: Final = 2
FEE: Final = UnitFee(Decimal("0.005"), Decimal(1))
PROFILE: Final = FillProfile(
    TickSlippage(SLIP),
    FEE,
    UniformLatency(0, 600),
    ShareOfSize(Decimal("0.5")),
    ChanceInQueue(Decimal("0.5")),
)


class Walk:
    """A refused step leaves the account as it was."""

    def __init__(self, *, modeled: bool) -> None:
        self.market = HandMarket()
        self.models = FillModels({SymbolType.STOCK: PROFILE}) if modeled else None
        self.level = dict.fromkeys(SYMBOLS, 0)
        for symbol in SYMBOLS:
            self._set(Quoted(symbol, 0, 2, 100))
        self.desk = Desk(self.market, models=self.models)
        self.refused = 0

    def take(self, step: Step) -> None:
        before = self.desk.state.sequence
        try:
            self._take(step)
        except Rejection:
            self.refused += 1
            assert self.desk.state.sequence == before, "a refusal leaves no trace"
        self.desk.expire()

    def _take(self, step: Step) -> None:
        match step:
            case Quoted():
                self.market.time += 250
                self.desk.broker.on_quote(self.market.quotes[self._set(step)])
            case Placed():
                self.desk.carry_out(self.desk.decided(self.command(step)))
            case Canceled(index):
                orders = list(self.desk.state.open_orders.values())
                if orders:
                    self.desk.cancel(orders[index % len(orders)])
            case Closed():
                self._close(step)
            case Doors(symbol):
                self.market.closed ^= {symbol}
            case Night():
                self.market.time = (self.market.time // DAY + 1) * DAY
            case Restarted():
                self._restart()

    def command(self, step: Placed) -> PlaceOrder:
        """The order with its prices around the present ones."""
        quote, unit = self.market.quotes[step.symbol], UNIT[step.symbol]
        up = 1 if step.side is Side.BUY else -1
        touch = quote.ask if up == 1 else quote.bid
        stops = step.type in (OrderType.STOP, OrderType.STOP_LIMIT)
        entry = touch + up * step.distance * unit if stops else touch
        limit = None
        if step.type in (OrderType.LIMIT, OrderType.STOP_LIMIT):
            limit = entry - up * step.gap * unit
        gtd = step.time_in_force is TimeInForce.GTD
        command = PlaceOrder(
            step.symbol,
            step.side,
            step.type,
            step.lots * LOT[step.symbol],
            limit,
            step.time_in_force,
            stop_price=entry if stops else None,
            trigger_by=step.trigger_by,
            expires_at=self.market.time + 500 * step.distance if gtd else None,
            reduce_only=step.flag == 1,
            post_only=step.flag == 2 and step.type is OrderType.LIMIT,
            take_profit=TakeProfit(entry + up * step.profit * unit) if step.profit else None,
            stop_loss=_stop_loss(step, entry, unit * up) if step.loss else None,
            oco_group_id=f"group_{step.group}_{step.symbol}" if step.group else None,
        )
        return _trailing(command, step, unit)

    def _close(self, step: Closed) -> None:
        position = self.desk.state.open_positions.get(step.symbol)
        if position is not None:
            lot = self.market.offered[step.symbol].quantity_step
            part = money.floor_multiple(position.quantity / step.part, lot)
            command = ClosePosition(position.position_id, part or None)
            desk, market = self.desk, self.market
            desk.carry_out(decide.close(desk.state, command, market, desk.broker, market.time))

    def _set(self, step: Quoted) -> str:
        unit = UNIT[step.symbol]
        level = max(-FAR, min(FAR, self.level[step.symbol] + step.move))
        self.level[step.symbol] = level
        bid = BASE[step.symbol] + level * unit
        self.market.set(
            step.symbol, bid, bid + step.spread * unit / 5, step.size * LOT[step.symbol] / 20
        )
        return step.symbol

    def _restart(self) -> None:
        """All that is left is the ledger, as text."""
        desk, state = self.desk, AccountState()
        for transaction in desk.ledger:
            state.apply(replace(transaction, events=codec.load(codec.dump(transaction.events))))
        desk.state = state
        desk.expire()
        desk.broker = PaperBroker(self.market, self.models)
        desk.broker.connect(desk)
        for order in desk.state.open_orders.values():
            desk.broker.work("acc_1", order)


def _stop_loss(step: Placed, entry: Decimal, down: Decimal) -> StopLoss:
    stop = entry - step.loss * down
    match step.loss % 3:
        case 0:
            return StopLoss(trailing_offset=step.loss * abs(down))
        case 1:
            return StopLoss(stop)
        case _:
            return StopLoss(stop, stop - 3 * down)


def _trailing(command: PlaceOrder, step: Placed, unit: Decimal) -> PlaceOrder:
    if step.type is not OrderType.TRAILING_STOP:
        return command
    if step.flag != 3:
        return replace(command, trailing_offset=step.distance * unit)
    percent = TrailingOffsetType.PERCENT
    return replace(
        command, trailing_offset=Decimal(step.distance) / 20, trailing_offset_type=percent
    )
