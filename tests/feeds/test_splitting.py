"""Parts add up to exactly the whole, whatever the whole is."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from handlers.feeds.simulated.splitting import Cell, merge, split, trades


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    low = draw(st.integers(1, 10_000_000))
    spread = draw(st.one_of(st.integers(0, 5), st.integers(0, 1_000_000)))
    prices = st.integers(low, low + spread)
    return draw(prices), low + spread, low, draw(prices), draw(st.integers(0, 10**12))


keys = st.binary(min_size=4, max_size=16)
weights = st.lists(st.floats(0.01, 100), min_size=1, max_size=48).map(tuple)


@given(cells(), weights, st.floats(0, 1e9), keys)
def test_parts_add_up_to_the_whole(
    cell: Cell, shares: tuple[float, ...], variance: float, key: bytes
) -> None:
    parts = split(cell, shares, variance, key)
    assert len(parts) == len(shares)
    assert merge(parts) == cell


@given(cells(), weights, st.floats(0, 1e9), keys)
def test_every_part_is_a_bar_that_goes_on_where_the_one_before_ended(
    cell: Cell, shares: tuple[float, ...], variance: float, key: bytes
) -> None:
    parts = split(cell, shares, variance, key)
    for opening, high, low, closing, volume in parts:
        assert low <= min(opening, closing) <= max(opening, closing) <= high
        assert volume >= 0
    assert all(before[3] == after[0] for before, after in pairwise(parts))


@given(cells(), keys)
def test_four_trades_add_up_to_the_whole(cell: Cell, key: bytes) -> None:
    parts = trades(cell, key)
    assert len(parts) == 4
    assert merge(parts) == cell
    assert all(len(set(part[:4])) == 1 for part in parts)


@given(cells(), weights, st.floats(0, 1e9), keys)
def test_the_same_key_divides_in_the_same_way(
    cell: Cell, shares: tuple[float, ...], variance: float, key: bytes
) -> None:
    assert split(cell, shares, variance, key) == split(cell, shares, variance, key)
