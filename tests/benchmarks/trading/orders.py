"""What an order costs that is on disk when it is answered."""

from typing import Final

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
            base = report.median(raw)
            who = f"{clients} client{'s' if clients > 1 else ''}"
            report.row(f"SQLite, a commit each, {who}", raw, base)
            where = "" if accounts == clients else ", one account"
            wanted = 2.0 if clients > 1 else None
            report.row(f"Trading Pro's OMS, {who}{where}", ours, base, wanted=wanted)


def orders_over_http() -> None:
    """The whole server beside a FastAPI operation that takes the same body and does nothing."""
    report.title("Time per order over HTTP")
    with (
        Child("tests.benchmarks.trading.buyers") as buyers,
        Child("tests.benchmarks.trading.broker") as broker,
        Child("tests.benchmarks.trading.empty") as empty,
    ):
        ours, theirs = broker.ask("address")["port"], empty.ask("address")["port"]
        account = buyers.ask("account", port=ours)["accountId"]
        for clients in (1, CLIENTS):
            costs: dict[int, list[float]] = {ours: [], theirs: []}
            for number in range(ROUNDS + 1):
                for port, runs in costs.items():
                    how = {"port": port, "account": account, "clients": clients}
                    cost = buyers.ask("place", orders=ORDERS, **how)["wall"]
                    if number:
                        runs.append(cost)
            base = report.median(costs[theirs])
            who = f"{clients} client{'s' if clients > 1 else ''}"
            report.row(f"FastAPI, nothing done, {who}", costs[theirs], base)
            wanted = 2.0 if clients > 1 else None
            report.row(f"Trading Pro, {who}, one account", costs[ours], base, wanted=wanted)


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
