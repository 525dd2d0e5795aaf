"""Reads the recorded prices: daily bars from the sample data that is installed beside us."""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, distribution
from typing import Final

from handlers.market.bars import Bar
from handlers.market.resolutions import DAY

DISTRIBUTION: Final = "bokeh-sampledata"
FILE: Final = "stocks.csv.gz"
_REMEDY: Final = (
    "run `.venv/bin/pip install --no-deps -r requirements/sample-data.txt` and start again"
)
_EPOCH: Final = date(1970, 1, 1).toordinal()


class RecordMissing(Exception):
    """There are no recorded prices; the message says why, and the remedy, in one line."""


@dataclass(frozen=True, slots=True)
class RecordedBar:
    """A daily bar as it was, and its close adjusted for splits and dividends."""

    bar: Bar
    adjusted_close: float


@dataclass(frozen=True, slots=True)
class Record:
    """Daily bars by ticker, in ascending order."""

    bars: Mapping[str, Sequence[RecordedBar]]
    fingerprint: str
    """Another one where the data is another one."""

    def span(self) -> tuple[date, date]:
        """The first day and the one after the last. Raises ValueError where there is none."""
        times = [(bars[0].bar.time, bars[-1].bar.time) for bars in self.bars.values()]
        first, last = min(first for first, _ in times), max(last for _, last in times)
        return date.fromordinal(_EPOCH + first // DAY), date.fromordinal(_EPOCH + last // DAY + 1)


def read_sample() -> Record:
    """The record in the sample data, found without importing anything of it.

    Raises RecordMissing.
    """
    try:
        files = distribution(DISTRIBUTION).files or []
    except PackageNotFoundError:
        raise RecordMissing(f"{DISTRIBUTION} is not installed: {_REMEDY}.") from None
    for file in files:
        if file.name == FILE:
            return _read(file.read_binary)
    raise RecordMissing(f"{DISTRIBUTION} has no {FILE}: {_REMEDY}.")


def parse(content: bytes) -> Record:
    """From the bytes of a gzipped CSV file. Raises ValueError for anything else."""
    try:
        bars = _bars(gzip.decompress(content).decode())
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise ValueError("it is not gzipped text") from error
    except (KeyError, TypeError) as error:
        raise ValueError("columns are missing") from error
    if not bars:
        raise ValueError("it is empty")
    return Record(bars, blake2b(content, digest_size=8).hexdigest())


def _bars(text: str) -> dict[str, list[RecordedBar]]:
    bars: dict[str, list[RecordedBar]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        bars.setdefault(row["Ticker"], []).append(_bar(row))
    for series in bars.values():
        times = [each.bar.time for each in series]
        if times != sorted(set(times)):
            raise ValueError("its days are not in order")
    return bars


def _read(content: Callable[[], bytes]) -> Record:
    try:
        return parse(content())
    except (OSError, ValueError) as error:
        raise RecordMissing(f"{FILE} cannot be read ({error}): {_REMEDY}.") from error


def _bar(row: Mapping[str, str]) -> RecordedBar:
    day = date.fromisoformat(row["Date"]).toordinal() - _EPOCH
    bar = Bar(
        day * DAY,
        float(row["Open"]),
        float(row["High"]),
        float(row["Low"]),
        float(row["Close"]),
        float(row["Volume"]),
    )
    return RecordedBar(bar, float(row["Adj Close"]))
