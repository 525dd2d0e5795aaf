"""Makes examples live: times become now, and the prices of what streams publish move.

A price is a function of its key and the time, so that what is streamed equals what REST answers.
"""

import json
import math
import re
import zlib
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from templates.mock.document import Document, Object, name_of

TIME = "Timestamp"
"""The schema of points in time, in milliseconds."""
PRICE = "Price"
SYMBOL = "symbol"
"""The property that says whose prices an object holds."""
CANDLE = ("open", "high", "low", "close")
# How far prices swing, as a share of the price, and how long a swing takes, in milliseconds.
SWINGS = (
    (0.0004, 37_000),
    (0.0012, 411_000),
    (0.004, 3_700_000),
    (0.01, 33_000_000),
    (0.03, 270_000_000),
    (0.06, 2_900_000_000),
    (0.12, 29_000_000_000),
)


def level(key: str, at: int) -> float:
    """What a price is multiplied by at a time (ms); around one."""
    seed = zlib.crc32(key.encode())
    return 1 + sum(
        size * math.sin(math.tau * (at / period + (seed >> index) % 997 / 997))
        for index, (size, period) in enumerate(SWINGS)
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is (ms), by how much the times of an example are off, and whose prices move."""

    key: str
    now: int
    shift: int
    live: bool = False


class Motion:
    """`live` names the schemas whose prices move, each with the example that all begin from."""

    def __init__(self, document: Document, live: dict[str, Object]) -> None:
        self._document = document
        self._live = live

    def of(self, document: Document) -> "Motion":
        """The same prices, for the schemas of another contract."""
        return Motion(document, self._live)

    def moved(self, value: Any, schema: Object, key: str, now: int) -> Any:
        """The value as it is at `now`. `key` names whose prices these are, such as a symbol."""
        latest = max(self._times(value, schema), default=now)
        return self._move(value, schema, Moment(key, now, now - latest))

    def is_live(self, schema: Object) -> bool:
        """Whether streams publish such objects."""
        return any(name in self._live for name in self._document.names(schema))

    def has_prices(self, schema: Object) -> bool:
        """Whether objects of the schema, or what they hold, move."""
        pending, seen = [schema], set[str]()
        while pending:
            text = json.dumps(pending.pop())
            for name in set(re.findall(r'#/components/schemas/(\w+)"', text)) - seen:
                seen.add(name)
                pending.append(self._document.root["components"]["schemas"][name])
            if PRICE in seen or '"type": "number"' in text:
                return True
        return False

    def candle(self, value: Object, key: str, start: int, end: int) -> Object:
        """The bar from `start` to `end` (ms), an object with open, high, low and close."""
        base = self._base(value)
        steps = [start + (end - start) * part // 4 for part in range(5)]
        prices = [round(base["close"] * level(key, step), 4) for step in steps]
        extremes = {"high": max(prices), "low": min(prices)}
        volume = (
            {"volume": round(base["volume"] * (1 + _share(key, start)))} if "volume" in base else {}
        )
        moved = {"time": start, "open": prices[0], "close": prices[-1], **extremes, **volume}
        return {**value, **moved}

    def _base(self, value: Object) -> Object:
        for example in self._live.values():
            if all(name in example for name in CANDLE):
                return example
        return value

    def _times(self, value: Any, schema: Object) -> list[int]:
        if TIME in self._document.names(schema):
            return [value]
        return [
            time for each, inner in self._parts(value, schema) for time in self._times(each, inner)
        ]

    def _parts(self, value: Any, schema: Object) -> list[tuple[Any, Object]]:
        if isinstance(value, dict):
            known = self._document.properties(schema, value)
            return [(each, known[name]) for name, each in value.items() if name in known]
        if isinstance(value, list):
            items = self._document.follow(schema).get("items", {})
            return [(each, items) for each in value]
        return []

    def _move(self, value: Any, schema: Object, moment: Moment) -> Any:
        if TIME in self._document.names(schema):
            return max(0, value + moment.shift)
        if isinstance(value, list):
            items = self._document.follow(schema).get("items", {})
            return [self._move(each, items, moment) for each in value]
        return self._move_object(value, schema, moment) if isinstance(value, dict) else value

    def _move_object(self, value: Object, schema: Object, moment: Moment) -> Object:
        known = self._document.properties(schema, value)
        key = str(value.get(SYMBOL, moment.key))
        inner = replace(moment, key=key, live=moment.live or self.is_live(schema))
        moved = {
            name: self._move(each, known[name], inner) if name in known else each
            for name, each in value.items()
        }
        if inner.live and any(name_of(each) == PRICE for each in known.values()):
            factor = level(key, moment.now)
            return {name: scaled(each, factor) for name, each in moved.items()}
        return moved


def _share(key: str, at: int) -> float:
    """A number from 0 to 1 that belongs to a key and a time."""
    return zlib.crc32(f"{key} {at}".encode()) / 2**32


def scaled(value: Any, factor: float) -> Any:
    """Decimal strings with a fraction, times the factor and with as many digits; others as is."""
    if not isinstance(value, str) or not value.lstrip("-").replace(".", "", 1).isdecimal():
        return value
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return value
    return str((number * Decimal(repr(factor))).quantize(Decimal(1).scaleb(exponent)))
