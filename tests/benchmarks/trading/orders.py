"""What an order costs that is on disk when it is answered."""

from typing import Any, Final

from tests.benchmarks import report
from tests.benchmarks.child import Child

ROUNDS: Final = 7
ORDERS: Final = 2_000
CLIENTS: Final = 16


def durable_orders() -> None:
    """The OMS beside SQLite alone, which stores the same rows without deciding anything."""
    report.title("Time per durable order, decided and stored")
    with Child("tests.benchmarks.trading.desk") as desk:
        for clients, accounts in ((1, 1), (CLIENTS, CLIENTS), (CLIENTS, 1)):
            ours, raw = _rounds(desk, clients, accounts)
            who = f"{clients} client{'s' if clients > 1 else ''}"
            report.row(f"SQLite, a commit each, {who}", raw, raw)
            where = "" if accounts == clients else ", one account"
            wanted = 2.0 if clients > 1 else None
            report.row(f"Trading Pro's OMS, {who}{where}", ours, raw, wanted=wanted)


def orders_over_http() -> None:
    """The whole server, one account, beside a FastAPI operation that does nothing with the body."""
    report.title("Time per order over HTTP")
    with (
        Child("tests.benchmarks.trading.buyers") as buyers,
        Child("tests.benchmarks.trading.broker") as broker,
        Child("tests.benchmarks.trading.empty") as empty,
    ):
        account = buyers.ask("account", port=broker.ask("address")["port"])["accountId"]
        for clients in (1, CLIENTS):
            how = {"account": account, "clients": clients}
            runs: dict[Child, list[tuple[float, float]]] = {empty: [], broker: []}
            for number in range(ROUNDS + 1):
                for server, costs in runs.items():
                    cost = _placed(buyers, server, how)
                    if number:
                        costs.append(cost)
            _tell(clients, runs[empty], runs[broker])


def _placed(buyers: Child, server: Child, how: dict[str, Any]) -> tuple[float, float]:
    """Microseconds for one order: until it is answered, and of the server's CPU."""
    port, before = server.ask("address")["port"], server.ask("cpu")["cpu"]
    wall = buyers.ask("place", port=port, orders=ORDERS, **how)["wall"]
    return wall, (server.ask("cpu")["cpu"] - before) / ORDERS


def _tell(
    clients: int, empty: list[tuple[float, float]], broker: list[tuple[float, float]]
) -> None:
    who = f"{clients} client{'s' if clients > 1 else ''}"
    for index, what in enumerate((who, f"{who}, CPU")):
        theirs, ours = [run[index] for run in empty], [run[index] for run in broker]
        report.row(f"FastAPI, nothing done, {what}", theirs, theirs)
        wanted = 2.0 if clients > 1 else None
        report.row(f"Trading Pro, {what}", ours, theirs, wanted=wanted)


def _rounds(desk: Child, clients: int, accounts: int) -> tuple[list[float], list[float]]:
    """The two in turn, after one round that only warms up."""
    ours: list[float] = []
    raw: list[float] = []
    for number in range(ROUNDS + 1):
        how = {"clients": clients, "orders": ORDERS}
        costs = desk.ask("oms", accounts=accounts, **how), desk.ask("raw", **how)
        if number:
            ours.append(costs[0]["wall"])
            raw.append(costs[1]["wall"])
    return ours, raw
