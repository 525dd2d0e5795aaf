"""A transaction in the making: each event is worked out on top of those before it."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from generated.models import ActivityType, Side, TimeInForce
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.accounts.change import BrokenLedger, Change
from handlers.trading.accounts.execution import Offered
from handlers.trading.booking import brackets
from handlers.trading.booking.brackets import POSITION_CLOSED
from handlers.trading.ledger.events import (
    BalanceChanged,
    Conversion,
    Event,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
)
from handlers.trading.ledger.transactions import Cause, Transaction
from handlers.trading.matching.reports import NOT_FILLED_AT_ONCE, Fill
from handlers.trading.money import ZERO
from handlers.trading.orders.order import AT_ONCE, Order
from handlers.trading.positions.conversion import Rate, converted
from handlers.trading.positions.leverage import MarginTerms
from handlers.trading.positions.position import Part, Position, settle


class Draft:
    """Nothing in it touches the account until the ledger has the transaction."""

    def __init__(
        self, state: AccountState, cause: Cause, recorded_at: int, market_time: int
    ) -> None:
        self._state = state
        self._events: list[Event] = []
        self._stamp = Transaction(
            account_id=state.account_id,
            user_id=state.identity.user_id,
            sequence=state.sequence + 1,
            epoch=state.epoch,
            recorded_at=max(recorded_at, state.recorded_at),
            market_time=market_time,
            cause=cause,
            events=(),
        )
        self._change = state.prepare(self._stamp)

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(self._events)

    @property
    def market_time(self) -> int:
        return self._stamp.market_time

    @property
    def sequence(self) -> int:
        return self._stamp.sequence

    @property
    def balance(self) -> Decimal:
        return self._change.known_balance.balance

    @property
    def terms(self) -> MarginTerms:
        state, change = self._state, self._change
        used: Mapping[str, Conversion] = state.rates_used
        if change.rates_used:
            used = {**used, **change.rates_used}
        return MarginTerms(
            state.identity.type, change.standing.leverage, state.balance.currency, used
        )

    @property
    def positions(self) -> dict[str, Position]:
        """Open positions by symbol, with what the draft does to them."""
        merged = dict(self._state.open_positions)
        for position in self._change.positions.values():
            if position.open:
                merged[position.symbol] = position
            elif merged.get(position.symbol, position).position_id == position.position_id:
                merged.pop(position.symbol, None)
        return merged

    @property
    def open_orders(self) -> tuple[Order, ...]:
        """Oldest first."""
        merged = {**self._state.open_orders, **self._change.orders}
        return tuple(order for order in merged.values() if order.open)

    def order(self, order_id: str) -> Order:
        found = self._change.orders.get(order_id) or self._state.order(order_id)
        if found is None:
            raise BrokenLedger(f"no order {order_id}")
        return found

    def legs(self, parent_id: str) -> tuple[Order, ...]:
        """All bracket legs that the order ever had."""
        known = {leg.order_id: leg for leg in self._state.legs(parent_id)}
        changed = self._change.orders.items()
        new = {key: order for key, order in changed if order.parent_id == parent_id}
        return tuple({**known, **new}.values())

    def new_id(self, prefix: str) -> str:
        return self._state.identifier(prefix, self._stamp.sequence, len(self._events))

    def add(self, event: Event) -> None:
        self._state.extend(self._change, event)
        self._events.append(event)

    def fill(self, fill: Fill, rate: Rate) -> None:
        """Books a fill: execution, position and balance. A reduce-only order stops at flat.

        No more is filled than the earlier fills of the account have left of what was offered.
        `rate` leads from the symbol's currency into the account's.
        """
        order = self.order(fill.order_id)
        position = self.positions.get(order.symbol)
        wanted = min(fill.quantity, order.remaining)
        if order.reduce_only or (self.terms.in_full and order.side is Side.SELL):
            wanted = _closing(order, wanted, closable_quantity(order, position))
        quantity = min(wanted, self._left(order, fill))
        if quantity < wanted and order.time_in_force is TimeInForce.FOK:
            quantity = ZERO
        sizes = brackets.sizes(self, order)
        if quantity > ZERO:
            brackets.reserve(self, order)
            self._book(order, position, fill, quantity, rate)
            brackets.share(self, order, quantity)
        if self.order(order.order_id).open:
            self._cut_short(order, fill, wanted, quantity)
        brackets.reconcile(self, order.symbol, brackets.filled(self, order, sizes))

    def reconcile(self, symbol: str) -> None:
        """Brings bracket legs in line with what the draft has done to their position."""
        brackets.reconcile(self, symbol)

    def cost(self, fill: Fill) -> Decimal:
        """What a buy would cost if it filled whole, in the symbol's currency."""
        quantity = min(fill.quantity, self.order(fill.order_id).remaining)
        return money.value_of(quantity, fill.price) + self._commission(fill, quantity)

    def cancel(self, order_id: str, reason: str) -> None:
        self._end(OrderCanceled(order_id, reason))

    def expire(self, order_id: str) -> None:
        self._end(OrderExpired(order_id))

    def reject(self, order_id: str, reason: str) -> None:
        self._end(OrderRejected(order_id, reason))

    def epoch(self, name: str) -> None:
        """The transaction begins this epoch."""
        self._stamp = replace(self._stamp, epoch=name)

    def because(self, cause: Cause) -> None:
        self._stamp = replace(self._stamp, cause=cause)

    def transaction(self) -> Transaction:
        return replace(self._stamp, events=self.events)

    def change(self) -> Change:
        """The transaction with all that it does, ready to be committed once it is stored."""
        self._change.transaction = self.transaction()
        return self._change

    def _left(self, order: Order, fill: Fill) -> Decimal:
        """What others of the account have left of the offer."""
        if fill.offered is None:
            return fill.quantity
        offer = Offered(order.symbol, order.side, fill.basis, fill.offered_since)
        taken = self._state.taken(offer) + offer.taken_by(self._change.executions)
        return max(fill.offered - taken, ZERO)

    def _cut_short(self, order: Order, fill: Fill, wanted: Decimal, quantity: Decimal) -> None:
        """Ends what may not wait for the rest."""
        if wanted < min(fill.quantity, order.remaining) and quantity == wanted:
            self.add(OrderCanceled(order.order_id, POSITION_CLOSED))
        elif quantity < wanted and order.time_in_force in AT_ONCE:
            self.add(OrderCanceled(order.order_id, NOT_FILLED_AT_ONCE))

    def _end(self, event: OrderCanceled | OrderExpired | OrderRejected) -> None:
        self.add(event)
        self.reconcile(self.order(event.order_id).symbol)

    def _book(
        self, order: Order, position: Position | None, fill: Fill, quantity: Decimal, rate: Rate
    ) -> None:
        def convert(realized: Decimal) -> Decimal:
            return converted(realized, self._conversion(order, realized, rate))

        new_id = self.new_id("pos")
        for part in settle(
            position, order.symbol, order.side, quantity, fill.price, new_id, convert
        ):
            commission = self._commission(fill, part.quantity)
            conversion = self._conversion(order, part.realized_pnl, rate)
            self.add(
                OrderFilled(
                    order_id=order.order_id,
                    execution_id=self.new_id("exe"),
                    position_id=part.position_id,
                    effect=part.effect,
                    quantity=part.quantity,
                    price=fill.price,
                    commission=commission,
                    realized_pnl=part.realized_pnl,
                    model=fill.model,
                    rule=fill.rule,
                    basis=fill.basis,
                    conversion=conversion,
                )
            )
            self.add(part.event)
            self._settle(order, part, fill.price, conversion)
            self._charge(order, part, commission, conversion)

    def _conversion(self, order: Order, realized: Decimal, rate: Rate) -> Conversion | None:
        """One for all amounts of a fill: of what it brings the bid, of what it costs the ask."""
        if self.terms.in_full:
            return rate.of(Decimal(-1 if order.side is Side.BUY else 1))
        return rate.of(realized or Decimal(-1))

    def _settle(
        self, order: Order, part: Part, price: Decimal, conversion: Conversion | None
    ) -> None:
        """Profit and loss, or in a cash account all that is paid and received."""
        if not self.terms.in_full:
            self._realize(order, part, conversion)
            return
        value = money.value_of(part.quantity, price)
        bought = order.side is Side.BUY
        self._change_balance(
            -value if bought else value,
            ActivityType.PURCHASE if bought else ActivityType.SALE,
            order,
            part,
            conversion,
        )

    def _realize(self, order: Order, part: Part, conversion: Conversion | None) -> None:
        if part.realized_pnl:
            kind = ActivityType.REALIZED_PNL
            self._change_balance(part.realized_pnl, kind, order, part, conversion)

    def _commission(self, fill: Fill, quantity: Decimal) -> Decimal:
        """What the order owes with so much more filled, less what it has paid."""
        order = self.order(fill.order_id)
        value = order.filled_value + money.value_of(quantity, fill.price)
        return fill.fee.commission(order.commission, order.filled_quantity + quantity, value)

    def _charge(
        self, order: Order, part: Part, commission: Decimal, conversion: Conversion | None
    ) -> None:
        if commission:
            self._change_balance(-commission, ActivityType.COMMISSION, order, part, conversion)

    def _change_balance(
        self,
        amount: Decimal,
        kind: ActivityType,
        order: Order,
        part: Part,
        conversion: Conversion | None,
    ) -> None:
        """By an amount in the symbol's currency."""
        change = converted(amount, conversion)
        about = order.symbol, order.order_id, part.position_id
        after = self.balance + change
        self.add(BalanceChanged(change, after, kind, *about, conversion=conversion))


def _closing(order: Order, wanted: Decimal, closable: Decimal) -> Decimal:
    """So much of a fill only closes; of an order that is to be filled whole all or nothing."""
    if order.time_in_force is TimeInForce.FOK and closable < wanted:
        return ZERO
    return min(wanted, closable)


def closable_quantity(order: Order, position: Position | None) -> Decimal:
    """How much a reduce-only order can still take from its position."""
    if position is None or order.side is not position.closing_side:
        return ZERO
    if order.position_id not in (None, position.position_id):
        return ZERO
    return min(order.remaining, position.quantity)
