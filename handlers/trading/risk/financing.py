"""What it costs to hold margin positions beyond the end of a session. Pure.

Charged once at the end of each session of the symbol, for the calendar days until the next one
ends (a weekend counts three), on the value at the price at which the position could be closed:

    financing  = (value - initial margin) x financing rate x days / 365     long and short
    borrow fee = value x borrow rate x days / 365                           stock sold short

Both are rounded half to even at 12 digits. What is traded with leverage 1 is paid in full and
costs no financing. Sessions that ended while the server was down are charged together at the next
price. Cash accounts borrow nothing and pay nothing.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from generated.models import ActivityType, PositionSide, SymbolType, TransactionCause
from handlers.market.resolutions import DAY
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking.draft import Draft
from handlers.trading.ledger.events import BalanceChanged, FinancingCharged
from handlers.trading.ledger.transactions import Cause
from handlers.trading.market import Market
from handlers.trading.money import ZERO
from handlers.trading.positions.margin import PositionFigures
from handlers.trading.positions.position import Position
from handlers.trading.risk import liquidation

DAYS_A_YEAR: Final = Decimal(365)


@dataclass(frozen=True, slots=True)
class AnnualRates:
    """0.06 is 6 % a year."""

    financing: Decimal = Decimal("0.06")
    borrow: Decimal = Decimal("0.01")


NOTHING: Final = AnnualRates(ZERO, ZERO)


def due_at(state: AccountState, position: Position, market: Market) -> int | None:
    """Market time of the session's end at which the position is charged; None if none is known."""
    if market.symbol(position.symbol) is None:
        return None
    charged = state.standing.financed.get(position.position_id)
    return charged or market.session_end(position.symbol, position.opened_market_time)


@money.exact
def charge(state: AccountState, market: Market, rates: AnnualRates, now: int) -> Draft | None:
    """For all sessions that have ended; None where none has."""
    due = {} if state.terms.in_full else _due(state, market)
    if not due:
        return None
    at = market.market_time(next(iter(due)))
    draft = Draft(state, Cause(TransactionCause.FINANCING), now, at)
    for item in liquidation.figures(state, market).positions:
        symbol = market.symbol(item.symbol)
        if symbol is not None and item.symbol in due:
            _charge(draft, _cost(state, item, symbol, due[item.symbol], rates))
    return draft


def _due(state: AccountState, market: Market) -> dict[str, tuple[int, int]]:
    """By symbol from which session's end the charge is, and until which."""
    found = {}
    for position in state.open_positions.values():
        since = due_at(state, position, market)
        if since is not None and since <= market.market_time(position.symbol):
            until = market.session_end(position.symbol)
            if until is not None and until > since:
                found[position.symbol] = (since, until)
    return found


def _cost(
    state: AccountState,
    item: PositionFigures,
    symbol: Symbol,
    span: tuple[int, int],
    rates: AnnualRates,
) -> FinancingCharged:
    position, value = state.open_positions[item.symbol], abs(item.market_value)
    days = max(1, (span[1] - span[0] + DAY // 2) // DAY)
    financed = value - money.value_of(value, state.terms.rates(symbol).initial)
    short_stock = position.side is PositionSide.SHORT and symbol.type is SymbolType.STOCK
    borrow = rates.borrow if short_stock else ZERO
    return FinancingCharged(
        position_id=position.position_id,
        symbol=position.symbol,
        quantity=position.quantity,
        price=item.market_price,
        financed=financed,
        days=days,
        financing_rate=rates.financing,
        financing=_of(financed, rates.financing, days),
        borrow_rate=borrow,
        borrow_fee=_of(value, borrow, days),
        until=span[1],
    )


def _of(value: Decimal, rate: Decimal, days: int) -> Decimal:
    return money.quotient(money.CONTEXT.multiply(value * rate, Decimal(days)), DAYS_A_YEAR)


def _charge(draft: Draft, event: FinancingCharged) -> None:
    draft.add(event)
    days = f"{event.days} day" if event.days == 1 else f"{event.days} days"
    for amount, rate, kind in (
        (event.financing, event.financing_rate, ActivityType.FINANCING),
        (event.borrow_fee, event.borrow_rate, ActivityType.BORROW_FEE),
    ):
        if amount:
            draft.add(
                BalanceChanged(
                    -amount,
                    draft.balance - amount,
                    kind,
                    event.symbol,
                    position_id=event.position_id,
                    note=f"{money.text(rate)} a year for {days}",
                )
            )
