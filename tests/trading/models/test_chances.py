"""Chances depend on seed and key alone: latency, the queue, and what is offered."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.trading.matching.models.draws import Draws
from handlers.trading.matching.models.latency import FixedLatency, NoLatency, UniformLatency
from handlers.trading.matching.models.liquidity import ShareOfSize, Unlimited
from handlers.trading.matching.models.queue import ChanceInQueue, FirstInQueue

DRAWS = Draws("seed")
KNOWN = [145, 596, 352, 128, 954]


def test_the_same_key_draws_the_same_on_every_machine() -> None:
    assert [DRAWS.between(0, 999, "latency", "ord_1", number) for number in range(5)] == KNOWN
    again = Draws("seed")
    assert [again.between(0, 999, "latency", "ord_1", number) for number in range(5)] == KNOWN


def test_another_seed_or_part_of_the_key_draws_another() -> None:
    drawn = {
        DRAWS.between(0, 10**9, "a", "ord_1", 1),
        DRAWS.between(0, 10**9, "b", "ord_1", 1),
        DRAWS.between(0, 10**9, "a", "ord_2", 1),
        DRAWS.between(0, 10**9, "a", "ord_1", 2),
        DRAWS.between(0, 10**9, "a", "ord_11"),
        Draws("other").between(0, 10**9, "a", "ord_1", 1),
    }
    assert len(drawn) == 6


@given(st.integers(-1_000, 1_000), st.integers(0, 1_000), st.text())
def test_draws_stay_between_their_bounds(lowest: int, span: int, key: str) -> None:
    assert lowest <= DRAWS.between(lowest, lowest + span, key) <= lowest + span


def test_draws_are_spread_evenly() -> None:
    counts = [0] * 10
    for number in range(10_000):
        counts[DRAWS.between(0, 9, "spread", number)] += 1
    assert all(900 < count < 1_100 for count in counts)


@pytest.mark.parametrize(("probability", "low", "high"), [("0", 0, 0), ("1", 4_000, 4_000)])
def test_never_and_always_are_certain(probability: str, low: int, high: int) -> None:
    model = ChanceInQueue(Decimal(probability))
    assert low <= sum(model.reached(DRAWS, "ord_1", time) for time in range(4_000)) <= high


def test_a_chance_is_met_as_often_as_it_says() -> None:
    model = ChanceInQueue(Decimal("0.25"))
    assert 900 < sum(model.reached(DRAWS, "ord_1", time) for time in range(4_000)) < 1_100
    assert model.reached(DRAWS, "ord_1", 7) is model.reached(DRAWS, "ord_1", 7)
    assert FirstInQueue().reached(DRAWS, "ord_1", 7)


def test_latency_is_drawn_once_for_a_revision_of_an_order() -> None:
    model = UniformLatency(20, 80)
    drawn = {model.delay(DRAWS, "ord_1", revision) for revision in range(1_000)}
    assert min(drawn) == 20
    assert max(drawn) == 80
    assert model.delay(DRAWS, "ord_1", 3) == model.delay(DRAWS, "ord_1", 3)
    assert FixedLatency(50).delay(DRAWS, "ord_1", 1) == 50
    assert NoLatency().delay(DRAWS, "ord_1", 1) == 0


@pytest.mark.parametrize(
    ("size", "step", "expected"),
    [
        ("100", "1", "10"),
        ("109", "1", "10"),
        ("9", "1", "1"),
        ("0", "1", "0"),
        ("1", "0.01", "0.1"),
    ],
)
def test_a_share_of_the_size_is_whole_steps_and_at_least_one(
    size: str, step: str, expected: str
) -> None:
    offered = ShareOfSize(Decimal("0.1")).available(Decimal(size), Decimal(step))
    assert offered == Decimal(expected)


def test_unlimited_gives_what_is_wanted() -> None:
    assert Unlimited().available(Decimal(1), Decimal(1)) is None


def test_names_say_the_parameters() -> None:
    assert FixedLatency(50).name == "latency 50 ms"
    assert UniformLatency(20, 80).name == "latency 20 to 80 ms"
    assert ShareOfSize(Decimal("0.10")).name == "0.1 of the size"
    assert ChanceInQueue(Decimal("0.5")).name == "fills at touch with probability 0.5"
    assert (NoLatency().name, Unlimited().name, FirstInQueue().name) == ("", "", "")
