"""One client that stops reading, among 500: what the others notice of it."""

from typing import Final

from tests.benchmarks import report
from tests.benchmarks.stage import Stage

READERS: Final = 500
TICKS: Final = 150
ROUNDS: Final = 15


def one_stalled() -> None:
    """Rounds with the client reading and rounds with it stalled, in turn, in one process."""
    report.title(f"One stalled client among {READERS}")
    costs: dict[bool, list[float]] = {False: [], True: []}
    late: dict[bool, list[float]] = {False: [], True: []}
    sizes: list[int] = []
    with Stage() as stage:
        stage.serve("product")
        stage.connect("product", READERS - 1, topics=1, group="others")
        stage.connect("product", 1, 1, "FILL", group="one")
        for number in range(ROUNDS + 1):
            for stalled in (False, True):
                cost, p99 = _run(stage, stalled=stalled)
                if number:
                    costs[stalled].append(cost)
                    late[stalled].append(p99)
            sizes.append(stage.ask("product", "memory")["bytes"])
    for what, runs in (("CPU per delivery", costs), ("p99 latency", late)):
        report.row(f"{what}, all reading", runs[False], runs[False])
        report.row(f"{what}, one stalled", runs[True], runs[False])
    report.line(
        "a run without differs from the median by",
        f"{report.spread(late[False]):.0%} (p99), {report.spread(costs[False]):.0%} (CPU)",
    )
    report.line("memory, first and last round", f"{_mib(sizes[1])} and {_mib(sizes[-1])} MiB")


def _run(stage: Stage, *, stalled: bool) -> tuple[float, float]:
    """CPU per delivery to those who read, and their p99 latency, in microseconds."""
    if stalled:
        stage.crowd.ask("stall", group="one")
        stage.ask("product", "fill")
        stage.crowd.ask("heard", group="others")
    cpu = stage.publish("product", ticks=TICKS, burst=1, pause=0.004)["cpu"]
    heard = stage.heard("others", TICKS * (READERS - 1))
    stage.crowd.ask("go_on", group="one")
    return cpu / TICKS / (READERS - stalled), heard["p99"]


def _mib(size: int) -> str:
    return f"{size / 1_048_576:.1f}"
