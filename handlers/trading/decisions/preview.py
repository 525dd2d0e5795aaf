"""What an order would cost and whether it would be taken, without booking anything. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from generated.models import Side, TransactionCause
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import funds
from handlers.trading.booking.arriving import PricedVenue
from handlers.trading.booking.draft import Draft, closable_quantity
from handlers.trading.decisions.decide import place
from handlers.trading.ledger.transactions import Cause
from handlers.trading.market import Market, prevailing
from handlers.trading.matching.models.fees import FeeModel
from handlers.trading.money import ZERO
from handlers.trading.orders import confirmation
from handlers.trading.orders.commands import PlaceOrder
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import NotFound, Rejection
from handlers.trading.positions import margin
from handlers.trading.positions.margin import Figures
from handlers.trading.risk import pretrade


@dataclass(frozen=True, slots=True)
class Preview:
    symbol: str
    currency: str
    """The symbol's, of price and value."""
    price: Decimal | None
    """What is expected to be paid for one; None where there is no price yet."""
    commission: Decimal
    """In that currency: of what fills now, and of the rest at the price expected for it."""
    before: Figures
    after: Figures
    warnings: tuple[str, ...] = ()
    refusal: Rejection | None = None
    """Why the order would be refused; None where it would be taken."""
    confirm_id: str | None = None
    valid_until: int | None = None


@money.exact
def preview(
    state: AccountState, command: PlaceOrder, market: Market, venue: PricedVenue, now: int
) -> Preview:
    """Raises SymbolNotFound. Every other refusal of the order is part of the answer."""
    bare = replace(command, client_order_id=None, confirm_id=None)
    before = funds.figures_of(Draft(state, Cause(TransactionCause.ORDER_PLACED), now, now), market)
    try:
        draft = place(state, bare, market, venue, now)
    except NotFound:
        raise
    except Rejection as refused:
        return _refused(bare, refused, before, market)
    symbol = pretrade.check_symbol(state, bare.symbol, market)
    order = draft.order(draft.transaction().cause.order_id or "")
    valid_until = now + confirmation.GOOD_FOR
    return Preview(
        symbol=symbol.id,
        currency=symbol.currency,
        price=order.average_price or margin.reserve_price(order, market),
        commission=_commission(draft, order, market, venue.fee(symbol)),
        before=before,
        after=funds.figures_of(draft, market),
        warnings=tuple(_warnings(order, market)),
        confirm_id=confirmation.confirm_id(state.account_id, bare, valid_until),
        valid_until=valid_until,
    )


def _refused(command: PlaceOrder, refusal: Rejection, before: Figures, market: Market) -> Preview:
    symbol, quote = market.symbol(command.symbol), prevailing(market, command.symbol)
    price = command.limit_price or command.stop_price
    if price is None and quote is not None:
        price = quote.ask if command.side is Side.BUY else quote.bid
    currency = symbol.currency if symbol else ""
    return Preview(command.symbol, currency, price, ZERO, before, before, refusal=refusal)


def _commission(draft: Draft, order: Order, market: Market, fee: FeeModel) -> Decimal:
    """What its fills are charged, and what the rest would be at the price expected for it."""
    if not order.open:
        return order.commission
    rest = order.remaining
    if order.reduce_only:
        rest = closable_quantity(order, draft.positions.get(order.symbol))
    if not rest:
        return order.commission
    value = order.filled_value + money.value_of(rest, margin.reserve_price(order, market))
    filled = order.filled_quantity + rest
    return order.commission + fee.commission(order.commission, filled, value)


def _warnings(order: Order, market: Market) -> Iterator[str]:
    if not market.is_open(order.symbol):
        yield "The market is closed; the order waits for the open."
    if order.open and not order.waits_for_trigger and order.limit_price is None:
        yield "The price at which it will fill is not known yet."
    if order.filled_quantity and order.remaining and order.open:
        yield f"{money.text(order.filled_quantity)} would fill now; the rest would wait."
