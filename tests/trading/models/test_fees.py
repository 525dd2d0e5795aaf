"""A fee is one of the whole order, however it was filled."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.trading.matching.models.fees import FeeModel, NoFee, UnitFee, ValueFee

MODELS: list[FeeModel] = [
    NoFee(),
    UnitFee(Decimal("0.005"), Decimal(1)),
    ValueFee(Decimal("0.001"), Decimal("0.35")),
    ValueFee(Decimal("0.0026")),
]
fills = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 100_000)), min_size=1, max_size=12)


def charge(model: FeeModel, parts: list[tuple[Decimal, Decimal]]) -> list[Decimal]:
    """What each of the fills (quantity, price) pays."""
    quantity = value = charged = Decimal(0)
    paid = []
    for units, price in parts:
        quantity, value = quantity + units, value + units * price
        paid.append(model.commission(charged, quantity, value))
        charged += paid[-1]
    return paid


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (NoFee(), "0"),
        (UnitFee(Decimal("0.005")), "0.5"),
        (UnitFee(Decimal("0.005"), Decimal(1)), "1"),
        (ValueFee(Decimal("0.001")), "1"),
        (ValueFee(Decimal("0.001"), Decimal(5)), "5"),
    ],
)
def test_follows_its_formula(model: FeeModel, expected: str) -> None:
    assert model.total(Decimal(100), Decimal(1_000)) == Decimal(expected)


def test_the_minimum_is_charged_once_over_ten_partial_fills() -> None:
    model = UnitFee(Decimal("0.005"), Decimal(1))
    paid = charge(model, [(Decimal(30), Decimal(10))] * 10)
    assert (
        paid
        == [Decimal(text) for text in ("1", "0", "0", "0", "0", "0", "0.05")]
        + [Decimal("0.15")] * 3
    )


@given(st.sampled_from(MODELS), fills)
def test_partial_fills_pay_together_what_one_fill_pays(
    model: FeeModel, drawn: list[tuple[int, int]]
) -> None:
    parts = [(Decimal(units), Decimal(price) / 100) for units, price in drawn]
    paid = charge(model, parts)
    quantity = sum((units for units, _ in parts), Decimal(0))
    value = sum((units * price for units, price in parts), Decimal(0))
    assert all(item >= 0 for item in paid)
    assert sum(paid) == model.total(quantity, value)


def test_what_was_charged_too_much_is_not_paid_back() -> None:
    assert UnitFee(Decimal("0.01")).commission(Decimal(5), Decimal(10), Decimal(100)) == 0


def test_names_say_the_parameters() -> None:
    assert [model.name for model in MODELS] == [
        "",
        "fee 0.005 a unit, at least 1",
        "fee 0.001 of the value, at least 0.35",
        "fee 0.0026 of the value",
    ]
