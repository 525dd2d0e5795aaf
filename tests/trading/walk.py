"""Random walks of a trader and a market: how a desk takes each step."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from generated.models import OrderType, Side, SymbolType, TimeInForce, TrailingOffsetType
from handlers.brokers.paper import PaperBroker
from handlers.market.quotes import Quote
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking.draft import Draft
from handlers.trading.decisions import amending, decide, protecting
from handlers.trading.ledger import codec
from handlers.trading.matching.models.fees import UnitFee
from handlers.trading.matching.models.latency import UniformLatency
from handlers.trading.matching.models.liquidity import ShareOfSize
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.matching.models.queue import ChanceInQueue
from handlers.trading.matching.models.slippage import TickSlippage
from handlers.trading.orders.commands import (
    CancelOrders,
    ClosePosition,
    ModifyOrder,
    PlaceOrder,
    ReversePosition,
    SetPositionBrackets,
    StopLoss,
    TakeProfit,
)
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import Rejection
from handlers.trading.positions.position import Position
from tests.trading.steps import (
    SYMBOLS,
    Canceled,
    CanceledAll,
    Closed,
    Doors,
    Modified,
    Night,
    Placed,
    Protected,
    Quoted,
    Restarted,
    Reversed,
    Step,
)
from tests.trading.world import DAY, Desk, HandMarket

BASE: Final = {"AAPL": Decimal(100), "EURUSD": Decimal("1.1")}
UNIT: Final = {"AAPL": Decimal("0.05"), "EURUSD": Decimal("0.0005")}
LOT: Final = {"AAPL": Decimal(20), "EURUSD": Decimal(5000)}
TIMES: Final = tuple(TimeInForce)
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
            case Modified():
                self._modify(step)
            case CanceledAll(symbol):
                many = CancelOrders(symbol)
                self._book(decide.cancel_many(self.desk.state, many, self.market, self.market.time))
            case Closed(symbol) | Reversed(symbol) | Protected(symbol):
                position = self.desk.state.open_positions.get(symbol)
                if position is not None:
                    self._book(self._about(position, step))
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
            post_only=step.flag in (2, 4, 5) and step.type is OrderType.LIMIT,
            take_profit=TakeProfit(entry + up * step.profit * unit) if step.profit else None,
            stop_loss=_stop_loss(step.loss, entry, unit * up) if step.loss else None,
            oco_group_id=self._group(step),
        )
        return _trailing(command, step, unit)

    def _group(self, step: Placed) -> str | None:
        """The group of that number that has not filled yet."""
        if not step.group:
            return None
        name = f"group_{step.group}_{step.symbol}"
        filled = sum(item.startswith(name) for item in self.desk.state.filled_groups)
        return f"{name}_{filled}"

    def _about(self, position: Position, step: Closed | Reversed | Protected) -> Draft | None:
        state, market, venue, now = *self._present(), self.market.time
        name, unit = position.position_id, UNIT[step.symbol] * position.sign
        match step:
            case Closed():
                lot = self.market.offered[step.symbol].quantity_step
                part = money.floor_multiple(position.quantity / step.part, lot)
                return decide.close(state, ClosePosition(name, part or None), market, venue, now)
            case Reversed():
                return protecting.reverse(state, ReversePosition(name), market, venue, now)
            case Protected():
                price = self.market.quotes[step.symbol].bid
                profit = TakeProfit(price + step.profit * unit) if step.profit else None
                loss = _stop_loss(step.loss, price, unit) if step.loss else None
                legs = SetPositionBrackets(name, profit, loss)
                return protecting.set_brackets(state, legs, market, now)

    def _modify(self, step: Modified) -> None:
        orders = list(self.desk.state.open_orders.values())
        if not orders:
            return
        order = orders[step.index % len(orders)]
        state, market, venue, now = *self._present(), self.market.time
        command = modification(order, step, self.market.quotes[order.symbol])
        self._book(amending.modify(state, command, market, venue, now))

    def _present(self) -> tuple[AccountState, HandMarket, PaperBroker]:
        return self.desk.state, self.market, self.desk.broker

    def _book(self, draft: Draft | None) -> None:
        if draft is not None:
            self.desk.carry_out(draft)

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


def modification(order: Order, step: Modified, quote: Quote) -> ModifyOrder:
    """Of one of the order's terms."""
    unit, up = UNIT[order.symbol], 1 if order.side is Side.BUY else -1
    change = step.by * unit
    entry = order.limit_price or order.stop_price or (quote.ask if up == 1 else quote.bid)
    blank = ModifyOrder(order.order_id)
    match step.which:
        case 0:
            return replace(blank, quantity=order.quantity + step.by * LOT[order.symbol])
        case 1:
            return replace(blank, limit_price=(order.limit_price or entry) + change)
        case 2 if order.trailing_offset is not None:
            return replace(blank, trailing_offset=order.trailing_offset + change)
        case 2:
            return replace(blank, stop_price=(order.stop_price or entry) + change)
        case 3:
            return replace(blank, time_in_force=TIMES[step.by])
        case 4:
            profit = TakeProfit(entry + abs(change) * up) if step.by else None
            return replace(blank, take_profit=profit)
        case _:
            loss = _stop_loss(abs(step.by), entry, unit * up) if step.by else None
            return replace(blank, stop_loss=loss)


def _stop_loss(distance: int, entry: Decimal, down: Decimal) -> StopLoss:
    stop = entry - distance * down
    match distance % 3:
        case 0:
            return StopLoss(trailing_offset=distance * abs(down))
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
