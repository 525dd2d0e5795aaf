"""Divides a bar into its parts, so that the parts add up to exactly the bar."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from math import fsum, log, sqrt
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
    middle, distance, variance = start + end, (end - start) ** 2, -2 * variance
    # The root is never less than the distance, so the range holds both ends by itself.
    high = (middle + sqrt(distance + variance * log((up + 0.5) / 65_536))) / 2
    low = (middle - sqrt(distance + variance * log((down + 0.5) / 65_536))) / 2
    return round(high), round(low)


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
    closes = _walk(cell, shares, sqrt(variance) * _TRIANGLE, numbers)
    opens = [cell[0], *closes]
    highs, lows, activity = _ranges(cell, opens, shares, variance, numbers)
    return tuple(zip(opens, highs, lows, closes, _shared(cell[4], activity), strict=False))


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


_Shares: TypeAlias = tuple[tuple[float, float, float], ...]


@lru_cache(256)
def _shares(weights: tuple[float, ...]) -> _Shares:
    """Of each part: its share, the root of it, and the sum of the shares so far."""
    total = fsum(weights)
    shares = [weight / total for weight in weights]
    return tuple(
        (share, sqrt(share), done) for share, done in zip(shares, accumulate(shares), strict=True)
    )


def _walk(cell: Cell, shares: _Shares, deviation: float, numbers: Sequence[int]) -> list[int]:
    """Closes of the parts: a random walk that ends at the close and stays inside the range."""
    opening, high, low, closing, _ = cell
    position, index = 0.0, 0
    positions: list[float] = []
    for _, root, _ in shares:
        position += (numbers[index] + numbers[index + 1] - 65_535) * root
        positions.append(position)
        index += _PER_PART
    drift = closing - opening - deviation * position
    closes: list[int] = []
    for (_, _, done), position in zip(shares, positions, strict=True):
        price = round(opening + drift * done + deviation * position)
        if price > high:
            price = max(low, 2 * high - price)
        elif price < low:
            price = min(high, 2 * low - price)
        closes.append(price)
    closes[-1] = closing
    return closes


def _ranges(
    cell: Cell, edges: Sequence[int], shares: _Shares, variance: float, numbers: Sequence[int]
) -> tuple[list[int], list[int], list[float]]:
    """Highs and lows of the parts between the edges, and how much is traded in each.

    More is traded where the price moves more.
    """
    _, top, bottom, _, _ = cell
    highs: list[int] = []
    depths: list[int] = []  # Lows upside down.
    for index, (share, _, _) in enumerate(shares):
        up, down = numbers[index * _PER_PART + 2 : index * _PER_PART + 4]
        high, low = extremes(edges[index], edges[index + 1], variance * share, up, down)
        highs.append(high)
        depths.append(-low)
    _reach(highs, top, edges)
    _reach(depths, -bottom, [-edge for edge in edges])
    whole = 65_536 / (top - bottom + 1)
    activity = [
        share * (20_000 + number + (high + depth) * whole)
        for (share, _, _), number, high, depth in zip(
            shares, numbers[4::_PER_PART], highs, depths, strict=True
        )
    ]
    return highs, [-depth for depth in depths], activity


def _reach(highs: list[int], top: int, edges: Sequence[int]) -> None:
    """Let the part that goes furthest be the one that reaches the top of the whole, in place.

    Others that would go further turn back from there: cut off, they would all touch it.
    """
    furthest = highs.index(max(highs))
    if highs[furthest] > top:
        for index, high in enumerate(highs):
            if high > top:
                highs[index] = max(2 * top - high, edges[index], edges[index + 1])
    highs[furthest] = top


def _shared(volume: int, weights: Iterable[float]) -> list[int]:
    """The volume, in integers that add up to it and are in proportion to the weights."""
    sums = list(accumulate(weights))
    scale = volume / sums[-1]
    ends = [int(reached * scale) for reached in sums]
    ends[-1] = volume
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]
