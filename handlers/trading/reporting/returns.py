"""Figures of a series of daily equity: growth, risk, and what was exposed.

The return of a day is its equity divided by that of the trading day before, less one. Ratios are
stated for a year of `periods` trading days, without a risk-free rate. They are of one account, thus
of one clock: figures of different clocks never meet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from handlers.trading import money
from handlers.trading.money import ZERO
from handlers.trading.reporting.equity import EquityDay

TRADING_DAYS: Final = 252
"""Of a year on an exchange."""
CALENDAR_DAYS: Final = 365
"""Of a year where all days are traded."""


@dataclass(frozen=True, slots=True)
class Drawdown:
    amount: Decimal
    """The deepest fall of equity from a high before, in the account's currency; 0 without one."""
    rate: Decimal
    """Of that high."""
    peak: int | None
    """Days of the high and of the low, None where equity never fell."""
    trough: int | None


@dataclass(frozen=True, slots=True)
class Exposure:
    """At the ends of days: on how many a position was open, and gross value over equity."""

    time_in_market: Decimal
    average: Decimal
    highest: Decimal


@money.exact
def returns(first: Decimal, days: Sequence[EquityDay]) -> tuple[Decimal, ...] | None:
    """One for each day; None where equity was not above zero, as no return is defined then."""
    series = [first, *(item.equity for item in days)]
    if any(value <= ZERO for value in series[:-1]):
        return None
    return tuple(money.quotient(after - before, before) for before, after in pairwise(series))


@money.exact
def sharpe(values: Sequence[Decimal], periods: int) -> Decimal | None:
    """Mean return over its standard deviation (n - 1), times the root of the periods of a year.

    W. F. Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 21 (1994), with a risk-free
    rate of zero. None for fewer than two returns, or where they do not differ.
    """
    deviation = _deviation(values)
    if not deviation:
        return None
    return money.quotient(_mean(values) * money.root(Decimal(periods)), deviation)


@money.exact
def sortino(values: Sequence[Decimal], periods: int) -> Decimal | None:
    """Mean return over the downside deviation from zero, times the root of a year's periods.

    F. A. Sortino and L. N. Price, "Performance Measurement in a Downside Risk Framework", Journal
    of Investing 3 (1994): the deviation is the root of the mean of squared losses over all days.
    None for fewer than two returns, or where none is a loss.
    """
    if len(values) < 2:
        return None
    squares = sum((money.amount(min(value, ZERO) ** 2) for value in values), ZERO)
    downside = money.root(money.quotient(squares, Decimal(len(values))))
    if not downside:
        return None
    return money.quotient(_mean(values) * money.root(Decimal(periods)), downside)


@money.exact
def volatility(values: Sequence[Decimal], periods: int) -> Decimal | None:
    """Standard deviation (n - 1) of the returns, times the root of a year's periods."""
    deviation = _deviation(values)
    return None if deviation is None else money.amount(deviation * money.root(Decimal(periods)))


@money.exact
def drawdown(first: Decimal, days: Sequence[EquityDay]) -> Drawdown:
    """The deepest fall as a rate; of equals the first. `peak` is None for the equity before all."""
    deepest = Drawdown(ZERO, ZERO, None, None)
    high, peak = first, None
    for item in days:
        if item.equity > high:
            high, peak = item.equity, item.day
        fall = high - item.equity
        if high > ZERO and money.quotient(fall, high) > deepest.rate:
            deepest = Drawdown(fall, money.quotient(fall, high), peak, item.day)
    return deepest


@money.exact
def exposure(days: Sequence[EquityDay]) -> Exposure | None:
    """None without days, or where equity was not above zero."""
    if not days or any(item.equity <= ZERO for item in days):
        return None
    rates = [money.quotient(item.gross_value, item.equity) for item in days]
    held = sum(1 for item in days if item.gross_value)
    number = Decimal(len(days))
    return Exposure(
        money.quotient(Decimal(held), number),
        money.quotient(sum(rates, ZERO), number),
        max(rates),
    )


def _mean(values: Sequence[Decimal]) -> Decimal:
    return money.quotient(sum(values, ZERO), Decimal(len(values)))


def _deviation(values: Sequence[Decimal]) -> Decimal | None:
    if len(values) < 2:
        return None
    mean = _mean(values)
    squares = sum((money.amount((value - mean) ** 2) for value in values), ZERO)
    return money.root(money.quotient(squares, Decimal(len(values) - 1)))
