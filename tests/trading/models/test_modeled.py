"""What slippage, liquidity, the queue, latency and fees do to the orders of an account."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from typing_extensions import override

from generated.models import (
    AccountClock,
    ActivityType,
    OrderStatus,
    OrderType,
    Side,
    SymbolType,
    TimeInForce,
)
from handlers.market.bars import Bar
from handlers.market.quotes import Quote
from handlers.trading import money
from handlers.trading.accounts.execution import Execution
from handlers.trading.decisions import amending, decide
from handlers.trading.ledger.events import BalanceChanged, QuoteBasis
from handlers.trading.matching.models.fees import UnitFee, ValueFee
from handlers.trading.matching.models.latency import FixedLatency
from handlers.trading.matching.models.liquidity import ShareOfSize
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.matching.models.queue import ChanceInQueue
from handlers.trading.matching.models.slippage import SpreadSlippage, TickSlippage
from handlers.trading.orders.commands import ClosePosition, ModifyOrder, PlaceOrder
from handlers.trading.orders.rejections import InsufficientMargin
from tests.trading.world import DAY, START, Desk, HandMarket

HALF = ShareOfSize(Decimal("0.5"))
NEVER = ChanceInQueue(Decimal(0))


def desk(clock: AccountClock = AccountClock.LIVE, size: str = "100", **models: Any) -> Desk:
    market = HandMarket()
    market.set("AAPL", "99.99", "100.01", size)
    market.set("REC:IBM", "99", "99", size)
    profile = FillProfile(**models)
    return Desk(market, clock, FillModels({SymbolType.STOCK: profile}))


def limit(price: str, quantity: str = "10", side: Side = Side.BUY, **more: Any) -> PlaceOrder:
    return PlaceOrder("AAPL", side, OrderType.LIMIT, Decimal(quantity), Decimal(price), **more)


def market(quantity: str = "10", side: Side = Side.BUY, **more: Any) -> PlaceOrder:
    return PlaceOrder("AAPL", side, OrderType.MARKET, Decimal(quantity), **more)


def fills(of: Desk) -> list[tuple[str, str]]:
    return [(money.text(item.quantity), money.text(item.price)) for item in executions(of)]


def executions(of: Desk) -> tuple[Execution, ...]:
    return tuple(of.state.view().executions())


def test_a_market_order_slips_and_its_execution_says_so() -> None:
    of = desk(slippage=TickSlippage(2))
    of.ask(market())
    [bought] = executions(of)
    assert bought.price == Decimal("100.03")
    assert bought.model == "quote; slippage of 2 ticks"
    assert bought.rule == "a market buy takes the ask, 0.02 worse"
    assert bought.basis == QuoteBasis(START, Decimal("99.99"), Decimal("100.01"), Decimal("100.01"))
    of.ask(market(side=Side.SELL))
    assert executions(of)[1].price == Decimal("99.97")


def test_a_limit_slips_to_its_limit_at_most_and_not_at_all_when_it_rested() -> None:
    of = desk(slippage=TickSlippage(5))
    of.ask(limit("100.03"))
    of.ask(limit("99.50"))
    of.quote("AAPL", "99.47", "99.49")
    assert fills(of) == [("10", "100.03"), ("10", "99.49")]


def test_a_triggered_stop_limit_takes() -> None:
    of = desk(slippage=TickSlippage(5))
    of.ask(
        PlaceOrder(
            "AAPL",
            Side.BUY,
            OrderType.STOP_LIMIT,
            Decimal(10),
            stop_price=Decimal("101.00"),
            limit_price=Decimal("101.20"),
        )
    )
    of.quote("AAPL", "101.00", "101.02")
    assert fills(of) == [("10", "101.07")]


def test_at_touch_the_queue_decides_and_beyond_it_nothing_stands_before_the_order() -> None:
    of = desk(queue=NEVER)
    order = of.ask(limit("99.50"))
    of.quote("AAPL", "99.48", "99.50")
    assert of.now(order).status is OrderStatus.WORKING
    of.quote("AAPL", "99.47", "99.49")
    assert fills(of) == [("10", "99.49")]

    taking = of.ask(limit("99.49"))
    assert of.now(taking).status is OrderStatus.FILLED, "who takes does not queue"


def test_a_large_order_fills_in_parts_of_what_each_quote_shows() -> None:
    of = desk(size="80", liquidity=HALF)
    order = of.ask(market("100"))
    assert of.now(order).filled_quantity == 40
    of.quote("AAPL", "99.99", "100.02", "80")
    of.quote("AAPL", "99.99", "100.03", "80")
    assert fills(of) == [("40", "100.01"), ("40", "100.02"), ("20", "100.03")]
    assert of.now(order).status is OrderStatus.FILLED


def test_the_orders_of_an_account_share_one_quote_and_no_other() -> None:
    of = desk(size="20", liquidity=HALF)
    first, second = of.ask(market("8")), of.ask(market("8"))
    assert of.now(first).status is OrderStatus.FILLED
    assert of.now(second).filled_quantity == 2
    of.broker.on_quote(of.market.quotes["AAPL"])
    assert of.now(second).filled_quantity == 2, "the same quote again offers nothing more"
    sold = of.ask(market("8", Side.SELL))
    assert of.now(sold).status is OrderStatus.FILLED, "the bid has a size of its own"

    for price in ("99.50", "99.49"):
        of.ask(limit(price, "8"))
    of.quote("AAPL", "99.40", "99.41", "20")
    assert [quantity for quantity, _ in fills(of)[3:]] == ["6", "4"]


def test_ioc_takes_its_part_and_ends_and_fok_takes_all_or_nothing() -> None:
    of = desk(size="20", liquidity=HALF)
    ioc = of.ask(market("6", time_in_force=TimeInForce.IOC))
    assert of.now(ioc).status is OrderStatus.FILLED
    ioc = of.ask(market("6", time_in_force=TimeInForce.IOC))
    assert (of.now(ioc).status, of.now(ioc).filled_quantity) == (OrderStatus.CANCELED, Decimal(4))
    assert of.now(ioc).reason == "not_filled_at_once"

    of.market.time += 1
    of.market.set("AAPL", "99.99", "100.01", "20")
    fok = of.ask(market("11", time_in_force=TimeInForce.FOK))
    assert (of.now(fok).status, of.now(fok).filled_quantity) == (OrderStatus.CANCELED, Decimal(0))
    fok = of.ask(market("10", time_in_force=TimeInForce.FOK))
    assert of.now(fok).status is OrderStatus.FILLED
    fok = of.ask(market("1", time_in_force=TimeInForce.FOK))
    assert of.now(fok).status is OrderStatus.CANCELED, "the quote is used up"


def test_a_quote_without_size_fills_nothing() -> None:
    of = desk(size="0", liquidity=HALF)
    order = of.ask(market())
    assert of.now(order).status is OrderStatus.WORKING
    of.quote("AAPL", "99.99", "100.01", "2")
    assert of.now(order).filled_quantity == 1


def test_a_commission_is_an_activity_and_its_minimum_is_charged_once() -> None:
    fee = UnitFee(Decimal("0.01"), Decimal(1))
    of = desk(size="20", liquidity=HALF, fee=fee)
    order = of.ask(market("200"))
    for _ in range(19):
        of.quote("AAPL", "99.99", "100.01", "20")
    assert of.now(order).status is OrderStatus.FILLED
    charges = [item.commission for item in executions(of)]
    assert charges == [Decimal(1), *[Decimal(0)] * 9, *[Decimal("0.1")] * 10]
    booked = [
        event
        for transaction in of.ledger
        for event in transaction.events
        if isinstance(event, BalanceChanged)
    ]
    assert {event.kind for event in booked} == {ActivityType.COMMISSION}
    assert sum(event.change for event in booked) == -2
    assert of.state.balance.balance == 99_998
    assert of.state.balance.commission == of.now(order).commission == 2


def test_a_fill_through_zero_is_charged_for_both_of_its_parts() -> None:
    of = desk(fee=ValueFee(Decimal("0.001"), Decimal("0.5")))
    of.ask(market("5"))
    of.ask(market("15", Side.SELL))
    first, closing, opening = executions(of)
    assert first.commission == Decimal("0.50005")
    assert closing.commission == Decimal("0.5"), "the minimum"
    assert closing.commission + opening.commission == Decimal("1.49985")
    spent = sum(item.commission for item in executions(of))
    assert of.state.balance.balance == 100_000 + of.state.balance.realized_pnl - spent


def test_an_order_on_its_way_meets_no_price_of_before_its_arrival() -> None:
    of = desk(latency=FixedLatency(300))
    order = of.ask(market())
    assert (order.status, order.effective_at) == (OrderStatus.PENDING, START + 300)
    of.quote("AAPL", "99.99", "100.01")
    assert of.now(order).status is OrderStatus.PENDING
    of.quote("AAPL", "100.99", "101.01")
    assert fills(of) == [("10", "101.01")]
    assert executions(of)[0].model == "quote; latency 300 ms"


def test_an_arriving_limit_takes_and_one_that_does_not_fill_then_rests() -> None:
    of = desk(latency=FixedLatency(200), slippage=SpreadSlippage(Decimal(1)), queue=NEVER)
    taking, resting = of.ask(limit("100.01")), of.ask(limit("99.90"))
    of.quote("AAPL", "99.99", "100.01")
    assert of.now(taking).status is OrderStatus.FILLED
    assert of.now(resting).status is OrderStatus.WORKING
    of.quote("AAPL", "99.88", "99.90")
    assert of.now(resting).status is OrderStatus.WORKING


def test_a_close_is_on_its_way_too() -> None:
    of = desk(latency=FixedLatency(200))
    of.ask(market())
    of.quote("AAPL", "99.99", "100.01")
    [position] = of.state.open_positions.values()
    command = ClosePosition(position.position_id)
    draft = decide.close(of.state, command, of.market, of.broker, of.market.time)
    of.carry_out(draft)
    assert of.state.open_positions
    of.quote("AAPL", "99.90", "99.92")
    assert not of.state.open_positions


def test_nothing_fills_on_a_stale_quote() -> None:
    of = desk()
    of.stale.add("AAPL")
    order = of.ask(market())
    assert of.now(order).status is OrderStatus.WORKING
    of.stale.clear()
    of.quote("AAPL", "100.09", "100.11")
    assert fills(of) == [("10", "100.11")]


@pytest.mark.parametrize(("side", "price"), [(Side.BUY, "101"), (Side.SELL, "99")])
def test_slippage_stays_inside_the_bar_and_a_share_of_its_volume_fills(
    side: Side, price: str
) -> None:
    of = desk(AccountClock.REPLAY, slippage=TickSlippage(500), liquidity=HALF)
    order = of.ask(PlaceOrder("REC:IBM", side, OrderType.MARKET, Decimal(30)))
    of.bar("REC:IBM", Bar(START + 1, 100.0, 101.0, 99.0, 100.5, 40.0))
    assert fills(of) == [("20", price)]
    assert of.now(order).filled_quantity == 20
    assert executions(of)[0].model == "bar; slippage of 500 ticks; 0.5 of the size"


def test_a_bar_that_turns_at_the_limit_only_touches_it() -> None:
    of = desk(AccountClock.REPLAY, queue=NEVER)
    order = of.ask(
        PlaceOrder(
            "REC:IBM",
            Side.BUY,
            OrderType.LIMIT,
            Decimal(10),
            Decimal(95),
            time_in_force=TimeInForce.GTC,
        )
    )
    of.bar("REC:IBM", Bar(START + DAY, 100.0, 101.0, 95.0, 100.0, 40.0))
    assert of.now(order).status is OrderStatus.WORKING
    of.bar("REC:IBM", Bar(START + 2 * DAY, 100.0, 101.0, 94.99, 100.0, 40.0))
    assert fills(of) == [("10", "95")]


def test_the_older_order_comes_first_also_when_it_was_filled_in_part_before() -> None:
    of = desk(size="0", liquidity=HALF)
    older, newer = of.ask(market("30")), of.ask(market("30"))
    for filled in (10, 20, 30):
        of.quote("AAPL", "99.99", "100.01", "20")
        assert of.now(older).filled_quantity == filled
        assert of.now(newer).filled_quantity == 0
    of.quote("AAPL", "99.99", "100.01", "20")
    assert of.now(newer).filled_quantity == 10


def test_an_execution_names_the_models_that_had_a_part() -> None:
    of = desk(slippage=TickSlippage(1), queue=ChanceInQueue(Decimal(1)))
    of.ask(market())
    of.ask(limit("99.50"))
    of.quote("AAPL", "99.48", "99.50")
    assert [item.model for item in executions(of)] == [
        "quote; slippage of 1 tick",
        "quote; fills at touch with probability 1",
    ]


@pytest.mark.parametrize("size", ["10000", "200"])
def test_the_quantity_that_a_refusal_names_would_pass(size: str) -> None:
    fee, slippage = UnitFee(Decimal("0.05"), Decimal(2)), TickSlippage(40)
    of = desk(size=size, liquidity=HALF, fee=fee, slippage=slippage)
    with pytest.raises(InsufficientMargin) as refused:
        of.decided(market("2500"))
    [fault] = refused.value.faults
    assert fault.nearest is not None
    of.ask(market(fault.nearest))
    assert of.figures().available_funds >= 0


class AskedAgain(HandMarket):
    """Its quotes are of the moment, and tell since when they are what they are."""

    @override
    def quote(self, symbol_id: str) -> Quote | None:
        found = self.quotes.get(symbol_id)
        return found and replace(found, time=self.time, since=found.time)


def asked_again(**models: Any) -> Desk:
    market = AskedAgain()
    market.set("AAPL", "99.99", "100.01", "1000")
    return Desk(market, models=FillModels({SymbolType.STOCK: FillProfile(**models)}))


def test_what_is_offered_is_offered_once_however_often_it_is_asked_for() -> None:
    of = asked_again(liquidity=ShareOfSize(Decimal("0.1")))
    for _ in range(3):
        of.market.time += 1
        of.ask(market("60"))
    assert fills(of) == [("60", "100.01"), ("40", "100.01")]
    of.market.time += 6_000
    of.ask(market("60", time_in_force=TimeInForce.IOC))
    assert len(fills(of)) == 2, "the same trade, even if it is long ago"
    of.ask(market("60", Side.SELL))
    assert fills(of)[2:] == [("60", "99.99")], "the other side is another offer"


def test_the_same_prices_in_a_later_trade_are_a_new_offer() -> None:
    of = asked_again(liquidity=ShareOfSize(Decimal("0.1")))
    of.ask(market("100"))
    of.market.time += 250
    of.market.set("AAPL", "99.99", "100.01", "1000")
    of.market.time += 1
    of.ask(market("100"))
    assert fills(of) == [("100", "100.01")] * 2


def test_a_place_in_the_queue_is_drawn_once_for_a_price() -> None:
    of = asked_again(queue=ChanceInQueue(Decimal("0.3")))
    placed = [of.ask(limit("99.90")) for _ in range(20)]
    of.market.time += 250
    of.market.set("AAPL", "99.88", "99.90", "1000")
    modify(of, [item.order_id for item in placed])
    first = len(fills(of))
    assert 0 < first < 20
    for _ in range(9):
        of.market.time += 1
        modify(of, list(of.state.open_orders))
    assert len(fills(of)) == first


def modify(of: Desk, order_ids: list[str]) -> None:
    """Asks for each anew."""
    for order_id in order_ids:
        order = of.state.open_orders[order_id]
        command = ModifyOrder(order_id, quantity=order.quantity + 1)
        draft = amending.modify(of.state, command, of.market, of.broker, of.market.time)
        assert draft is not None
        of.carry_out(draft)
