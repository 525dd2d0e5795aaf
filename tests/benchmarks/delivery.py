"""CPU per delivery: against the limit, against peers, and whatever else is connected."""

from collections.abc import Callable
from typing import Final

from tests.benchmarks import report
from tests.benchmarks.stage import Stage

ROUNDS: Final = 25
NAMES: Final = {
    "limit": "limit: one write of a ready frame",
    "product": "Trading Pro",
    "broadcast": "websockets.broadcast()",
    "starlette_loop": "Starlette, send_text in a loop",
    "fastws_peer": "FastWS",
}


def against_peers(python: dict[str, str]) -> None:
    """Every client on one topic that changes once a tick."""
    readers, ticks = 500, 100
    servers = [name for name in NAMES if name != "fastws_peer" or name in python]
    report.title(f"CPU per delivery, {readers} subscribers, one update a tick")
    with Stage(python) as stage:
        for server in servers:
            stage.serve(server)
            stage.connect(server, readers, topics=1 if server == "product" else 0)
        costs = _rounds(servers, lambda server: _cost(stage, server, ticks, readers))
    base = costs["limit"]
    for server in servers:
        wanted = 1.25 if server == "product" else None
        report.row(NAMES[server], costs[server], base, wanted=wanted)
    if "fastws_peer" not in servers:
        report.line(NAMES["fastws_peer"], "is not installed")


def many_topics() -> None:
    """Every client on 20 topics, all of which change in each tick."""
    readers, ticks, topics = 200, 50, 20
    report.title(f"CPU per delivery, {readers} clients, {topics} topics changing per tick")
    with Stage() as stage:
        stage.serve("limit")
        stage.connect("limit", readers)
        stage.serve("product")
        stage.connect("product", readers, topics)
        costs = _rounds(
            ["limit", "product"],
            lambda server: _cost(
                stage, server, ticks, readers, topics if server == "product" else 1
            ),
        )
    base = costs["limit"]
    report.row(NAMES["limit"], base, base)
    report.row(NAMES["product"], costs["product"], base, wanted=0.15)
    print(
        f"  that is {1_000_000 / report.median(costs['product']):,.0f} deliveries a second and core"
    )


def few_of_many(connections: int) -> None:
    """Ten subscribers, alone and among many who listen to nothing."""
    readers, ticks = 10, 1_000
    report.title(f"CPU per delivery, {readers} subscribers among {connections:,} connections")
    with Stage() as stage:
        for server, idle in (("alone", 0), ("among", connections - readers)):
            stage.serve("product", server)
            stage.connect(server, idle, group=f"{server} idle")
            stage.connect(server, readers, topics=1)
        costs = _rounds(["alone", "among"], lambda server: _cost(stage, server, ticks, readers))
    base = costs["alone"]
    report.row(f"{readers} among {readers}", base, base)
    report.row(f"{readers} among {connections:,}", costs["among"], base, wanted=1.1)


def _cost(stage: Stage, server: str, ticks: int, readers: int, topics: int = 1) -> float:
    """Microseconds of CPU for one delivery, all of which arrived."""
    how = {"topics": topics} if topics > 1 else {}
    cpu: float = stage.publish(server, ticks=ticks, **how)["cpu"]
    stage.heard(server, ticks * readers * topics)
    return cpu / ticks / readers / topics


def _rounds(
    servers: list[str], cost: Callable[[str], float], rounds: int = ROUNDS
) -> dict[str, list[float]]:
    """Interleaved, after one round that only warms up."""
    costs: dict[str, list[float]] = {server: [] for server in servers}
    for number in range(rounds + 1):
        for server in servers:
            found = cost(server)
            if number:
                costs[server].append(found)
    return costs
