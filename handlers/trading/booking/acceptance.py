"""The events with which orders begin."""

from collections.abc import Iterator
from decimal import Decimal

from generated.models import (
    BracketLeg,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
    TrailingOffsetType,
    TriggerBy,
)
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.ledger.events import OrderAccepted
from handlers.trading.ledger.transactions import identifier
from handlers.trading.market import Market, prevailing
from handlers.trading.orders import trailing, triggers
from handlers.trading.orders.commands import PlaceOrder, StopLoss, TakeProfit
from handlers.trading.orders.order import AT_ONCE, STOPS, Order
from handlers.trading.positions.position import Position


def entry(order_id: str, command: PlaceOrder, symbol: Symbol, market: Market) -> OrderAccepted:
    """The order that a command asks for."""
    by = command.trigger_by or triggers.default(symbol.type)
    mark, stop = _mark(command, by, market)
    return OrderAccepted(
        order_id=order_id,
        client_order_id=command.client_order_id,
        symbol=command.symbol,
        side=command.side,
        type=command.type,
        quantity=command.quantity,
        limit_price=command.limit_price,
        stop_price=stop,
        trailing_offset=command.trailing_offset,
        trailing_offset_type=_offset_type(command.trailing_offset, command.trailing_offset_type),
        trigger_by=by if command.type in STOPS else None,
        trail_mark=mark,
        time_in_force=command.time_in_force,
        expires_at=expiry(command, market),
        reduce_only=command.reduce_only,
        post_only=command.post_only,
        oco_group_id=command.oco_group_id,
        arrival_price=_mid(command.symbol, market),
    )


def closing(order_id: str, position: Position, quantity: Decimal, market: Market) -> OrderAccepted:
    """A market order that can do nothing but close that position."""
    return OrderAccepted(
        order_id=order_id,
        symbol=position.symbol,
        side=position.closing_side,
        type=OrderType.MARKET,
        quantity=quantity,
        time_in_force=TimeInForce.DAY,
        expires_at=market.session_end(position.symbol),
        reduce_only=True,
        position_id=position.position_id,
        arrival_price=_mid(position.symbol, market),
    )


def legs(
    parent: Order,
    take_profit: TakeProfit | None,
    stop_loss: StopLoss | None,
    by: TriggerBy,
) -> Iterator[OrderAccepted]:
    """The bracket of an entry, held until it fills. Legs work until canceled."""
    side = Side.SELL if parent.side is Side.BUY else Side.BUY
    for wanted in (take_profit, stop_loss):
        if wanted is not None:
            yield leg(parent, side, parent.remaining, wanted, by, parent.sequence)


def leg(
    protected: Order | Position,
    side: Side,
    quantity: Decimal,
    wanted: TakeProfit | StopLoss,
    by: TriggerBy,
    sequence: int,
) -> OrderAccepted:
    """One leg of an entry, or of a position, where it works at once.

    `sequence` is that of the transaction: an owner gets one leg of a kind in each.
    """
    of_order = isinstance(protected, Order)
    owner = protected.order_id if isinstance(protected, Order) else protected.position_id
    profit = isinstance(wanted, TakeProfit)
    which = BracketLeg.TAKE_PROFIT if profit else BracketLeg.STOP_LOSS
    stop = None if isinstance(wanted, TakeProfit) else wanted
    offset = stop.trailing_offset if stop else None
    return OrderAccepted(
        order_id=identifier("ord", owner, which, sequence),
        symbol=protected.symbol,
        side=side,
        type=stop.type if stop else OrderType.LIMIT,
        quantity=quantity,
        limit_price=wanted.limit_price,
        stop_price=stop.stop_price if stop else None,
        trailing_offset=offset,
        trailing_offset_type=_offset_type(offset, stop.trailing_offset_type if stop else None),
        trigger_by=by if stop else None,
        time_in_force=TimeInForce.GTC,
        reduce_only=True,
        position_id=None if of_order else owner,
        parent_id=owner if of_order else None,
        bracket_leg=which,
        oco_group_id=owner,
        status=OrderStatus.HELD if of_order else OrderStatus.WORKING,
    )


def expiry(command: PlaceOrder, market: Market) -> int | None:
    """Market time at which the order ends by itself; None for what does not."""
    if ends_with_session(command.time_in_force, command.type):
        return market.session_end(command.symbol)
    return command.expires_at


def ends_with_session(kind: TimeInForce, order_type: OrderType) -> bool:
    """What acts at once means this session, however long its way is; a stop waits beforehand."""
    return kind is TimeInForce.DAY or (kind in AT_ONCE and order_type not in STOPS)


def _mid(symbol: str, market: Market) -> Decimal | None:
    quote = prevailing(market, symbol)
    return None if quote is None else money.quotient(quote.bid + quote.ask, Decimal(2))


def _mark(
    command: PlaceOrder, by: TriggerBy, market: Market
) -> tuple[Decimal | None, Decimal | None]:
    """From where a trailing stop starts to follow, and its stop; else the stop price given."""
    quote = market.quote(command.symbol)
    if command.trailing_offset is None or quote is None:
        return None, command.stop_price
    mark = triggers.price(quote, command.side, by)
    offset, kind = command.trailing_offset, command.trailing_offset_type
    return mark, trailing.stop_price(command.side, mark, offset, kind)


def _offset_type(
    offset: Decimal | None, kind: TrailingOffsetType | None
) -> TrailingOffsetType | None:
    return None if offset is None else kind
