"""Figures of daily equity, beside the same formulas in floating point."""

import math
import statistics
from decimal import Decimal
from itertools import pairwise

import pytest

from handlers.trading.reporting import returns
from handlers.trading.reporting.equity import DAY, EquityDay

FIRST = Decimal(1_000)
CURVE = ("1010", "990", "1050.50", "1029.49", "1100", "935", "1200")


def days(*equity: str, gross: str = "0") -> list[EquityDay]:
    return [
        EquityDay(number * DAY, Decimal(value), Decimal(gross))
        for number, value in enumerate(equity, 1)
    ]


def close(value: Decimal | None, expected: float) -> None:
    assert value is not None
    assert float(value) == pytest.approx(expected, abs=1e-9)


def test_ratios_are_what_their_formulas_say() -> None:
    found = returns.returns(FIRST, days(*CURVE))
    assert found is not None
    series = [1_000.0, *map(float, CURVE)]
    plain = [after / before - 1 for before, after in pairwise(series)]
    assert [float(item) for item in found] == pytest.approx(plain, abs=1e-11)
    mean, deviation = statistics.fmean(plain), statistics.stdev(plain)
    downside = math.sqrt(statistics.fmean(min(item, 0.0) ** 2 for item in plain))
    close(returns.sharpe(found, 252), mean / deviation * math.sqrt(252))
    close(returns.sortino(found, 365), mean / downside * math.sqrt(365))
    close(returns.volatility(found, 252), deviation * math.sqrt(252))


def test_the_deepest_fall_is_found_with_its_days() -> None:
    found = returns.drawdown(FIRST, days(*CURVE))
    assert found == returns.Drawdown(Decimal(165), Decimal("0.15"), 5 * DAY, 6 * DAY)
    at_once = returns.drawdown(FIRST, days("900", "990"))
    assert at_once == returns.Drawdown(Decimal(100), Decimal("0.1"), None, DAY)
    never = returns.drawdown(FIRST, days("1000", "1001"))
    assert never == returns.Drawdown(Decimal(0), Decimal(0), None, None)


def test_what_is_not_defined_is_not_told() -> None:
    assert returns.returns(FIRST, days("0", "10")) is None
    assert returns.returns(FIRST, days("10", "-1")) is not None, "the last may be lost"
    one = returns.returns(FIRST, days("1100"))
    assert one is not None
    assert returns.sharpe(one, 252) is None
    assert returns.sortino(one, 252) is None
    same = (Decimal("0.01"), Decimal("0.01"))
    assert returns.sharpe(same, 252) is None, "without a deviation"
    assert returns.sortino(same, 252) is None, "without a loss"
    assert returns.exposure([]) is None
    assert returns.exposure(days("-5")) is None


def test_exposure_is_gross_value_over_equity() -> None:
    held = days("1000", "1000", gross="500")
    found = returns.exposure([*held, *days("1000", "2000", gross="0")])
    assert found == returns.Exposure(Decimal("0.5"), Decimal("0.25"), Decimal("0.5"))
