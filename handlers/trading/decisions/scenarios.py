"""Scenarios: what a venue does seldom, done to one order on request. Pure.

They are for those who test a program against this server. Real prices of today admit none: there
the account shall show what the market did.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from generated.models import DataKind, OrderStatus, Side, TransactionCause
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import hearing
from handlers.trading.booking.draft import Draft
from handlers.trading.decisions import decide
from handlers.trading.ledger.basis import quote_basis
from handlers.trading.ledger.events import (
    OrderActivated,
    OrderConnected,
    OrderDelayed,
    OrderDisconnected,
    OrderTriggered,
    QuoteBasis,
)
from handlers.trading.ledger.transactions import Cause, Idempotency
from handlers.trading.market import Market, prevailing
from handlers.trading.matching.reports import Fill
from handlers.trading.orders.commands import IDEMPOTENCY_KEY, idempotency_of
from handlers.trading.orders.limits import within_limit
from handlers.trading.orders.order import Order
from handlers.trading.orders.rejections import (
    Fault,
    NoPrice,
    OrderNotFound,
    OrderNotWorking,
    PriceOutOfRange,
    QuantityOutOfRange,
    ScenarioOnRealPrices,
    fault,
)
from handlers.trading.risk import pretrade

MODEL: Final = "scenario"
FORCED: Final = "forced by a scenario"
PLAYED_ON: Final = frozenset({DataKind.SIMULATED, DataKind.RECORDED})


class Action(StrEnum):
    FILL = "fill"
    REJECT = "reject"
    DELAY = "delay"
    DISCONNECT = "disconnect"
    CONNECT = "connect"


@dataclass(frozen=True, slots=True)
class PlayScenario:
    order_id: str
    action: Action
    quantity: Decimal | None = None
    """How much fills; None is all that is left."""
    price: Decimal | None = None
    reason: str = MODEL
    milliseconds: int = 0
    idempotency_key: str | None = None

    @property
    def idempotency(self) -> Idempotency | None:
        return idempotency_of(self, IDEMPOTENCY_KEY, self.idempotency_key)


@money.exact
def play(state: AccountState, command: PlayScenario, market: Market, now: int) -> Draft | None:
    """Where nothing is left to do None, or with a key a transaction that only uses it up.

    Raises Repeated, or a Rejection.
    """
    decide.check_repeated(state, command.idempotency)
    order = _order(state, command.order_id)
    symbol = _symbol(order, market)
    cause = Cause(TransactionCause.SCENARIO_PLAYED, order.order_id, command.idempotency)
    draft = Draft(state, cause, now, market.market_time(order.symbol))
    match command.action:
        case Action.FILL:
            _fill(draft, order, symbol, command, market)
        case Action.REJECT:
            draft.reject(order.order_id, command.reason)
        case Action.DELAY:
            draft.add(OrderDelayed(order.order_id, draft.market_time + command.milliseconds))
        case Action.DISCONNECT if not order.disconnected:
            draft.add(OrderDisconnected(order.order_id))
        case Action.CONNECT if order.disconnected:
            draft.add(OrderConnected(order.order_id))
        case _ if command.idempotency is None:
            return None
        case _:
            pass
    return draft


def _order(state: AccountState, order_id: str) -> Order:
    order = state.view().order(order_id)
    if order is None:
        raise OrderNotFound(f"There is no order {order_id} in this account.")
    if not order.open or order.status is OrderStatus.HELD:
        raise OrderNotWorking(f"The order is {order.status}.")
    return order


def _symbol(order: Order, market: Market) -> Symbol:
    symbol = market.symbol(order.symbol)
    if symbol is None or symbol.data_kind not in PLAYED_ON:
        message = "Use a simulated or a recorded symbol."
        raise ScenarioOnRealPrices(
            f"{order.symbol} has no made-up prices.",
            Fault("/symbol", "data_kind", message, order.symbol),
        )
    return symbol


def _fill(
    draft: Draft, order: Order, symbol: Symbol, command: PlayScenario, market: Market
) -> None:
    quote = prevailing(market, order.symbol)
    if quote is None:
        raise NoPrice(f"{order.symbol} has no price yet.")
    quantity = _quantity(order, symbol, command.quantity)
    price = _price(order, symbol, command.price, quote.ask, quote.bid)
    basis = quote_basis(quote)
    _bring_to_trade(draft, order, price, basis)
    time = draft.market_time
    filled = Fill(order.order_id, quantity, price, MODEL, FORCED, basis, time)
    hearing.fill(draft, draft.order(order.order_id), filled, market)


def _bring_to_trade(draft: Draft, order: Order, price: Decimal, basis: QuoteBasis) -> None:
    """A pending order arrives first, a stop is triggered first."""
    order_id = order.order_id
    if order.status is OrderStatus.PENDING:
        stop, mark = order.stop_price, order.trail_mark
        draft.add(OrderActivated(order_id, order.quantity, stop, mark))
    if order.waits_for_trigger:
        draft.add(OrderTriggered(order_id, price, FORCED, basis))


def _quantity(order: Order, symbol: Symbol, wanted: Decimal | None) -> Decimal:
    if wanted is None or wanted == order.remaining:
        return order.remaining
    pretrade.check_quantity(symbol, wanted)
    if wanted > order.remaining:
        message = f"At most {money.text(order.remaining)}."
        raise QuantityOutOfRange(
            f"{money.text(order.remaining)} of the order is left.",
            fault("/quantity", "remaining", message, wanted, order.remaining),
        )
    return wanted


def _price(
    order: Order, symbol: Symbol, wanted: Decimal | None, ask: Decimal, bid: Decimal
) -> Decimal:
    if wanted is not None:
        pretrade.check_price(symbol, wanted, "/price")
    price = wanted or (ask if order.side is Side.BUY else bid)
    limit = order.limit_price
    if limit is None or within_limit(order, price):
        return price
    if wanted is None:
        return limit
    raise PriceOutOfRange(
        "No fill is worse than the order's limit.",
        fault("/price", "limit", f"The limit is {money.text(limit)}.", wanted, limit),
    )
