"""Hard situations, each played to its end: what the golden ledgers hold."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from typing_extensions import override

from generated.models import (
    AccountClock,
    OrderType,
    Side,
    SymbolType,
    TimeInForce,
    TrailingOffsetType,
)
from handlers.feeds.calendars import ExchangeSessions
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.trading.booking.draft import Draft
from handlers.trading.decisions import amending, decide, protecting
from handlers.trading.matching import venue
from handlers.trading.matching.models.fees import UnitFee
from handlers.trading.matching.models.latency import FixedLatency, UniformLatency
from handlers.trading.matching.models.liquidity import ShareOfSize
from handlers.trading.matching.models.modeled import ModeledFills
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.matching.models.queue import ChanceInQueue
from handlers.trading.matching.models.slippage import SpreadSlippage
from handlers.trading.orders.commands import (
    ClosePosition,
    ModifyOrder,
    PlaceOrder,
    ReversePosition,
    StopLoss,
    TakeProfit,
)
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import Rejection
from handlers.trading.risk import liquidation
from tests.trading.replay_desk import IBM, OPEN, ReplayDesk, bracketed, dividend, split
from tests.trading.world import DAY, START, Desk, HandMarket

SEED: Final = "golden"
MINUTE: Final = 60_000
HALF_DAY: Final = 1_795_795_200_000
"""2026-11-27 16:00 UTC, the Friday after Thanksgiving: New York closes at 18:00 UTC."""
BUY: Final = PlaceOrder("AAPL", Side.BUY, OrderType.MARKET, Decimal(10), None, TimeInForce.GTC)
BRACKET: Final = replace(BUY, take_profit=TakeProfit(Decimal(110)), stop_loss=StopLoss(Decimal(95)))


def desk_of(**models: object) -> Desk:
    """AAPL at 100.00 to 100.10, and the models that are given."""
    market = HandMarket()
    market.set("AAPL", "100.00", "100.10", "1000")
    profile = FillProfile(**models)  # type: ignore[arg-type]
    return Desk(market, models=FillModels({SymbolType.STOCK: profile}, SEED))


class HalfDayMarket(HandMarket):
    """AAPL in the hours of New York."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions = ExchangeSessions("XNYS", "2026-11-16", "2026-12-11")
        self.time = HALF_DAY

    @override
    def is_open(self, symbol_id: str) -> bool:
        return self.sessions.is_open(self.time)

    @override
    def session_end(self, symbol_id: str, at: int | None = None) -> int | None:
        bounds = self.sessions.session_bounds(self.time if at is None else at)
        return bounds[1] if bounds else None


def refused(act: Callable[[], object]) -> str:
    """The code and the faults of the refusal that this must meet."""
    try:
        act()
    except Rejection as error:
        faults = "; ".join(
            f"{each.field} {each.rule} nearest {each.nearest}" for each in error.faults
        )
        return f"{error.code}: {faults}"
    raise AssertionError("nothing was refused")


def _book(desk: Desk, draft: Draft | None) -> None:
    assert draft is not None
    desk.carry_out(draft)


def _close(desk: Desk, quantity: str | None = None) -> Draft:
    position = desk.state.open_positions["AAPL"]
    command = ClosePosition(position.position_id, None if quantity is None else Decimal(quantity))
    return decide.close(desk.state, command, desk.market, desk.broker, desk.market.time)


def _reverse(desk: Desk) -> Draft:
    command = ReversePosition(desk.state.open_positions["AAPL"].position_id)
    return protecting.reverse(desk.state, command, desk.market, desk.broker, desk.market.time)


def _modify(desk: Desk, order: Order, quantity: str) -> Draft | None:
    command = ModifyOrder(order.order_id, quantity=Decimal(quantity))
    return amending.modify(desk.state, command, desk.market, desk.broker, desk.market.time)


def gap_through_a_stop() -> tuple[Desk, list[str]]:
    desk = desk_of(slippage=SpreadSlippage(Decimal("0.5")))
    desk.ask(replace(BUY, stop_loss=StopLoss(Decimal(95))))
    desk.quote("AAPL", "96.00", "96.10")
    desk.quote("AAPL", "80.00", "80.20")
    return desk, []


