"""Asking without effect: what an order would do, and why one has not filled."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generated.models import (
    AccountClock,
    OrderConditionKind,
    OrderType,
    Side,
    SymbolType,
    TimeInForce,
    TriggerBy,
)
from handlers.market.bars import Bar
from handlers.trading.decisions import preview, waiting
from handlers.trading.decisions.preview import Preview
from handlers.trading.decisions.waiting import Condition
from handlers.trading.matching.models.fees import FeeModel, UnitFee, ValueFee
from handlers.trading.matching.models.latency import FixedLatency
from handlers.trading.matching.models.liquidity import ShareOfSize
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.matching.models.queue import ChanceInQueue
from handlers.trading.orders import confirmation
from handlers.trading.orders.commands import PlaceOrder, StopLoss
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import PreviewExpired, PreviewMismatch, SymbolNotFound
from tests.trading.world import DAY, START, Desk, HandMarket

BUY = PlaceOrder("AAPL", Side.BUY, OrderType.MARKET, Decimal(10), None, TimeInForce.GTC)
LIMIT = replace(BUY, type=OrderType.LIMIT, limit_price=Decimal(99))
STOP = replace(BUY, type=OrderType.STOP, stop_price=Decimal(101))


def desk_of(profile: FillProfile | None = None) -> Desk:
    market = HandMarket()
    market.set("AAPL", "100.00", "100.10", "4")
    models = FillModels({SymbolType.STOCK: profile}) if profile else None
    return Desk(market, models=models)


def previewed(desk: Desk, command: PlaceOrder) -> Preview:
    before = desk.state.sequence
    found = preview.preview(desk.state, command, desk.market, desk.broker, desk.market.time)
    assert desk.state.sequence == before
    return found


def test_a_preview_is_what_the_order_then_does() -> None:
    desk = desk_of(FillProfile(fee=UnitFee(Decimal("0.1"), Decimal(1))))
    found = previewed(desk, BUY)
    order = desk.ask(replace(BUY, confirm_id=found.confirm_id))
    assert (found.price, found.commission) == (order.average_price, order.commission)
    assert found.after == desk.figures()
    assert found.before.equity == 100_000
    assert (found.refusal, found.warnings) == (None, ())


def test_a_preview_warns_of_what_is_not_certain() -> None:
    thin = desk_of(FillProfile(liquidity=ShareOfSize(Decimal(1))))
    assert len(previewed(thin, BUY).warnings) == 2, (
        "a part fills now; the price of the rest is open"
    )
    thin.market.closed.add("AAPL")
    assert "closed" in previewed(thin, LIMIT).warnings[0]


@pytest.mark.parametrize(
    ("command", "price"),
    [
        (replace(BUY, quantity=Decimal(100_000)), "100.10"),
        (replace(BUY, side=Side.SELL, quantity=Decimal(100_000)), "100.00"),
        (replace(LIMIT, limit_price=Decimal("99.001")), "99.001"),
        (replace(STOP, stop_price=Decimal(99)), "99"),
    ],
)
def test_a_refusal_is_part_of_the_answer(command: PlaceOrder, price: str) -> None:
    found = previewed(desk_of(), command)
    assert found.refusal is not None
    assert found.price == Decimal(price)
    assert (found.confirm_id, found.after) == (None, found.before)


def test_of_an_unknown_symbol_there_is_no_preview() -> None:
    with pytest.raises(SymbolNotFound):
        previewed(desk_of(), replace(BUY, symbol="NOWHERE"))


def test_what_is_confirmed_is_that_order_and_no_other_and_not_for_ever() -> None:
    found = previewed(desk_of(), BUY)
    confirmed = replace(BUY, confirm_id=found.confirm_id, client_order_id="mine")
    until = found.valid_until
    assert until is not None
    confirmation.check("acc_1", confirmed, until)
    with pytest.raises(PreviewExpired):
        confirmation.check("acc_1", confirmed, until + 1)
    other = replace(confirmed, quantity=Decimal(11))
    for account, command in (("acc_1", other), ("acc_2", confirmed)):
        with pytest.raises(PreviewMismatch):
            confirmation.check(account, command, until)
    with pytest.raises(PreviewMismatch):
        confirmation.check("acc_1", replace(BUY, confirm_id="x"), until)


PER_UNIT = UnitFee(Decimal("0.1"))
AT_LEAST = UnitFee(Decimal("0.1"), Decimal(3))


@pytest.mark.parametrize(
    ("fee", "command", "commission"),
    [
        (PER_UNIT, LIMIT, "1"),
        (AT_LEAST, LIMIT, "3"),
        (ValueFee(Decimal("0.001")), LIMIT, "0.99"),
        (ValueFee(Decimal("0.001")), STOP, "1.01"),
        (ValueFee(Decimal("0.001")), replace(STOP, stop_loss=StopLoss(Decimal(95))), "1.01"),
        (PER_UNIT, replace(LIMIT, time_in_force=TimeInForce.IOC), "0"),
        (PER_UNIT, replace(LIMIT, quantity=Decimal(100_000)), "0"),
    ],
)
def test_a_preview_tells_the_commission_of_what_rests(
    fee: FeeModel, command: PlaceOrder, commission: str
) -> None:
    found = previewed(desk_of(FillProfile(fee=fee)), command)
    assert found.commission == Decimal(commission)


def test_a_preview_tells_the_commission_of_what_waits_and_of_both_parts() -> None:
    late = desk_of(FillProfile(fee=PER_UNIT, latency=FixedLatency(500)))
    assert previewed(late, BUY).commission == 1
    closed = desk_of(FillProfile(fee=PER_UNIT))
    closed.market.closed.add("AAPL")
    assert previewed(closed, BUY).commission == 1
    for fee, whole in ((PER_UNIT, "1"), (AT_LEAST, "3")):
        thin = desk_of(FillProfile(fee=fee, liquidity=ShareOfSize(Decimal(1))))
        assert previewed(thin, BUY).commission == Decimal(whole)


def test_the_commission_of_a_reduce_only_order_is_that_of_what_it_can_reduce() -> None:
    desk = desk_of(FillProfile(fee=PER_UNIT))
    desk.buy("AAPL", "4")
    sell = replace(BUY, side=Side.SELL, type=OrderType.LIMIT, limit_price=Decimal(110))
    assert previewed(desk, replace(sell, reduce_only=True)).commission == Decimal("0.4")
    assert previewed(desk, sell).commission == 1


def conditions(desk: Desk, order: Order) -> tuple[Condition, ...]:
    return waiting.conditions(desk.state, desk.now(order), desk.market, desk.broker)


def kinds(desk: Desk, command: PlaceOrder) -> list[OrderConditionKind]:
    return [item.kind for item in conditions(desk, desk.ask(command))]


def test_an_order_says_what_it_waits_for() -> None:
    kind, desk = OrderConditionKind, desk_of()
    assert kinds(desk, LIMIT) == [kind.LIMIT]
    assert kinds(desk, replace(LIMIT, side=Side.SELL, limit_price=Decimal(101))) == [kind.LIMIT]
    assert kinds(desk, BUY) == [], "it is filled"
    for by in TriggerBy:
        assert kinds(desk, replace(STOP, trigger_by=by)) == [kind.TRIGGER]
    both = replace(STOP, type=OrderType.STOP_LIMIT, limit_price=Decimal(100))
    assert kinds(desk, both) == [kind.TRIGGER, kind.LIMIT]
    desk.market.closed.add("AAPL")
    assert kinds(desk, BUY) == [kind.MARKET_OPEN]
    assert kinds(desk_of(FillProfile(latency=FixedLatency(5))), BUY) == [kind.VENUE]


def test_a_leg_waits_for_its_entry_and_a_reached_limit_for_the_next_quote() -> None:
    kind, desk = OrderConditionKind, desk_of()
    entry = desk.ask(replace(LIMIT, stop_loss=StopLoss(Decimal(95))))
    [leg] = desk.state.legs(entry.order_id)
    found = conditions(desk, leg)
    assert [item.kind for item in found] == [kind.PARENT, kind.TRIGGER]
    assert (found[0].order_id, found[1].price) == (entry.order_id, Decimal(95))
    desk.market.set("AAPL", "98.90", "98.95")
    assert [item.kind for item in conditions(desk, entry)] == [kind.QUOTE]
    desk.market.quotes.clear()
    assert [item.kind for item in conditions(desk, entry)] == [kind.QUOTE, kind.LIMIT]
    del desk.market.offered["AAPL"]
    assert [item.kind for item in conditions(desk, entry)] == [kind.QUOTE]


def test_an_order_waits_for_a_feed_that_is_silent() -> None:
    desk = desk_of()
    desk.stale.add("AAPL")
    order = desk.ask(BUY)
    [found] = conditions(desk, order)
    assert found.kind is OrderConditionKind.FEED
    assert found.market_time == desk.market.quotes["AAPL"].time
    desk.stale.clear()
    desk.market.time += 250
    late = desk.ask(LIMIT)
    [waits, limit] = conditions(desk, late)
    assert (waits.kind, waits.market_time) == (OrderConditionKind.QUOTE, late.working_since)
    assert limit.kind is OrderConditionKind.LIMIT


def test_a_limit_that_is_only_touched_says_that_it_queues() -> None:
    desk = desk_of(FillProfile(queue=ChanceInQueue(Decimal(0))))
    order = desk.ask(LIMIT)
    desk.quote("AAPL", "98.90", "99.00", "50")
    [found] = conditions(desk, order)
    assert found.kind is OrderConditionKind.QUEUE
    assert (found.price, found.market_price) == (Decimal(99), Decimal(99))
    assert found.model == "fills at touch with probability 0"
    desk.quote("AAPL", "98.90", "98.99", "50")
    assert conditions(desk, order) == ()


def test_an_order_says_that_a_quote_has_no_more_for_it() -> None:
    desk = desk_of(FillProfile(liquidity=ShareOfSize(Decimal("0.5"))))
    first, second = desk.ask(BUY), desk.ask(LIMIT)
    for order in (first, second):
        desk.quote("AAPL", "98.90", "98.95", "6")
        [found] = conditions(desk, order)
        assert found.kind is OrderConditionKind.LIQUIDITY
        assert (found.offered, found.taken) == (Decimal(3), Decimal(3))
        assert found.model == "0.5 of the size"
        assert found.market_price == Decimal("98.95")


def test_on_bars_it_waits_for_the_next() -> None:
    market = HandMarket()
    market.set("REC:IBM", "100", "100")
    desk = Desk(market, AccountClock.REPLAY)
    assert kinds(desk, replace(BUY, symbol="REC:IBM")) == [OrderConditionKind.BAR]
    profile = FillProfile(
        queue=ChanceInQueue(Decimal("0.3")), liquidity=ShareOfSize(Decimal("0.1"))
    )
    desk = Desk(market, AccountClock.REPLAY, FillModels({SymbolType.STOCK: profile}))
    [found] = conditions(desk, desk.ask(replace(BUY, symbol="REC:IBM")))
    assert found.model == "fills at touch with probability 0.3; 0.1 of the size"


@pytest.mark.parametrize("high", [101.0, 103.0])
def test_on_bars_a_trailing_leg_starts_at_the_open(high: float) -> None:
    market = HandMarket()
    market.set("REC:IBM", "100", "100")
    desk = Desk(market, AccountClock.REPLAY)
    trail = StopLoss(trailing_offset=Decimal(5))
    entry = desk.ask(replace(BUY, symbol="REC:IBM", stop_loss=trail))
    desk.bar("REC:IBM", Bar(START + DAY, 100.0, 100.0, 100.0, 100.0, 1.0))
    desk.bar("REC:IBM", Bar(START + 2 * DAY, 100.0, high, 99.0, 100.0, 1.0))
    [leg] = desk.state.legs(entry.order_id)
    assert leg.trail_mark is not None
    assert leg.stop_price == leg.trail_mark - 5
