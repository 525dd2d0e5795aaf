"""Equity at the end of each trading day, valued at the closes of the daily bars.

What is held in another currency is converted at the close of the pair.

A trading day of an account is a day on which one of the symbols that it has traded in its epoch
has a daily bar; from the day of the first fill on. It holds what was booked before 00:00 UTC of
the next day, in the market's time. Once worked out a day is stored, and stays as it is.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from generated.models import AccountType
from handlers.market.bars import Bar
from handlers.trading import money
from handlers.trading.accounts.account import AccountView
from handlers.trading.ledger.basis import exact_price
from handlers.trading.money import ZERO
from handlers.trading.positions.conversion import converted

DAY: Final = 86_400_000

Closes = Mapping[str, Sequence[Bar]]
"""By symbol its daily bars, oldest first."""


Pairs = Mapping[str, tuple[Sequence[Bar], bool]]
"""By symbol of another currency: the daily bars of the pair, and whether amounts are divided."""

NO_PAIRS: Final[Pairs] = {}


@dataclass(frozen=True, slots=True)
class EquityDay:
    day: int
    """00:00 UTC of the trading day, Unix milliseconds."""
    equity: Decimal
    gross_value: Decimal
    """Market value of all positions at its end, long and short alike: what was exposed."""


@money.exact
def equity_days(
    view: AccountView, closes: Closes, after: int | None, before: int, pairs: Pairs = NO_PAIRS
) -> tuple[EquityDay, ...]:
    """The trading days with `after < day < before`, oldest first; all of them are over."""
    executions = view.executions()
    if not executions:
        return ()
    first = executions[0].market_time // DAY * DAY
    start = first if after is None else max(first, after + DAY)
    days = sorted({bar.time for bars in closes.values() for bar in bars})
    wanted = [day for day in days if start <= day < before]
    past = _Past(view, closes, pairs, start)
    return tuple(past.equity(day) for day in wanted)


class _Past:
    """What an account had at the end of its days from `start` on."""

    def __init__(self, view: AccountView, closes: Closes, pairs: Pairs, start: int) -> None:
        self._view, self._closes, self._pairs = view, closes, pairs
        self._activities = view.activities()
        self._held = tuple(
            item for item in view.all_positions() if item.open or item.updated_market_time >= start
        )

    def equity(self, day: int) -> EquityDay:
        end = day + DAY
        equity, gross = self._balance(end), ZERO
        for item in self._held:
            closed = not item.open and item.updated_market_time < end
            if closed or item.opened_market_time >= end:
                continue
            position = self._view.position_before(item.position_id, end)
            if position is None or not position.open:
                continue
            price = _close(self._closes.get(position.symbol, ()), day) or position.average_price
            value = position.market_value(price)
            gross += self._converted(position.symbol, abs(value), day)
            cash = self._view.identity.type is not AccountType.MARGIN
            held = value if cash else position.unrealized_pnl(price)
            equity += self._converted(position.symbol, held, day)
        return EquityDay(day, equity, gross)

    def _converted(self, symbol: str, amount: Decimal, day: int) -> Decimal:
        """At the close of the pair, else at the last rate that the account has used."""
        bars, inverted = self._pairs.get(symbol, ((), False))
        rate = _close(bars, day)
        if rate is None:
            return converted(amount, self._view.rate_used(symbol))
        return money.quotient(amount, rate) if inverted else money.value_of(amount, rate)

    def _balance(self, end: int) -> Decimal:
        booked = (item.balance for item in reversed(self._activities) if item.market_time < end)
        return next(booked, self._view.first_balance)


def _close(bars: Sequence[Bar], day: int) -> Decimal | None:
    """Of that day, or of the newest day before it."""
    index = bisect_right(bars, day, key=_time)
    return exact_price(bars[index - 1].close) if index else None


def _time(bar: Bar) -> int:
    return bar.time