def gap_through_both_legs() -> tuple[Desk, list[str]]:
    market = HandMarket()
    market.set(IBM, "100", "100")
    desk = Desk(market, AccountClock.REPLAY)
    desk.ask(replace(BRACKET, symbol=IBM))
    desk.bar(IBM, Bar(START + DAY, 100.0, 101.0, 99.0, 100.0, 1_000.0))
    desk.bar(IBM, Bar(START + 2 * DAY, 100.0, 120.0, 90.0, 100.0, 1_000.0))
    return desk, []


def stopped_on_the_day_of_entry() -> tuple[Desk, list[str]]:
    market = HandMarket()
    market.set(IBM, "100", "100")
    desk = Desk(market, AccountClock.REPLAY)
    desk.ask(replace(BRACKET, symbol=IBM))
    desk.bar(IBM, Bar(START + DAY, 100.0, 120.0, 80.0, 82.0, 1_000.0))
    return desk, []


def bracket_with_partial_entry() -> tuple[Desk, list[str]]:
    desk = desk_of(liquidity=ShareOfSize(Decimal("0.5")), latency=UniformLatency(20, 80))
    entry = desk.ask(replace(BRACKET, type=OrderType.LIMIT, limit_price=Decimal(99)))
    desk.quote("AAPL", "98.90", "99.00", "6")
    desk.quote("AAPL", "98.80", "98.90", "4")
    desk.cancel(entry)
    desk.quote("AAPL", "110.20", "110.30", "8")
    desk.quote("AAPL", "94.00", "94.10", "100")
    return desk, []


def two_entries_and_a_manual_close() -> tuple[Desk, list[str]]:
    desk = desk_of()
    desk.ask(BRACKET)
    desk.ask(replace(BRACKET, quantity=Decimal(5), stop_loss=StopLoss(Decimal(90))))
    _book(desk, _close(desk, "8"))
    desk.quote("AAPL", "99.00", "99.10")
    _book(desk, _close(desk))
    return desk, []


def modify_below_the_filled_quantity() -> tuple[Desk, list[str]]:
    """Fills are there before the first modify is, and a modify before the last fill is."""
    desk = desk_of(latency=FixedLatency(400), liquidity=ShareOfSize(Decimal(1)))
    order = desk.ask(replace(BUY, type=OrderType.LIMIT, limit_price=Decimal(99)))
    desk.quote("AAPL", "99.20", "99.30", "100")
    desk.quote("AAPL", "99.20", "99.30", "100")
    _book(desk, _modify(desk, order, "5"))
    desk.quote("AAPL", "98.90", "99.00", "6")
    desk.quote("AAPL", "99.20", "99.30", "100")
    desk.expire()
    said = refused(lambda: _modify(desk, order, "6"))
    on_its_way = venue.on_quote(desk.now(order), _shown(desk, "98.90", "99.00"), _best(desk))
    _shown(desk, "99.20", "99.30")
    _book(desk, _modify(desk, order, "8"))
    desk.market.time += 400
    desk.expire()
    desk.on_reports("acc_1", on_its_way)
    return desk, [said, refused(lambda: _modify(desk, order, "9"))]


def _shown(desk: Desk, bid: str, ask: str) -> Quote:
    return desk.market.set("AAPL", bid, ask, "100")


def _best(desk: Desk) -> ModeledFills:
    return ModeledFills(FillModels(), desk.market.offered["AAPL"])


def reverse_under_margin() -> tuple[Desk, list[str]]:
    desk = desk_of(fee=UnitFee(Decimal("0.005"), Decimal(1)))
    desk.ask(replace(BUY, quantity=Decimal(1_500)))
    desk.quote("AAPL", "60.00", "60.10")
    said = refused(lambda: desk.carry_out(_reverse(desk)))
    desk.quote("AAPL", "101.00", "101.10")
    _book(desk, _reverse(desk))
    return desk, [said]


def close_at_zero_free_margin() -> tuple[Desk, list[str]]:
    desk = desk_of()
    desk.quote("AAPL", "100.00", "100.00")
    desk.ask(replace(BUY, quantity=Decimal(2_000)))
    assert desk.figures().available_funds == 0
    said = refused(lambda: desk.ask(BUY))
    _book(desk, _close(desk))
    return desk, [said]


def liquidated() -> tuple[Desk, list[str]]:
    desk = desk_of()
    desk.quote("AAPL", "100.00", "100.00")
    desk.ask(replace(BUY, quantity=Decimal(1_950), stop_loss=StopLoss(Decimal(50))))
    desk.ask(replace(BUY, type=OrderType.LIMIT, limit_price=Decimal(60)))
    for price in ("70.00", "64.00"):
        desk.quote("AAPL", price, price)
        _book(desk, liquidation.enforce(desk.state, desk.market, desk.broker, desk.market.time))
    return desk, []


