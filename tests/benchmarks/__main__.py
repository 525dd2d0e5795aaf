"""What a delivery costs: the hub against the limit, one system call per client with a ready frame.

CPU time, medians of interleaved runs, as a ratio within one run: machines differ, the ratio less.
"""

import socket
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Final, final

from typing_extensions import override

from handlers.realtime.client import Client
from handlers.realtime.frame import Frame
from handlers.realtime.hub import Hub
from handlers.realtime.update import Update
from tests.realtime.doubles import HandSocket

CLIENTS: Final = 200
UPDATES: Final = 50
RUNS: Final = 9
PAYLOAD: Final = b'{"time":1764000000000,"open":1,"high":1,"low":1,"close":1,"closed":false}'


@final
class PipeSocket(HandSocket):
    def __init__(self) -> None:
        super().__init__()
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)

    @override
    def write(self, frames: Sequence[Frame]) -> None:
        self.near.send(b"".join([frame.wire for frame in frames]))

    def drain(self) -> None:
        self.far.recv(1 << 20)


class Silent:
    def opened(self) -> None: ...

    def closed(self) -> None: ...

    def snapshot(self) -> tuple[bytes | None, tuple[str, int] | None]:
        return None, None


def main() -> None:
    sockets = [PipeSocket() for _ in range(CLIENTS)]
    frame = [Frame(PAYLOAD)]

    def limit() -> None:
        for each in sockets:
            each.write(frame)

    cases = {
        "limit: one write per client": (1, limit),
        "hub: one update a tick": (1, ticks(sockets, topics=1)),
        "hub: 20 updates a tick": (20, ticks(sockets, topics=20)),
    }
    costs: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(RUNS):
        for name, (deliveries, tick) in cases.items():
            costs[name].append(cost(tick, sockets) / deliveries)
    base = median(costs["limit: one write per client"])
    for name, found in costs.items():
        print(f"{name:30} {median(found):6.2f} us a delivery  {median(found) / base:5.2f} x limit")


def ticks(sockets: list[PipeSocket], topics: int) -> Callable[[], None]:
    """One tick of a hub where every client watches every topic."""
    hub = Hub(epoch="run", now=lambda: 0, schedule=lambda _: None)
    names = [f"quotes:S{number}" for number in range(topics)]
    for each in sockets:
        client = Client(each, unread_size=1 << 20)
        for name in names:
            hub.join(client, name, Silent())
    count = iter(range(1, 1 << 40))

    def tick() -> None:
        number = next(count)
        for name in names:
            hub.deliver(Update(name, "quotes.update", "run", number, "", PAYLOAD))
        hub.flush()

    return tick


def cost(tick: Callable[[], None], sockets: list[PipeSocket]) -> float:
    """Microseconds of CPU for each client and tick; reading is not counted."""
    spent = 0
    for _ in range(UPDATES):
        started = time.process_time_ns()
        tick()
        spent += time.process_time_ns() - started
        for each in sockets:
            each.drain()
    return spent / UPDATES / len(sockets) / 1_000


if __name__ == "__main__":
    main()
