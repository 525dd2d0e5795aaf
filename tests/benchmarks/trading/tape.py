"""The quotes that both exchanges get, and what is done at each. Knows nothing of either."""

from collections.abc import Iterator
from random import Random
from typing import Final

RESTING: Final = 100
"""Orders that no quote fills."""
_START: Final = 1_764_000_000_000_000_000


def prices(quotes: int) -> Iterator[tuple[int, str, str]]:
    """Unix nanoseconds, bid and ask, four times a second: a walk that stays near 100."""
    random, cents = Random(1), 10_000
    for number in range(quotes):
        cents = min(max(cents + random.randrange(-5, 6), 9_500), 10_500)
        yield (
            _START + number * 250_000_000,
            f"{cents / 100:.2f}",
            f"{(cents + 2) / 100:.2f}",
        )


def limit(number: int) -> str:
    """Where the resting buys are."""
    return f"{50 + number / 100:.2f}"


def fills_at(number: int, every: int) -> bool:
    """Whether this quote is traded on; `every` 0 trades never."""
    return bool(every) and number % every == 0


def side(number: int, every: int) -> str:
    """Buys and sells in turn."""
    return "sell" if number // every % 2 else "buy"
