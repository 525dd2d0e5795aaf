"""What a delivery costs (CPU time of the server process) and an order (until it is answered).

Medians of interleaved runs. Every server is a process of its own under uvloop, and its clients are
in another. Machines differ; the ratios within one run differ less.
"""

import argparse
import resource
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.delivery import against_peers, few_of_many, many_topics
from tests.benchmarks.idle import idle_connections
from tests.benchmarks.stalled import one_stalled
from tests.benchmarks.trading.exchange import exchanges
from tests.benchmarks.trading.orders import durable_orders, orders_over_http
from tests.benchmarks.trading.quotes import untriggered_quotes

MANY = 10_000
SPARE = 500
"""Files that a server opens besides its connections."""
PEERS = Path(__file__).parents[2] / ".venv" / "bench" / "bin" / "python"
EXCHANGE = Path(__file__).parents[2] / ".venv" / "exchange" / "bin" / "python"


def main() -> None:
    python = {"fastws_peer": str(PEERS)} if PEERS.exists() else {}
    sections: dict[str, Callable[[], None]] = {
        "peers": lambda: against_peers(python),
        "topics": many_topics,
        "few": lambda: few_of_many(_connections()),
        "stalled": one_stalled,
        "idle": lambda: idle_connections(python),
        "orders": durable_orders,
        "http": orders_over_http,
        "quotes": untriggered_quotes,
        "exchange": lambda: exchanges(EXCHANGE),
    }
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("sections", nargs="*", help=f"some of {', '.join(sections)}")
    chosen = parser.parse_args().sections or list(sections)
    for section in chosen:
        sections[section]()


def _connections() -> int:
    """10,000, or what the limit of open files leaves."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        return MANY
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(MANY, hard - SPARE)


if __name__ == "__main__":
    main()
