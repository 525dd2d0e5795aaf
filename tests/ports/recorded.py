"""The recorded prices of the tests: a replay of them, and the file as it is."""

import csv
import gzip
from datetime import date
from functools import cache
from importlib.metadata import distribution
from itertools import count
from typing import Final, TypeAlias

from handlers.feeds.replay.feed import ReplayFeed
from handlers.feeds.replay.record import FILE, read_sample
from handlers.storage.replays import MemoryReplays, Replays
from tests.clock import ManualClock

NOW: Final = 1_764_000_000_000
STEP: Final = 2_000
DAYS: Final = 3_270
HISTORY: Final = 500

Rows: TypeAlias = dict[str, list[dict[str, str]]]
"""By ticker."""

recorded = cache(read_sample)


class Numbers:
    """Epochs by number: the first that is made is e1."""

    def __init__(self) -> None:
        self._count = count(1)

    def __call__(self) -> str:
        return f"e{next(self._count)}"


def replay(
    clock: ManualClock,
    replays: Replays | None = None,
    epochs: Numbers | None = None,
    *,
    history: int = HISTORY,
    bar_duration: int = STEP,
) -> ReplayFeed:
    return ReplayFeed(
        clock,
        replays or MemoryReplays(),
        epochs or Numbers(),
        bar_duration=bar_duration,
        history=history,
        read=recorded,
    )


@cache
def read_rows() -> Rows:
    """The file, read without our reader."""
    (file,) = (f for f in distribution("bokeh-sampledata").files or [] if f.name == FILE)
    found: Rows = {}
    for row in csv.DictReader(gzip.decompress(file.read_binary()).decode().splitlines()):
        found.setdefault(row["Ticker"], []).append(row)
    return found


def day_of(iso: str) -> int:
    return (date.fromisoformat(iso) - date(1970, 1, 1)).days
