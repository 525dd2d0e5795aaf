"""The steps of a random walk, and how bytes become steps.

Numbers are small and mean ticks and lots, so that orders, stops, legs and quotes meet often. A
walk is drawn as bytes, which is quick, and which Hypothesis can make shorter and simpler.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from generated.models import OrderType, Side, TimeInForce, TriggerBy

SYMBOLS: Final = ("AAPL", "EURUSD")
WIDTH: Final = 12
"""Bytes of a step."""
_TYPES: Final = tuple(OrderType)
_TIMES: Final = (TimeInForce.GTC, TimeInForce.GTC, TimeInForce.GTC, *TimeInForce)
_SIZES: Final = (1_000, 1_000, 40, 150)


@dataclass(frozen=True, slots=True)
class Quoted:
    symbol: str
    move: int
    spread: int
    size: int


@dataclass(frozen=True, slots=True)
class Placed:
    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    lots: int
    distance: int
    """Of the stop or the trailing offset."""
    gap: int
    """Of the limit: negative is marketable."""
    trigger_by: TriggerBy
    profit: int
    loss: int
    """Distances of the legs; 0 is no leg."""
    group: int
    """An OCO group; 0 is none."""
    flag: int
    """1 only reduces; 2, 4 and 5 only rest; 3 trails by percent."""


@dataclass(frozen=True, slots=True)
class Canceled:
    index: int


@dataclass(frozen=True, slots=True)
class Closed:
    symbol: str
    part: int


@dataclass(frozen=True, slots=True)
class Modified:
    index: int
    which: int
    """0 quantity, 1 limit, 2 stop or offset, 3 time in force, 4 take profit, 5 stop loss."""
    by: int
    """Lots or ticks."""


@dataclass(frozen=True, slots=True)
class Reversed:
    symbol: str


@dataclass(frozen=True, slots=True)
class Protected:
    symbol: str
    profit: int
    loss: int


@dataclass(frozen=True, slots=True)
class CanceledAll:
    symbol: str


@dataclass(frozen=True, slots=True)
class Doors:
    symbol: str


@dataclass(frozen=True, slots=True)
class Night:
    pass


@dataclass(frozen=True, slots=True)
class Restarted:
    pass


Step = (
    Quoted
    | Placed
    | Modified
    | Canceled
    | CanceledAll
    | Closed
    | Reversed
    | Protected
    | Doors
    | Night
    | Restarted
)


def steps_of(drawn: bytes) -> list[Step]:
    last = len(drawn) - WIDTH
    return [_step(drawn[at : at + WIDTH]) for at in range(0, last + 1, WIDTH)]


def _step(drawn: bytes) -> Step:
    kind, numbers = drawn[0] % 40, iter(drawn[1:])
    symbol = SYMBOLS[next(numbers) % 4 == 3]
    if kind < 17:
        return _quoted(symbol, numbers)
    if kind < 27:
        return _placed(symbol, numbers)
    if kind < 32:
        return Modified(next(numbers), next(numbers) % 6, next(numbers) % 9 - 4)
    return _rare(kind, symbol, next(numbers), next(numbers))


def _rare(kind: int, symbol: str, one: int, other: int) -> Step:
    match kind:
        case 32 | 33:
            return Canceled(one)
        case 34:
            return Closed(symbol, one % 3 + 1)
        case 35:
            return Reversed(symbol)
        case 36:
            return Protected(symbol, one % 9, other % 9)
        case 37:
            return CanceledAll(symbol)
        case 38:
            return Doors(symbol)
        case _:
            return Night()


def _quoted(symbol: str, numbers: Iterator[int]) -> Quoted:
    move, gap = next(numbers) % 7 - 3, next(numbers) % 8 == 7
    spread, size = next(numbers) % 6, _SIZES[next(numbers) % 4]
    return Quoted(symbol, move * 6 if gap else move, spread, size)


def _placed(symbol: str, numbers: Iterator[int]) -> Placed:
    return Placed(
        symbol,
        Side.SELL if next(numbers) % 2 else Side.BUY,
        _TYPES[next(numbers) % 5],
        _TIMES[next(numbers) % 8],
        next(numbers) % 9 + 1,
        next(numbers) % 8 + 1,
        next(numbers) % 10 - 4,
        *_rest(next(numbers), next(numbers), next(numbers), next(numbers)),
    )


def _rest(trigger: int, profit: int, loss: int, rest: int) -> tuple[TriggerBy, int, int, int, int]:
    """How it triggers, its legs, group and flag."""
    by = tuple(TriggerBy)[trigger % 3]
    return by, max(0, profit % 20 - 10), max(0, loss % 20 - 10), max(0, rest % 5 - 2), rest // 8 % 8
