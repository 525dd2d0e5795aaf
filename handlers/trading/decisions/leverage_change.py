"""Deciding about another leverage: what it would take, and the change itself. Pure."""

from decimal import Decimal

from generated.models import TransactionCause
from handlers.market.symbols import Symbol
from handlers.trading import money
from handlers.trading.accounts.account import AccountState
from handlers.trading.booking.draft import Draft
from handlers.trading.decisions import decide
from handlers.trading.ledger.events import LeverageChanged
from handlers.trading.ledger.transactions import Cause
from handlers.trading.market import Market, time_at
from handlers.trading.money import ZERO
from handlers.trading.orders.rejections import InsufficientMargin, fault
from handlers.trading.positions import margin
from handlers.trading.positions.leverage import LOWEST, STEP, MarginTerms
from handlers.trading.risk import pretrade


@money.exact
def change(
    state: AccountState, symbol_id: str, leverage: Decimal, market: Market, now: int
) -> Draft | None:
    """None where that is the leverage already. Raises a Rejection.

    A lower one needs more margin and is refused where funds are missing; a higher one never is.
    """
    decide.check_repeated(state, None)
    symbol = pretrade.check_symbol(state, symbol_id, market)
    before, after = state.terms, state.terms.choosing(symbol, leverage)
    if before.choice(symbol) == after.choice(symbol):
        return None
    lacking = missing(state, before, after, symbol, market)
    if lacking > ZERO:
        raise InsufficientMargin(
            f"{money.enough(lacking, after.currency)} of margin is missing.",
            fault(
                "/leverage",
                "margin",
                f"{money.enough(lacking, after.currency)} is missing.",
                leverage,
                _nearest(state, after, symbol, lacking, market),
            ),
        )
    cause = Cause(TransactionCause.LEVERAGE_CHANGED)
    draft = Draft(state, cause, now, time_at(market, symbol.id, now))
    draft.add(LeverageChanged(symbol.id, leverage))
    return draft


@money.exact
def missing(
    state: AccountState, before: MarginTerms, after: MarginTerms, symbol: Symbol, market: Market
) -> Decimal:
    """The funds that the change lacks; zero where it binds no more margin than now."""
    if after.rates(symbol).initial <= before.rates(symbol).initial:
        return ZERO
    return max(ZERO, -_figures(state, after, market).available_funds)


def _nearest(
    state: AccountState, terms: MarginTerms, symbol: Symbol, lacking: Decimal, market: Market
) -> Decimal | None:
    """The lowest leverage that the funds allow; None where they are short with the highest too."""
    rate = terms.rates(symbol).initial
    bound = _bound(state, terms, symbol, market)
    if lacking >= bound:
        return None
    least = money.quotient(bound, money.value_of(rate, bound - lacking) or LOWEST)
    lowest = -money.floor_multiple(-least, STEP)
    for leverage in (lowest, lowest + STEP, terms.highest(symbol)):
        if LOWEST <= leverage <= terms.highest(symbol):
            other = terms.choosing(symbol, leverage)
            if _figures(state, other, market).available_funds >= ZERO:
                return leverage
    return None


def _bound(state: AccountState, terms: MarginTerms, symbol: Symbol, market: Market) -> Decimal:
    """The initial margin of the symbol's position and orders."""
    held = {key: item for key, item in state.open_positions.items() if key == symbol.id}
    orders = [item for item in state.open_orders.values() if item.symbol == symbol.id]
    result = margin.figures(ZERO, held, orders, market, terms, LOWEST)
    return result.initial_margin + result.order_margin


def _figures(state: AccountState, terms: MarginTerms, market: Market) -> margin.Figures:
    return margin.figures(
        state.balance.balance,
        state.open_positions,
        state.open_orders.values(),
        market,
        terms,
        lowest_rate=LOWEST,
    )
