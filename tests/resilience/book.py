"""What an account is by its stream alone, and whether REST says the same."""

from typing import Any, NamedTuple

import httpx

from tests.resilience.follower import Entry, Subscription

State = dict[str, Any]
LISTS = {
    "orders": "orders?limit=500",
    "working": "orders?status=working&limit=500",
    "open": "positions?limit=500",
    "closed": "positions?status=closed&limit=500",
    "executions": "executions?limit=500",
    "balance": "",
}


class Reading(NamedTuple):
    """One REST list, and the transaction it reflects."""

    name: str
    epoch: str
    sequence: int
    content: Any


class Book:
    """Built from an account that nothing had happened to when its stream was joined."""

    def __init__(self, stream: Subscription) -> None:
        self.sequence = 0
        self.compared = 0
        self.transactions = set[str]()
        self._stream = stream
        self._read = 0
        self._readings: list[Reading] = []
        self.orders: State = {}
        self._positions: State = {}
        self._executions: State = {}
        self._balance: Any = None
        self._epoch: str | None = None
        self._missed_the_reset = False
        self._jumped = False

    def expect(self, readings: list[Reading]) -> None:
        """Compare them once the stream has brought that much."""
        self._readings += readings

    def settle(self) -> None:
        """Compare all that can be compared by now."""
        while self._readings and self._advance(self._readings[0].sequence):
            reading = self._readings.pop(0)
            if reading.sequence == self.sequence:
                assert self._epoch == reading.epoch
                self._compare(reading)
                self.compared += 1

    @property
    def waiting(self) -> int:
        """Readings that the stream has not come to yet."""
        return len(self._readings)

    def _compare(self, reading: Reading) -> None:
        known, found = self._list(reading.name), reading.content
        if self._missed_the_reset and reading.name in ("orders", "closed", "executions"):
            found = {key: item for key, item in found.items() if key in known}
        assert known == found, (reading.name, self.sequence)

    def _advance(self, sequence: int) -> bool:
        """Whether the stream came that far; only a snapshot may lead beyond it."""
        while self.sequence < sequence and self._read < len(self._stream.log):
            entry = self._stream.log[self._read]
            self._read += 1
            self._take(entry)
            self._jumped = entry.kind == "snapshot"
        assert self.sequence <= sequence or self._jumped, "REST went back"
        return self.sequence >= sequence

    def _take(self, entry: Entry) -> None:
        if entry.kind == "gap":
            return  # it names the place of the snapshot that follows it
        if entry.kind == "snapshot":
            self._start(entry)
        elif entry.kind == "update":
            assert entry.payload["transactionId"] not in self.transactions, "doubled"
            self.transactions.add(entry.payload["transactionId"])
            for event in entry.payload["events"]:
                self._apply(event)
        self.sequence = entry.place.seq

    def _start(self, entry: Entry) -> None:
        """After the first time only where the account began anew while nobody was there."""
        assert self._epoch != entry.place.epoch, "what can be resumed must be"
        self._missed_the_reset = self._epoch is not None
        self._epoch = entry.place.epoch
        self._executions = {}
        snapshot = entry.payload
        self.orders = {each["orderId"]: each for each in snapshot["orders"]}
        self._positions = {each["positionId"]: each for each in snapshot["positions"]}
        self._balance = snapshot["balance"]

    def _apply(self, event: Any) -> None:
        match event:
            case {"type": "order", "order": order}:
                self.orders[order["orderId"]] = order
            case {"type": "position", "position": position}:
                self._positions[position["positionId"]] = position
            case {"type": "execution", "execution": execution}:
                assert execution["executionId"] not in self._executions, "doubled"
                self._executions[execution["executionId"]] = execution
            case {"type": "balance", "balance": balance}:
                self._balance = balance
            case {"type": "reset", "balance": balance, "epoch": epoch}:
                self._epoch, self._missed_the_reset = epoch, False
                self.orders, self._positions, self._executions = {}, {}, {}
                self._balance = balance
            case {"type": "profile" | "leverage" | "corporate_action"}:
                pass  # what it does to orders, positions and balance is told beside it
            case {"type": "margin_call" | "liquidation"}:
                pass
            case _:
                raise AssertionError(event)

    def _list(self, name: str) -> Any:
        match name:
            case "orders":
                return self.orders
            case "working":
                return _with_status(self.orders, "working")
            case "executions":
                return self._executions
            case "balance":
                return self._balance
            case _:
                return _with_status(self._positions, name)


def _with_status(items: State, status: str) -> State:
    return {key: item for key, item in items.items() if item["status"] == status}


async def read_lists(client: httpx.AsyncClient, account: str) -> list[Reading]:
    """Every list of the account, each as of the transaction it names."""
    return [await _reading(client, account, name) for name in LISTS]


async def _reading(client: httpx.AsyncClient, account: str, name: str) -> Reading:
    path = f"/accounts/{account}/{LISTS[name]}".rstrip("/")
    pages = [page async for page in _pages(client, path)]
    as_of = pages[0]["asOf"]
    assert all(page["asOf"] == as_of for page in pages)
    content: Any = pages[0]["balance"] if name == "balance" else _by_id(pages)
    return Reading(name, as_of["epoch"], as_of["sequence"], content)


async def _pages(client: httpx.AsyncClient, path: str) -> Any:
    cursor: str | None = ""
    while cursor is not None:
        answer = await client.get(f"{path}&cursor={cursor}" if cursor else path)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        yield page
        cursor = page.get("nextCursor")


def _by_id(pages: list[Any]) -> State:
    [(name, key)] = [(n, k) for n, k in _KEYS.items() if n in pages[0]]
    items = [item for page in pages for item in page[name]]
    found = {item[key]: item for item in items}
    assert len(found) == len(items), "listed twice"
    return found


_KEYS = {"orders": "orderId", "positions": "positionId", "executions": "executionId"}
