"""Bars: a list of them instead of the one in the example, and the bar that is in progress.

Made for objects with `open`, `high`, `low` and `close`, in a list that is asked for with `to` and
`countBack` or `from`, or in a stream; `resolution` says how long each is.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from templates.mock.document import Document, Object
from templates.mock.motion import CANDLE, Motion

MINUTE = 60_000
DAY = 1_440 * MINUTE
MONDAY = 4 * DAY
"""The first Monday since 1970."""
HISTORY = 1_500
"""So many bars there are; nothing is older."""


def is_candle(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(name), int | float) for name in CANDLE
    )


def start_of(resolution: str, at: int) -> int:
    """When the bar began that `at` (ms) is in."""
    if resolution.isdecimal():
        length = int(resolution) * MINUTE
        return at - at % length
    if resolution.endswith("W"):
        return at - (at - MONDAY) % (7 * DAY)
    if resolution.endswith("M"):
        moment = datetime.fromtimestamp(at / 1_000, UTC)
        first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return int(first.timestamp()) * 1_000
    return at - at % DAY


def starts(resolution: str, end: int, count: int) -> list[int]:
    """Of the last `count` bars that began before `end` (ms), oldest first."""
    found: list[int] = []
    while len(found) < count and end > 0:
        end = start_of(resolution, end - 1)
        found.append(end)
    return found[::-1]


class Series:
    """The bars of an answer and of a stream, alike."""

    def __init__(self, document: Document, motion: Motion) -> None:
        self._document = document
        self._motion = motion

    def extended(self, body: Any, schema: Object, inputs: Mapping[str, Any], now: int) -> Any:
        """The body of an answer, with as many bars as were asked for; another body as it is."""
        if not isinstance(body, dict):
            return body
        for name, each in self._document.properties(schema, body).items():
            value = body.get(name)
            if isinstance(value, list) and value and is_candle(value[0]):
                most = self._document.follow(each).get("maxItems", HISTORY)
                bars = self._bars(value[0], inputs, now, most)
                empty = {"noData": not bars} if "noData" in body else {}
                return {**body, name: bars, **empty}
        return body

    def in_progress(
        self, example: Object, values: Mapping[str, Any], since: int | None, now: int
    ) -> list[Object]:
        """The bar at `now` (ms), after those that ended since `since`."""
        resolution, key = _words(values)
        current = start_of(resolution, now)
        first = current if since is None else min(start_of(resolution, since), current)
        begun = [first] if first == current else starts(resolution, now + 1, HISTORY)
        begun = [each for each in begun if each >= first]
        ended = [
            self._motion.candle(example, key, start, end) | {"closed": True}
            for start, end in pairwise(begun)
        ]
        return [*ended, self._motion.candle(example, key, current, now) | {"closed": False}]

    def _bars(
        self, example: Object, inputs: Mapping[str, Any], now: int, most: int
    ) -> list[Object]:
        resolution, key = _words(inputs)
        known = starts(resolution, now + 1, HISTORY)
        end = min(inputs.get("to", now + 1), now + 1)
        asked = [each for each in known if each < end]
        if "countBack" in inputs:
            asked = asked[-inputs["countBack"] :]
        elif "from" in inputs:
            asked = [each for each in asked if each >= inputs["from"]]
        ends = dict(pairwise([*known, now]))
        return [self._motion.candle(example, key, each, ends[each]) for each in asked[-most:]]


def _words(values: Mapping[str, Any]) -> tuple[str, str]:
    """The resolution, and the key of the prices."""
    return str(values.get("resolution", "D")), str(values.get("symbol", ""))
