"""Exact where it must be, rounded where it says so."""

from decimal import Decimal, Inexact, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.trading import money

amounts = st.decimals(-(10**17), 10**17, allow_nan=False, allow_infinity=False, places=12)
steps = st.sampled_from([Decimal("0.01"), Decimal(1), Decimal("0.00000001"), Decimal("0.25")])


@money.exact
def third() -> Decimal:
    return Decimal(1) / Decimal(3)


def test_what_is_not_exact_raises_instead_of_losing_a_digit() -> None:
    with pytest.raises(Inexact):
        third()


@given(amounts, amounts)
def test_sums_and_products_keep_every_digit(one: Decimal, other: Decimal) -> None:
    with localcontext(money.CONTEXT):
        assert one + other - other == one
        assert one * other == other * one


@given(amounts)
def test_every_number_has_one_spelling(value: Decimal) -> None:
    text = money.text(value)
    assert Decimal(text) == value
    assert money.text(Decimal(f"{value:f}")) == text
    assert "E" not in text
    assert text != "-0"


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.0000000000005", "0"), ("0.0000000000015", "2E-12"), ("-0.0000000000025", "-2E-12")],
)
def test_amounts_round_half_to_even_at_twelve_digits(value: str, rounded: str) -> None:
    assert money.amount(Decimal(value)) == Decimal(rounded)


@given(amounts.filter(bool), st.integers(1, 1000), st.integers(1, 1000))
def test_shares_of_a_total_add_up_to_it(total: Decimal, part: int, rest: int) -> None:
    whole = Decimal(part + rest)
    share = money.share_of(total, Decimal(part), whole)
    with localcontext(money.CONTEXT):
        left = total - share
        assert share + money.share_of(left, Decimal(rest), Decimal(rest)) == total


@given(st.decimals(0, 10**9, allow_nan=False, places=10), steps)
def test_the_nearest_multiple_is_one_and_none_is_nearer(value: Decimal, step: Decimal) -> None:
    nearest = money.nearest_multiple(value, step)
    assert money.is_multiple(nearest, step)
    assert abs(nearest - value) <= step / 2
    below = money.floor_multiple(value, step)
    assert money.is_multiple(below, step)
    assert 0 <= value - below < step


@pytest.mark.parametrize(
    ("value", "words"),
    [("45816.4348241094", "45816.44 USD"), ("30", "30 USD"), ("0.001", "0.01 USD")],
)
def test_what_is_missing_is_rounded_up(value: str, words: str) -> None:
    assert money.enough(Decimal(value), "USD") == words
