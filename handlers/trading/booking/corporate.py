"""Splits and dividends: what they do to an account at the open of their day.

What was held or ordered before that day is concerned, whatever its time in force; what has expired
by then expires first. A split rescales (`splits`); a dividend is paid to who is long and by who is
short, on the very day, and leaves orders alone. Pure.
"""

from collections.abc import Sequence

from generated.models import ActivityType, TransactionCause
from handlers.market.actions import CorporateAction, Dividend, Split
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking import splits
from handlers.trading.booking.draft import Draft
from handlers.trading.ledger.events import BalanceChanged, DividendApplied
from handlers.trading.ledger.transactions import Cause
from handlers.trading.market import Market
from handlers.trading.orders.order import Order
from handlers.trading.positions import conversion


@money.exact
def act(state: AccountState, market: Market, now: int, until: int | None = None) -> Draft | None:
    """The oldest split or dividend that has come and is not applied yet; None where there is none.

    Those of one symbol and day are one transaction. `until` leaves out what is later than that
    market time: a report is booked on what was held then.
    """
    found = _due(state, market, until)
    if not found:
        return None
    time, symbol = found[0].time, market.symbol(found[0].symbol)
    if symbol is None:
        return None
    draft = Draft(state, Cause(TransactionCause.CORPORATE_ACTION), now, time)
    for order in _ordered(state, found[0].symbol, time):
        if order.expires_at is not None and order.expires_at <= time:
            draft.expire(order.order_id)
    for action in found:
        match action:
            case Split():
                splits.apply(draft, action, symbol, market)
            case Dividend():
                _pay(draft, action, symbol, market)
    return draft


def _due(state: AccountState, market: Market, until: int | None) -> Sequence[CorporateAction]:
    """All of one symbol and day, the oldest first."""
    symbols = {*state.open_positions, *(item.symbol for item in state.open_orders.values())}
    found: list[CorporateAction] = []
    for symbol in sorted(symbols):
        if market.symbol(symbol) is None:
            continue
        found.extend(
            action
            for action in market.actions(symbol, state.acted.get(symbol, -1))
            if (until is None or action.time <= until) and _concerns(state, action)
        )
    first = min(found, key=lambda action: action.time, default=None)
    if first is None:
        return ()
    return [item for item in found if (item.time, item.symbol) == (first.time, first.symbol)]


def _concerns(state: AccountState, action: CorporateAction) -> bool:
    position = state.open_positions.get(action.symbol)
    if position is not None and position.opened_market_time < action.time:
        return True
    return isinstance(action, Split) and bool(_ordered(state, action.symbol, action.time))


def _ordered(state: AccountState, symbol: str, time: int) -> list[Order]:
    return [
        order
        for order in state.open_orders.values()
        if order.symbol == symbol and order.created_market_time < time
    ]


def _pay(draft: Draft, dividend: Dividend, symbol: Symbol, market: Market) -> None:
    position = draft.positions.get(dividend.symbol)
    if position is None or position.opened_market_time >= dividend.time:
        return
    quantity, amount = position.quantity, dividend.amount
    draft.add(
        DividendApplied(
            symbol=dividend.symbol,
            time=dividend.time,
            amount=amount,
            currency=symbol.currency,
            position_id=position.position_id,
            quantity=quantity,
        )
    )
    terms = draft.terms
    rate = conversion.last_rate(symbol.id, terms.currency, market, terms.rates_used)
    rate = rate or conversion.SAME
    due = position.sign * money.value_of(quantity, amount)
    paid = rate.into(due)
    draft.add(
        BalanceChanged(
            paid,
            draft.balance + paid,
            ActivityType.DIVIDEND,
            position.symbol,
            position_id=position.position_id,
            note=f"{money.text(amount)} for each of {money.text(quantity)}",
            conversion=rate.of(due),
        )
    )
