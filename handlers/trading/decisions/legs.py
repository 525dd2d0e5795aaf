"""The legs of an order that is modified: their change, and their sides of the entry. Pure."""

from decimal import Decimal

from generated.models import BracketLeg, OrderStatus, Side
from handlers.market.symbols import Symbol
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import acceptance
from handlers.trading.booking.draft import Draft
from handlers.trading.market import Market
from handlers.trading.orders import triggers
from handlers.trading.orders.commands import KEEP, ModifyOrder, StopLoss, TakeProfit
from handlers.trading.orders.in_flight import possible
from handlers.trading.orders.order import REQUESTED, Order
from handlers.trading.positions import margin
from handlers.trading.risk import terms


def check_sides(
    state: AccountState,
    before: Order,
    wanted: Order,
    command: ModifyOrder,
    symbol: Symbol,
    market: Market,
) -> None:
    """A leg that is held may not pass its entry, nor an entry its legs. Raises BracketWrongSide."""
    entry = state.order(before.parent_id) if before.parent_id else None
    if entry is not None and before.status is OrderStatus.HELD:
        _check_held(before, wanted, entry, symbol, market)
    price = margin.reserve_price(wanted, market)
    if price != margin.reserve_price(before, market):
        _check_standing(state, wanted, price, command, symbol)


def change_legs(
    draft: Draft, order: Order, command: ModifyOrder, symbol: Symbol, market: Market
) -> None:
    """Cancels the legs that the command replaces or removes, and accepts the new ones."""
    new = _named(command)
    if not new:
        return
    profit, loss = new.get(BracketLeg.TAKE_PROFIT), new.get(BracketLeg.STOP_LOSS)
    terms.check_legs(
        symbol,
        order.side,
        margin.reserve_price(order, market),
        profit if isinstance(profit, TakeProfit) else None,
        loss if isinstance(loss, StopLoss) else None,
    )
    by = order.trigger_by or triggers.default(symbol.type)
    side = Side.SELL if order.side is Side.BUY else Side.BUY
    quantity = draft.order(order.order_id).remaining
    for which, value in new.items():
        for leg in draft.legs(order.order_id):
            if leg.open and leg.bracket_leg is which:
                draft.cancel(leg.order_id, REQUESTED)
        if isinstance(value, TakeProfit | StopLoss):
            draft.add(acceptance.leg(order, side, quantity, value, by, draft.sequence))


def _named(command: ModifyOrder) -> dict[BracketLeg, object]:
    """The legs that the command changes; None to remove one."""
    wanted = (
        (BracketLeg.TAKE_PROFIT, command.take_profit),
        (BracketLeg.STOP_LOSS, command.stop_loss),
    )
    return {leg: value for leg, value in wanted if value is not KEEP}


def _check_held(before: Order, wanted: Order, entry: Order, symbol: Symbol, market: Market) -> None:
    if _price(wanted) == _price(before):
        return
    profit = wanted.bracket_leg is BracketLeg.TAKE_PROFIT
    field = "/limitPrice" if profit else "/stopPrice"
    for each in possible(entry):
        _check_side(wanted, margin.reserve_price(each, market), symbol, field)


def _check_standing(
    state: AccountState, entry: Order, price: Decimal, command: ModifyOrder, symbol: Symbol
) -> None:
    named = _named(command)
    for leg in state.legs(entry.order_id):
        if leg.open and leg.bracket_leg not in named:
            profit = leg.bracket_leg is BracketLeg.TAKE_PROFIT
            field = "/takeProfit/limitPrice" if profit else "/stopLoss/stopPrice"
            _check_side(leg, price, symbol, field)


def _check_side(leg: Order, entry: Decimal, symbol: Symbol, field: str) -> None:
    price = _price(leg)
    if price is not None:
        profit = leg.bracket_leg is BracketLeg.TAKE_PROFIT
        above = profit is (leg.side is Side.SELL)
        terms.check_leg_side(symbol, price, entry, above=above, field=field)


def _price(leg: Order) -> Decimal | None:
    """What lies on one side of the entry; None for a trailing stop, which follows the market."""
    if leg.bracket_leg is BracketLeg.TAKE_PROFIT:
        return leg.limit_price
    return leg.stop_price if leg.trailing_offset is None else None
