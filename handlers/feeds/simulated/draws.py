"""Randomness without state: the same key draws the same numbers, on every machine."""

from hashlib import blake2b, shake_128
from math import sqrt
from struct import Struct
from typing import Final

_RANGE: Final = 65_536
_NORMAL: Final = sqrt(12 / 4) / _RANGE
_NODE: Final = Struct("<III")
_FORMATS: dict[int, Struct] = {}


def root(*names: str) -> bytes:
    """The key from which a family of keys descends."""
    return blake2b("\0".join(names).encode(), digest_size=16).digest()


def key(parent: bytes, kind: int, where: int, part: int = 0) -> bytes:
    """The key of a node: what it is, and where (numbers below 2**32)."""
    return parent + _NODE.pack(kind, where, part)


def draw(key: bytes, count: int) -> tuple[int, ...]:
    """So many independent integers, uniform over 0 to 65535."""
    layout = _FORMATS.get(count)
    if layout is None:
        layout = _FORMATS[count] = Struct(f"<{count}H")
    return layout.unpack(shake_128(key).digest(layout.size))


def normal(a: int, b: int, c: int, d: int) -> float:
    """Nearly standard normal (the sum of four), within 3.5 of zero."""
    return (a + b + c + d - 2 * (_RANGE - 1)) * _NORMAL
