"""Divides a bar into its parts, so that the parts add up to exactly the bar."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from math import log, sqrt
from typing import Final, TypeAlias

from handlers.feeds.simulated.draws import draw

Cell: TypeAlias = tuple[int, int, int, int, int]
"""A bar in integers: open, high, low and close in ticks, volume in units.

Plain tuples: thousands are made at once, and these are the cheapest."""

RANGE_TO_DEVIATION: Final = 0.63
"""Of a random walk: its standard deviation by its expected range."""
_TRIANGLE: Final = sqrt(6) / 65_536
_PER_PART: Final = 5
"""Numbers drawn for each part: two for its step, one for its high, its low and its volume."""


def merge(cells: Sequence[Cell]) -> Cell:
    """What consecutive cells add up to."""
    if len(cells) == 1:
        return cells[0]
    opens, highs, lows, closes, volumes = zip(*cells, strict=True)
    return opens[0], max(highs), min(lows), closes[-1], sum(volumes)


def extremes(start: int, end: int, variance: float, up: int, down: int) -> tuple[int, int]:
    """High and low of a random walk from `start` to `end`, drawn by `up` and `down` (16 bits)."""
    middle, distance = start + end, (end - start) ** 2
    variance *= -2
    high = round((middle + sqrt(distance + variance * log((up + 0.5) / 65_536))) / 2)
    low = round((middle - sqrt(distance + variance * log((down + 0.5) / 65_536))) / 2)
    return max(start, end, high), min(start, end, low)


def split(cell: Cell, weights: tuple[float, ...], variance: float, key: bytes) -> tuple[Cell, ...]:
    """One part for each weight; a part moves and trades in proportion to it.

    `variance` is what is to be expected of the whole, in square ticks; its range counts as well.

    The first opens and the last closes as the cell does, each opens where the one before closed,
    the highest high and the lowest low are the cell's, and the volumes add up.
    """
    if len(weights) == 1:
        return (cell,)
    numbers = draw(key, _PER_PART * len(weights))
    shares = _shares(weights)
    variance = (variance + ((cell[1] - cell[2]) * RANGE_TO_DEVIATION) ** 2) / 2
    closes = _walk(cell, shares, variance, numbers)
    opens = [cell[0], *closes[:-1]]
    highs, lows = _ranges(cell, opens, closes, shares, variance, numbers)
    volumes = _volumes(cell, highs, lows, shares, numbers)
    return tuple(zip(opens, highs, lows, closes, volumes, strict=True))


def trades(cell: Cell, key: bytes) -> tuple[Cell, ...]:
    """The four trades of a cell that is divided no further: open, both extremes, close."""
    opening, high, low, closing, volume = cell
    order, *numbers = draw(key, 5)
    first, second = (high, low) if order & 1 else (low, high)
    volumes = _shared(volume, [1 + number for number in numbers])
    return tuple(
        (price, price, price, price, part)
        for price, part in zip((opening, first, second, closing), volumes, strict=True)
    )


@lru_cache(256)
def _shares(weights: tuple[float, ...]) -> tuple[tuple[float, float, float], ...]:
    """Of each part: its share, the root of it, and the sum of the shares so far."""
    total = sum(weights)
    shares = [weight / total for weight in weights]
    return tuple(
        (share, sqrt(share), done) for share, done in zip(shares, accumulate(shares), strict=True)
    )


_Shares: TypeAlias = tuple[tuple[float, float, float], ...]


def _walk(cell: Cell, shares: _Shares, variance: float, numbers: Sequence[int]) -> list[int]:
    """Closes of the parts: a random walk that ends at the close and stays inside the range."""
    opening, high, low, closing, _ = cell
    deviation = sqrt(variance) * _TRIANGLE
    steps = [
        (a + b - 65_535) * root
        for (_, root, _), a, b in zip(
            shares, numbers[::_PER_PART], numbers[1::_PER_PART], strict=True
        )
    ]
    drift = closing - opening - deviation * sum(steps)
    closes: list[int] = []
    for (_, _, done), position in zip(shares, accumulate(steps), strict=True):
        price = round(opening + drift * done + deviation * position)
        if price > high:
            price = max(low, 2 * high - price)
        elif price < low:
            price = min(high, 2 * low - price)
        closes.append(price)
    closes[-1] = closing
    return closes


def _ranges(
    cell: Cell,
    opens: Sequence[int],
    closes: Sequence[int],
    shares: _Shares,
    variance: float,
    numbers: Sequence[int],
) -> tuple[list[int], list[int]]:
    """Highs and lows of the parts."""
    _, top, bottom, _, _ = cell
    highs: list[int] = []
    lows: list[int] = []
    for (share, _, _), opening, closing, up, down in zip(
        shares, opens, closes, numbers[2::_PER_PART], numbers[3::_PER_PART], strict=True
    ):
        high, low = extremes(opening, closing, variance * share, up, down)
        highs.append(min(top, high))
        lows.append(max(bottom, low))
    # The part that comes closest to an extreme of the whole is the one that reaches it.
    highs[highs.index(max(highs))] = top
    lows[lows.index(min(lows))] = bottom
    return highs, lows


def _volumes(
    cell: Cell,
    highs: Sequence[int],
    lows: Sequence[int],
    shares: _Shares,
    numbers: Sequence[int],
) -> list[int]:
    """More is traded where the price moves more."""
    _, top, bottom, _, volume = cell
    whole = 65_536 / (top - bottom + 1)
    return _shared(
        volume,
        [
            share * (20_000 + number + (high - low) * whole)
            for (share, _, _), high, low, number in zip(
                shares, highs, lows, numbers[4::_PER_PART], strict=True
            )
        ],
    )


def _shared(volume: int, weights: Iterable[float]) -> list[int]:
    """The volume, in integers that add up to it and are in proportion to the weights."""
    sums = list(accumulate(weights))
    scale = volume / sums[-1]
    ends = [int(reached * scale) for reached in sums]
    ends[-1] = volume
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]
