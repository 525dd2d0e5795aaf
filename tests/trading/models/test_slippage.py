"""Who takes gets a worse price by the model, never a better one, and no limit is exceeded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated.models import Side
from handlers.trading import money
from handlers.trading.matching.models.slippage import (
    NoSlippage,
    SlippageModel,
    SpreadSlippage,
    TickSlippage,
    Touch,
    VolumeImpact,
    slipped,
)

TICK = Decimal("0.01")
MODELS: list[SlippageModel] = [
    NoSlippage(),
    TickSlippage(3),
    SpreadSlippage(Decimal("0.3")),
    VolumeImpact(Decimal("0.1")),
]
cents = st.integers(1, 100_000).map(lambda value: Decimal(value) * TICK)


def touch(
    side: Side = Side.BUY, price: str = "100.00", spread: str = "0.02", size: str = "500"
) -> Touch:
    return Touch(side, Decimal(price), Decimal(spread), Decimal(size), TICK)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (NoSlippage(), "0"),
        (TickSlippage(2), "0.02"),
        (SpreadSlippage(Decimal("0.5")), "0.01"),
        (SpreadSlippage(Decimal("0.51")), "0.02"),
        (SpreadSlippage(Decimal(2)), "0.04"),
        (VolumeImpact(Decimal("0.1")), "0.4"),  # 100 * 0.1 * (100 / 500)**2
    ],
)
def test_follows_its_formula_in_ticks(model: SlippageModel, expected: str) -> None:
    assert model.against(Decimal(100), touch()) == Decimal(expected)


def test_impact_ends_at_the_whole_size() -> None:
    model = VolumeImpact(Decimal("0.1"))
    assert model.against(Decimal(500), touch()) == 10
    assert model.against(Decimal(5_000), touch()) == 10
    assert model.against(Decimal(1), touch(size="0")) == 10, "where no size is known"


def test_worsens_a_buy_upwards_and_a_sell_downwards() -> None:
    against = Decimal("0.05")
    assert slipped(touch(Side.BUY), against, None) == Decimal("100.05")
    assert slipped(touch(Side.SELL), against, None) == Decimal("99.95")
    assert slipped(touch(Side.BUY), against, Decimal("100.02")) == Decimal("100.02")
    assert slipped(touch(Side.SELL), against, Decimal("99.98")) == Decimal("99.98")


def test_nothing_is_sold_below_one_tick() -> None:
    assert slipped(touch(Side.SELL, "0.03"), Decimal("0.05"), None) == TICK
    assert slipped(touch(Side.SELL, "0.005"), Decimal("0.05"), None) == Decimal("0.005")


@given(
    st.sampled_from(MODELS),
    st.sampled_from(Side),
    cents,
    cents,
    st.integers(0, 1_000),
    st.integers(1, 10_000),
)
def test_is_never_to_the_orders_advantage_nor_off_tick(
    model: SlippageModel, side: Side, price: Decimal, spread: Decimal, size: int, quantity: int
) -> None:
    met = Touch(side, price, spread, Decimal(size), TICK)
    against = model.against(Decimal(quantity), met)
    assert against >= 0
    assert money.is_multiple(against, TICK)
    result = slipped(met, against, None)
    assert result >= price if side is Side.BUY else TICK <= result <= price


def test_names_say_the_parameters() -> None:
    assert [model.name for model in MODELS] == [
        "",
        "slippage of 3 ticks",
        "slippage of 0.3 of the spread",
        "volume impact 0.1",
    ]
