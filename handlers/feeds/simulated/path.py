"""The price of one instrument: from days down to single trades, each level cheap by itself."""

from collections.abc import Iterator
from itertools import pairwise
from math import ceil, exp, fsum
from typing import Final

from handlers.feeds.simulated.bridge import Bridge
from handlers.feeds.simulated.draws import draw, key, normal, root
from handlers.feeds.simulated.instruments import SLOT_MINUTES, Instrument
from handlers.feeds.simulated.splitting import Cell, extremes, merge, split, trades
from handlers.market.resolutions import HOUR, MINUTE, SECOND
from handlers.market.sessions import Session, Sessions

TRADE: Final = 250
"""Milliseconds between two trades."""
SPANS: Final = (4 * HOUR, HOUR, 30 * MINUTE, 15 * MINUTE, 5 * MINUTE, MINUTE, 5_000, SECOND, TRADE)
"""Lengths of the parts, level by level; each level divides the one before."""
_TRADE_LEVEL: Final = len(SPANS) - 1
_EVEN: Final = (
    (),
    *((1.0,) * (whole // span) for whole, span in pairwise(SPANS)),
)
"""By level: weights of parts among which the activity does not differ."""
_SLOT: Final = SLOT_MINUTES * MINUTE
_DAY, _PART = 16, 32
_REMEMBERED: Final = 8_192
"""Divisions that are kept, a few hundred bytes each."""


class Path:
    """Every part of every session adds up from its own parts, exactly."""

    def __init__(self, seed: str, instrument: Instrument, sessions: Sessions) -> None:
        self._root = root("simulated", seed, instrument.symbol.id)
        self._instrument = instrument
        self._sessions = sessions
        self._bridge = Bridge(self._root, instrument, self._time_of)
        self._days: dict[int, tuple[Cell, float]] = {}
        """By session: the whole of it, and its variance in square ticks."""
        self._slots: dict[int, list[float]] = {}
        """By length of a session: the share of each of its slots."""
        self._plans: dict[tuple[int, int, int], tuple[tuple[float, ...], float]] = {}
        self._latest: tuple[tuple[int, int], tuple[Cell, ...]] = ((-1, -1), ())
        self._known: dict[tuple[int, int, int], tuple[Cell, ...]] = {}

    def day(self, session: Session) -> Cell:
        """The whole session, also where it is not over yet."""
        return self._day(session)[0]

    def previous_close(self, session: Session) -> int:
        """Close of the session before, in ticks."""
        return self._bridge.close(session.index - 1)

    def parts(self, session: Session, level: int, first: int, last: int) -> list[Cell]:
        """The parts `first` (inclusive) to `last` (exclusive) of a level, counted from the open."""
        if level < 0:
            return [self.day(session)][first:last]
        if first >= last:
            return []
        ratio = SPANS[level - 1] // SPANS[level] if level else last
        start = first // ratio
        found: list[Cell] = []
        for index, cell in enumerate(
            self.parts(session, level - 1, start, (last - 1) // ratio + 1), start
        ):
            found.extend(self._split(session, level, index, cell))
        return found[first - start * ratio : last - start * ratio]

    def running(self, session: Session, time: int) -> tuple[Cell, ...]:
        """The day so far, then of each level the part that holds `time`, so far, and the trade.

        `time` lies inside the session; what is traded at `time` counts.
        """
        moment = session.index, (time - session.open) // TRADE
        latest = self._latest
        if latest[0] != moment:
            latest = self._latest = moment, self._running(session, time - session.open)
        return latest[1]

    def _running(self, session: Session, offset: int) -> tuple[Cell, ...]:
        cell, index = self.day(session), 0
        done: list[tuple[Cell, ...]] = []
        for level, span in enumerate(SPANS):
            parts = self._split(session, level, index, cell)
            first = index * (SPANS[level - 1] // span) if level else 0
            index = offset // span
            done.append(parts[: index - first])
            cell = parts[index - first]
        found = [cell]
        for parts in reversed(done):
            cell = merge((*parts, cell))
            found.append(cell)
        return tuple(reversed(found))

    def spice(self, session: Session, time: int, count: int) -> tuple[int, ...]:
        """Random numbers that belong to the trade at `time`."""
        return draw(key(self._root, _PART + len(SPANS), session.index, time - session.open), count)

    def _day(self, session: Session) -> tuple[Cell, float]:
        known = self._days.get(session.index)
        if known is None:
            known = self._days[session.index] = self._draw_day(session)
        return known

    def _split(self, session: Session, level: int, index: int, cell: Cell) -> tuple[Cell, ...]:
        """The parts of one part; `level` is theirs, `index` counts the whole among its own."""
        place = session.index, level, index
        known = self._known.get(place)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[place] = self._draw_parts(session, level, index, cell)
        return known

    def _draw_parts(self, session: Session, level: int, index: int, cell: Cell) -> tuple[Cell, ...]:
        node = key(self._root, _PART + level, session.index, index)
        if level == _TRADE_LEVEL:
            return trades(cell, node)
        weights, share = self._plan(level, index, session.close - session.open)
        return split(cell, weights, self._day(session)[1] * share, node)

    def _plan(self, level: int, index: int, length: int) -> tuple[tuple[float, ...], float]:
        """Weights of the parts, and the share of a session of that length that they make up."""
        slots = self._slots.get(length) or self._measure(length)
        if SPANS[level] < _SLOT:
            whole = SPANS[level - 1]
            return _EVEN[level], slots[index * whole // _SLOT] * (whole / _SLOT)
        place = level, index, length
        known = self._plans.get(place)
        if known is None:
            weights = tuple(self._weigh(slots, level, index, length))
            known = self._plans[place] = weights, fsum(weights)
        return known

    def _weigh(self, slots: list[float], level: int, index: int, length: int) -> Iterator[float]:
        whole, span = SPANS[level - 1] if level else length, SPANS[level]
        end = min((index + 1) * whole, length)
        for begin in range(index * whole, end, span):
            yield fsum(slots[begin // _SLOT : ceil(min(begin + span, end) / _SLOT)])

    def _measure(self, length: int) -> list[float]:
        activity = self._instrument.activity
        slots = [activity[slot % len(activity)] for slot in range(ceil(length / _SLOT))]
        total = fsum(slots)
        shares = self._slots[length] = [slot / total for slot in slots]
        return shares

    def _draw_day(self, session: Session) -> tuple[Cell, float]:
        instrument, bridge = self._instrument, self._bridge
        before, closing = bridge.close(session.index - 1), bridge.close(session.index)
        up, down, *numbers = draw(key(self._root, _DAY, session.index), 10)
        wildness = bridge.wildness(session.index)
        deviation = before * instrument.volatility * wildness
        opening = before
        if instrument.gap and self._rested(session):
            jump = normal(*numbers[:4]) * deviation * instrument.gap
            opening = max(1, before + round((closing - before) * instrument.gap + jump))
        variance = (deviation * (1 - instrument.gap / 2)) ** 2
        high, low = extremes(opening, closing, variance, up, down)
        scale = 10**instrument.volume_digits
        volume = instrument.volume * wildness * exp(0.25 * normal(*numbers[4:]) - 0.03)
        return (opening, high, max(1, low), closing, round(volume * scale)), variance

    def _rested(self, session: Session) -> bool:
        """Whether the market was closed before."""
        before = self._sessions.by_index(session.index - 1)
        return before is None or before.close < session.open

    def _time_of(self, index: int) -> int:
        session = self._sessions.by_index(index)
        return session.open if session else 0
