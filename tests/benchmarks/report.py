"""How figures are condensed and printed."""

from collections.abc import Sequence
from statistics import median

__all__ = ["line", "median", "row", "spread", "title"]


def title(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


def row(
    name: str, runs: Sequence[float], base: Sequence[float], *, wanted: float | None = None
) -> None:
    """The median in microseconds with the range of the runs, and as a multiple of `base`.

    The multiple is the median of the multiples of each round, because a round's two runs are
    neighbours: what the machine does for some seconds slows both.
    """
    middle = median(runs)
    multiple = median(run / other for run, other in zip(runs, base, strict=True))
    verdict = "" if wanted is None else f"   wanted: at most {wanted:.2f}"
    print(
        f"  {name:38} {middle:7.2f} us  ({min(runs):6.2f} to {max(runs):6.2f})"
        f"  {multiple:6.2f} x{verdict}",
        flush=True,
    )


def line(name: str, value: str) -> None:
    print(f"  {name:38} {value}", flush=True)


def spread(runs: Sequence[float]) -> float:
    """How far a run typically is from the median of all, as a part of it."""
    middle = median(runs)
    return median(abs(run - middle) for run in runs) / middle
