"""What a connection costs that does nothing."""

from typing import Final

from tests.benchmarks import report
from tests.benchmarks.delivery import NAMES
from tests.benchmarks.stage import Stage

CONNECTIONS: Final = 2_000
_WARM: Final = 100


def idle_connections(python: dict[str, str]) -> None:
    """Resident memory per connection, after some that only warm up."""
    report.title(f"Memory per connection, {CONNECTIONS:,} idle ones")
    with Stage(python) as stage:
        for server in ("product", "broadcast", "starlette_loop"):
            stage.serve(server)
            stage.connect(server, _WARM)
            before = stage.ask(server, "memory")["bytes"]
            stage.connect(server, CONNECTIONS)
            size = (stage.ask(server, "memory")["bytes"] - before) / CONNECTIONS
            report.line(NAMES[server], f"{size / 1_024:6.1f} KiB")
        cpu = stage.ask("product", "check")["cpu"]
    report.line("heartbeats of all of them", f"{cpu / 1_000:6.2f} ms of CPU a second")
