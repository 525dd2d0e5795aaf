"""Who watches a walk and trusts nobody: an own small model, told of the stored events alone.

It keeps what each order may still do, what each account has bought and sold, and where each
trailing stop must be; and says where the account departs from that.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from generated.models import OrderType, PositionEffect, Side, TrailingOffsetType, TriggerBy
from handlers.market.quotes import Quote
from handlers.trading import money
from handlers.trading.ledger import codec, events
from handlers.trading.ledger.transactions import Transaction
from handlers.trading.orders.order import Order
from tests.trading.walk import FEE, PROFILE, SLIP
from tests.trading.world import Desk

STEP = Decimal("0.05")
AT_ONCE = ("ioc", "fok")


@dataclass
class Seen:
    """An order, as its events tell it."""

    event: events.OrderAccepted
    since: int
    quantity: Decimal
    status: str
    stop: Decimal | None
    mark: Decimal | None
    filled: Decimal = Decimal(0)
    commission: Decimal = Decimal(0)
    triggered: bool = False
    born: int = 0
    """The quote on which it came to work or grew; the next one concerns it."""

    @property
    def to_close(self) -> Decimal:
        """Of a leg, how much it protects."""
        return self.quantity - self.filled if self.status == "working" else Decimal(0)

    @property
    def up(self) -> bool:
        return self.event.side is Side.BUY

    @property
    def waits(self) -> bool:
        return self.event.trigger_by is not None and not self.triggered

    def sees(self, quote: Quote) -> Decimal:
        if self.event.trigger_by is TriggerBy.LAST:
            return quote.last
        if self.event.trigger_by is TriggerBy.MID:
            return (quote.bid + quote.ask) / 2
        return quote.ask if self.up else quote.bid

    def beyond(self, price: Decimal, line: Decimal) -> bool:
        """At the line or on the far side of it, as a stop of this side sees it."""
        return price >= line if self.up else price <= line

    def takes(self, price: Decimal) -> bool:
        limit = self.event.limit_price
        return limit is None or (price <= limit if self.up else price >= limit)

    def stop_for(self, mark: Decimal) -> Decimal:
        offset = self.event.trailing_offset or Decimal(0)
        if self.event.trailing_offset_type is TrailingOffsetType.PERCENT:
            offset = money.amount(mark * offset / 100)
        return mark + offset if self.up else mark - offset


class Witness:
    def __init__(self, desk: Desk, *, modeled: bool) -> None:
        self.desk, self.modeled = desk, modeled
        self.read = 0
        self.orders: dict[str, Seen] = {}
        self.net: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.rooms: dict[str, Decimal] = {}
        """What each order of an OCO group may still fill."""
        self.paid = Decimal(0)
        self.taken: defaultdict[object, Decimal] = defaultdict(Decimal)
        self.kinds: defaultdict[str, int] = defaultdict(int)

    @money.exact
    def look(self, quote: Quote | None) -> None:
        """After a step; `quote` is the price that it brought to an open market."""
        if quote is not None:
            self._follow(quote)
        for transaction in self.desk.ledger[self.read :]:
            assert codec.load(codec.dump(transaction.events)) == transaction.events
            before = {key: seen.to_close for key, seen in self.orders.items()}
            for event in transaction.events:
                self.kinds[type(event).__name__] += 1
                self._hear(event, transaction)
            self._check_legs(before, transaction)
        self.read = len(self.desk.ledger)
        self._check_account()
        for order in self.desk.state.open_orders.values():
            self._check_order(order)
            if quote is not None and order.symbol == quote.symbol:
                self._check_nothing_was_missed(order, quote)

    def _follow(self, quote: Quote) -> None:
        """Where the trailing stops must be now, before anybody says so."""
        for seen in self.orders.values():
            if seen.event.trailing_offset is None or seen.event.symbol != quote.symbol:
                continue
            if seen.status == "working" and seen.waits and seen.since <= quote.time:
                price = seen.sees(quote)
                if seen.mark is None or (price < seen.mark if seen.up else price > seen.mark):
                    seen.mark = price

    def _hear(self, event: events.Event, stamp: Transaction) -> None:
        if isinstance(event, events.OrderAccepted):
            self._accepted(event, stamp)
            return
        seen = self.orders.get(getattr(event, "order_id", None) or "")
        if seen is None or isinstance(event, events.BalanceChanged):
            return
        assert seen.status in ("pending", "held", "working"), f"{event} after {seen.status}"
        match event:
            case events.OrderActivated():
                seen.status, seen.quantity = "working", event.quantity
                seen.since = seen.born = stamp.market_time
                seen.triggered, seen.stop, seen.mark = False, event.stop_price, event.trail_mark
            case events.OrderHeld():
                seen.status, seen.quantity = "held", event.quantity
            case events.OrderModified():
                seen.born = stamp.market_time if event.quantity > seen.quantity else seen.born
                self._modified(seen, event)
            case events.OrderTriggered():
                assert seen.waits
                assert seen.stop is not None
                assert seen.beyond(event.price, seen.stop)
                seen.triggered = True
            case events.OrderTrailed():
                quote = self.desk.market.quotes[seen.event.symbol]
                assert event.trail_mark == seen.sees(quote)
                seen.stop, seen.mark = event.stop_price, event.trail_mark
                assert event.stop_price == seen.stop_for(event.trail_mark)
            case events.OrderFilled():
                self._filled(seen, event, stamp)
            case events.OrderCanceled():
                seen.status = "canceled"
            case events.OrderExpired():
                seen.status = "expired"
                assert seen.event.expires_at is not None
                assert seen.event.expires_at <= max(stamp.market_time, self.desk.market.time)
            case events.OrderRejected():
                seen.status = "rejected"
                assert not seen.filled
            case events.OrderChangeSent() | events.OrderChangeRefused():
                """What it does comes when it arrives."""
            case _:
                raise AssertionError(f"{event} in a walk")

    def _modified(self, seen: Seen, event: events.OrderModified) -> None:
        if event.order_id in self.rooms and event.reason == "requested":
            self.rooms[event.order_id] += event.quantity - seen.quantity
        seen.quantity, seen.stop = event.quantity, event.stop_price
        seen.event = replace(
            seen.event,
            limit_price=event.limit_price,
            trailing_offset=event.trailing_offset,
            trailing_offset_type=event.trailing_offset_type,
            expires_at=event.expires_at,
        )

    def _accepted(self, event: events.OrderAccepted, stamp: Transaction) -> None:
        since = max(stamp.market_time, event.effective_at or 0)
        self.orders[event.order_id] = Seen(
            event, since, event.quantity, event.status.value, event.stop_price, event.trail_mark
        )
        if event.oco_group_id is not None and event.bracket_leg is None:
            self.rooms[event.order_id] = event.quantity

    def _filled(self, seen: Seen, event: events.OrderFilled, stamp: Transaction) -> None:
        symbol, sign = seen.event.symbol, 1 if seen.up else -1
        assert seen.status == "working"
        assert not seen.waits
        seen.filled += event.quantity
        assert seen.filled <= seen.quantity, "filled above ordered"
        if seen.filled == seen.quantity:
            seen.status = "filled"
        self._check_price(seen, event)
        assert seen.since <= event.basis.time <= stamp.market_time
        assert seen.event.expires_at is None or event.basis.time < seen.event.expires_at
        assert symbol not in self.desk.market.closed
        before, after = self.net[symbol], self.net[symbol] + sign * event.quantity
        if event.effect is PositionEffect.CLOSE or seen.event.reduce_only:
            assert abs(after) == abs(before) - event.quantity, "it only reduces"
        self.net[symbol] = after
        self.paid -= sign * money.value_of(event.quantity, event.price) + event.commission
        self._charge(seen, event)
        self._share(seen, event)

    def _check_price(self, seen: Seen, event: events.OrderFilled) -> None:
        assert seen.takes(event.price), "beyond its limit"
        if isinstance(event.basis, events.BarBasis):
            assert event.basis.low <= event.price <= event.basis.high
            return
        touch = event.basis.ask if seen.up else event.basis.bid
        tick = self.desk.market.offered[seen.event.symbol].tick_size
        worst = SLIP * tick if self._has_models(seen) else Decimal(0)
        worse = event.price - touch if seen.up else touch - event.price
        assert 0 <= worse <= worst

    def _charge(self, seen: Seen, event: events.OrderFilled) -> None:
        seen.commission += event.commission
        if not self._has_models(seen):
            assert seen.commission == 0
            return
        assert seen.commission == FEE.total(seen.filled, Decimal(0))
        key = (seen.event.symbol, seen.event.side, event.basis)
        self.taken[key] += event.quantity
        size = self.desk.market.quotes[seen.event.symbol].ask_size
        step = self.desk.market.offered[seen.event.symbol].quantity_step
        offered = PROFILE.liquidity.available(size, step)
        assert offered is not None
        assert self.taken[key] <= offered

    def _share(self, seen: Seen, event: events.OrderFilled) -> None:
        """What one of a group fills, the others fill no more."""
        if event.order_id not in self.rooms:
            return
        self.rooms[event.order_id] -= event.quantity
        for order_id in self.rooms:
            other = self.orders[order_id]
            same = other.event.oco_group_id == seen.event.oco_group_id and other is not seen
            if same and other.status in ("pending", "held", "working"):
                self.rooms[order_id] -= event.quantity

    def _has_models(self, seen: Seen) -> bool:
        return self.modeled

    def _check_account(self) -> None:
        state, held = self.desk.state, Decimal(0)
        for symbol, net in self.net.items():
            position = state.open_positions.get(symbol)
            assert (position.sign * position.quantity if position else 0) == net
            held += position.sign * position.cost_basis if position else 0
        assert state.balance.balance == state.first_balance + self.paid + held, "money is conserved"
        spent = state.balance.realized_pnl - state.balance.commission
        assert state.balance.balance == state.first_balance + spent
        figures = self.desk.figures()
        assert figures.equity == state.balance.balance + figures.unrealized_pnl
        open_ids = {key for key, seen in self.orders.items() if seen.status in _OPEN}
        assert open_ids == set(state.open_orders), "both terminal and working"

    def _check_legs(self, before: dict[str, Decimal], transaction: Transaction) -> None:
        """A leg grows by what its entry has opened just now, and by nothing else."""
        opened: defaultdict[str | None, Decimal] = defaultdict(Decimal)
        for event in transaction.events:
            if isinstance(event, events.OrderFilled) and event.effect is PositionEffect.OPEN:
                opened[event.order_id] += event.quantity
        for order_id, size in before.items():
            seen = self.orders[order_id]
            if seen.event.parent_id is not None:
                assert seen.to_close <= size + opened[seen.event.parent_id], "not its shares"

    def _check_order(self, order: Order) -> None:
        seen = self.orders[order.order_id]
        assert (order.status.value, order.quantity) == (seen.status, seen.quantity)
        assert order.filled_quantity == seen.filled
        rests = self.desk.broker._exchange.resting(order)
        assert (rests is not None) is (seen.status != "held"), "the venue works what is not held"
        if order.order_id in self.rooms:
            assert order.remaining == self.rooms[order.order_id]
        if order.bracket_leg is not None and order.working:
            net = self.net[order.symbol]
            assert order.remaining <= abs(net), "a leg exceeds the position"
            assert (net > 0) is (order.side is Side.SELL)
        if order.working and seen.waits and seen.mark is not None:
            assert (order.trail_mark, order.stop_price) == (seen.mark, seen.stop_for(seen.mark))

    def _check_nothing_was_missed(self, order: Order, quote: Quote) -> None:
        """Without models, what the quote reaches is done; with them, it may have to wait."""
        seen = self.orders[order.order_id]
        if seen.status != "working" or seen.born == quote.time or seen.since > quote.time:
            return
        if seen.waits:
            assert seen.stop is not None
            assert not seen.beyond(seen.sees(quote), seen.stop), "a stop was missed"
            return
        assert order.time_in_force.value not in AT_ONCE
        if not self.modeled:
            assert order.type is not OrderType.MARKET, "a market order was missed"
            touch = quote.ask if seen.up else quote.bid
            assert not seen.takes(touch), "a limit was missed"


_OPEN = ("pending", "held", "working")
