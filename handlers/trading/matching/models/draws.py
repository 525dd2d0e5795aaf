"""Randomness without state: the same key draws the same number, on every machine."""

from decimal import Decimal
from hashlib import blake2b
from typing import Final, final

from handlers.trading.money import CONTEXT

_BYTES: Final = 8
_RANGE: Final = 1 << (8 * _BYTES)


@final
class Draws:
    """Numbers that depend on the seed and on the key alone.

    A key names what is drawn, the account's order (its id descends from the account's) and the
    market time. So what others do, or what was drawn before, changes nothing.
    """

    def __init__(self, seed: str) -> None:
        self._seed = blake2b(seed.encode(), digest_size=32).digest()

    def happens(self, probability: Decimal, *key: str | int) -> bool:
        """True with this probability, from 0 (never) to 1 (always)."""
        return self._draw(key) < CONTEXT.multiply(probability, Decimal(_RANGE))

    def between(self, lowest: int, highest: int, *key: str | int) -> int:
        """Uniform over lowest to highest, both included.

        Multiplies and shifts, as in Lemire, "Fast Random Integer Generation in an Interval",
        without its rejection step: a probability is off by less than 2**-64.
        """
        return lowest + (self._draw(key) * (highest - lowest + 1) >> (8 * _BYTES))

    def _draw(self, key: tuple[str | int, ...]) -> int:
        text = "\x1f".join(map(str, key)).encode()
        return int.from_bytes(blake2b(text, digest_size=_BYTES, key=self._seed).digest(), "big")