def day_orders_on_a_half_day() -> tuple[Desk, list[str]]:
    market = HalfDayMarket()
    market.set("AAPL", "100.00", "100.10")
    desk = Desk(market)
    day = replace(BUY, type=OrderType.LIMIT, limit_price=Decimal(90), time_in_force=TimeInForce.DAY)
    desk.ask(day)
    market.time = HALF_DAY + 2 * 60 * MINUTE - 1
    desk.expire()
    assert desk.state.open_orders, "it works until the last millisecond"
    market.time += 1
    desk.expire()
    desk.ask(day)
    market.time += 3 * DAY - 60 * MINUTE
    market.set("AAPL", "100.00", "100.10")
    desk.expire()
    assert desk.state.open_orders, "entered after the close: of Monday"
    market.time += 5 * 60 * MINUTE
    desk.expire()
    return desk, []


def minimum_fee_over_ten_partials() -> tuple[Desk, list[str]]:
    desk = desk_of(fee=UnitFee(Decimal("0.005"), Decimal(1)), liquidity=ShareOfSize(Decimal("0.1")))
    desk.ask(replace(BUY, quantity=Decimal(250), type=OrderType.LIMIT, limit_price=Decimal(99)))
    for cents in range(10):
        desk.quote("AAPL", "98.80", Decimal("98.90") + Decimal(cents) / 100, "250")
    return desk, []


def queue_at_the_touch() -> tuple[Desk, list[str]]:
    desk = desk_of(queue=ChanceInQueue(Decimal("0.3")), latency=UniformLatency(0, 400))
    desk.ask(replace(BUY, type=OrderType.LIMIT, limit_price=Decimal(99)))
    desk.quote("AAPL", "99.20", "99.30")
    desk.quote("AAPL", "99.20", "99.30")
    for _ in range(12):
        desk.quote("AAPL", "98.90", "99.00")
    return desk, []


def split_through_a_bracket() -> tuple[Desk, list[str]]:
    desk = ReplayDesk()
    bracketed(desk)
    desk.rest(Side.BUY, "7", OrderType.LIMIT, limit_price="80.01")
    desk.rest(Side.BUY, "3", OrderType.STOP, stop_price="120.01")
    desk.announce(split(2))
    desk.day(OPEN, "50", "61", "49", "60")
    return desk, []


def split_with_open_orders() -> tuple[Desk, list[str]]:
    """Held ten with legs, and orders of all kinds; then 2:1, a dividend, and the days after."""
    desk = ReplayDesk()
    desk.market.session_ends[IBM] = OPEN - 1
    bracketed(desk)
    desk.rest(Side.BUY, "10", OrderType.LIMIT, limit_price="90.01")
    desk.rest(Side.BUY, "3", OrderType.STOP, stop_price="130.01")
    desk.rest(Side.SELL, "7", OrderType.STOP_LIMIT, stop_price="70.01", limit_price="69.99")
    percent = {"trailing_offset": "20", "trailing_offset_type": TrailingOffsetType.PERCENT}
    desk.rest(Side.SELL, "4", OrderType.TRAILING_STOP, **percent)
    desk.place(IBM, Side.BUY, "5", "80")  # for the day, which ends before
    desk.day(OPEN - DAY, "100", "101", "99", "100")
    desk.announce(split(2), dividend("0.5"))
    desk.day(OPEN, "50", "51", "46", "47")
    desk.day(OPEN + DAY, "46", "47", "44.5", "46")
    desk.day(OPEN + 2 * DAY, "46", "66", "46", "65.5")
    return desk, []


SITUATIONS: Final = {
    item.__name__: item
    for item in (
        gap_through_a_stop,
        gap_through_both_legs,
        stopped_on_the_day_of_entry,
        bracket_with_partial_entry,
        two_entries_and_a_manual_close,
        modify_below_the_filled_quantity,
        reverse_under_margin,
        close_at_zero_free_margin,
        liquidated,
        day_orders_on_a_half_day,
        minimum_fee_over_ten_partials,
        queue_at_the_touch,
        split_through_a_bracket,
        split_with_open_orders,
    )
}
