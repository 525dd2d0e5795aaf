"""Two processes on one Valkey: the same sequence in both, and a client that moves between them."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.process import ServerProcess, client_of, serving
from tests.valkey_server import ValkeyServer, valkey_server

PASSWORD = "not-a-real-password"
_PATIENCE = 30


class Processes:
    """A server, and a process with streams alone beside it."""

    def __init__(self, data_dir: Path) -> None:
        self._stack = ExitStack()
        self._data_dir = data_dir
        self.valkey: ValkeyServer = self._stack.enter_context(valkey_server(PASSWORD))
        self.server = self.start("serve")
        self.edge = self.start("stream")
        self.wait_until_linked()

    def start(self, part: str) -> ServerProcess:
        return self._stack.enter_context(
            serving(
                self._data_dir,
                part,
                BACKPLANE_URL=self.valkey.url,
                BACKPLANE_PASSWORD=PASSWORD,
                REPLAY_BAR_SECONDS="0.1",
            )
        )

    def wait_until_linked(self) -> None:
        with client_of(self.edge) as client:
            for _ in range(1_000):
                if client.get("/health/ready").status_code == 204:
                    return
        raise AssertionError("the edge did not find the server")

    def close(self) -> None:
        self._stack.close()


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    processes = Processes(tmp_path_factory.mktemp("data"))
    yield processes
    processes.close()


class Peer:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def read(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(self.socket.recv(timeout=_PATIENCE))
        return frame

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """All frames to the first wanted one."""
        read = [self.read()]
        while not wanted(read[-1]):
            read.append(self.read())
        return read

    def subscribe(self, family: str, **payload: Any) -> dict[str, Any]:
        self.socket.send(json.dumps({"type": f"{family}.subscribe", "id": "1", "payload": payload}))
        answer = self.until(lambda frame: frame["type"] == f"{family}.subscribe.response")[-1]
        result: dict[str, Any] = answer["payload"]
        return result

    def updates(self, count: int) -> dict[int, Any]:
        read: dict[int, Any] = {}
        while len(read) < count:
            frame = self.until(lambda frame: "seq" in frame)[-1]
            read[frame["seq"]] = frame["payload"]
        return read


@contextmanager
def peer_of(process: ServerProcess) -> Iterator[Peer]:
    with connect(f"ws://{process.address}/api/v1/ws", proxy=None, compression=None) as socket:
        yield Peer(socket)


def place_order(client: httpx.Client, account: str) -> None:
    order = {"symbol": "BTCUSD", "side": "buy", "type": "market", "quantity": "0.01"}
    client.post(f"/accounts/{account}/orders", json=order).raise_for_status()


def paper(client: httpx.Client) -> str:
    accounts = client.get("/accounts").json()["accounts"]
    account: str = next(each["accountId"] for each in accounts if each["clock"] == "live")
    return account


def test_both_give_the_same_sequence(processes: Processes) -> None:
    with peer_of(processes.server) as here, peer_of(processes.edge) as there:
        joined = [
            peer.subscribe("bars", symbol="REC:IBM", resolution="D") for peer in (here, there)
        ]
        assert joined[0]["epoch"] == joined[1]["epoch"]
        mine, theirs = [peer.updates(15) for peer in (here, there)]
    both = mine.keys() & theirs.keys()
    assert len(both) > 5
    assert all(mine[seq] == theirs[seq] for seq in both)


def test_an_account_moves_from_one_to_the_other(processes: Processes) -> None:
    with client_of(processes.server) as client:
        account = paper(client)
        with peer_of(processes.server) as here:
            stand = here.subscribe("account", accountId=account)
        for _ in range(3):
            place_order(client, account)
        place = {"epoch": stand["epoch"], "seq": stand["seq"]}
        with peer_of(processes.edge) as there:
            answer = there.subscribe("account", accountId=account, resume=place)
            assert answer["resumed"] is True
            place_order(client, account)
            now = booked(client, account)
            assert sorted(there.updates(now - stand["seq"])) == [*range(stand["seq"] + 1, now + 1)]


def test_bars_are_resumed_by_the_other(processes: Processes) -> None:
    with peer_of(processes.edge) as there:
        stand = there.subscribe("bars", symbol="REC:MSFT", resolution="D")
        last = max(there.updates(3))
    place = {"epoch": stand["epoch"], "seq": last}
    with peer_of(processes.server) as here:
        answer = here.subscribe("bars", symbol="REC:MSFT", resolution="D", resume=place)
        assert answer["resumed"] is True
        assert min(here.updates(3)) > last


def test_a_valkey_that_dies_is_announced_and_healed(processes: Processes) -> None:
    with (
        client_of(processes.server) as client,
        peer_of(processes.server) as here,
        peer_of(processes.edge) as there,
    ):
        account = paper(client)
        stand = [peer.subscribe("account", accountId=account)["seq"] for peer in (here, there)]
        processes.valkey.kill()
        stale = there.until(lambda frame: frame["type"] == "account.status")[-1]
        assert stale["payload"]["stale"] is True
        for _ in range(3):
            place_order(client, account)
        now = booked(client, account)
        assert sorted(here.updates(now - stand[0])) == list(range(stand[0] + 1, now + 1))
        assert client.get("/health").json()["backplane"]["status"] == "down"
        assert client.get("/health/ready").status_code == 204
        processes.valkey.start()
        fresh = there.until(lambda frame: frame["type"] == "account.status")[-1]
        assert fresh["payload"]["stale"] is False
        assert sorted(there.updates(now - stand[1])) == list(range(stand[1] + 1, now + 1))
        assert client.get("/health").json()["backplane"] == {"status": "ok"}


def test_a_killed_server_is_announced_and_its_successor_found(processes: Processes) -> None:
    with client_of(processes.server) as client:
        account = paper(client)
    with peer_of(processes.edge) as there:
        stand = there.subscribe("account", accountId=account)["seq"]
        there.subscribe("bars", symbol="REC:IBM", resolution="D")
        processes.server.kill()
        processes.server = processes.start("serve")
        told = there.until(lambda frame: frame["type"] == "bars.gap")
        assert [frame for frame in told if frame["type"].endswith(".status")]
        with client_of(processes.server) as client:
            place_order(client, account)
        update = there.until(lambda frame: frame["type"] == "account.update")[-1]
        assert update["seq"] == stand + 1


def test_it_ends_in_order(processes: Processes) -> None:
    with peer_of(processes.edge) as there:
        there.subscribe("bars", symbol="REC:IBM", resolution="D")
        assert processes.edge.terminate() == 0
        goaway = there.until(lambda frame: frame["type"] == "goaway")[-1]
        assert goaway["payload"]["reason"] == "shutting_down"
        with pytest.raises(ConnectionClosed) as end:
            there.until(lambda _: False)
        assert end.value.rcvd is not None
        assert end.value.rcvd.code == 4002


def test_nothing_secret_is_logged(processes: Processes) -> None:
    for process in (processes.server, processes.edge):
        assert process.log
        assert PASSWORD not in "".join(process.log)


def booked(client: httpx.Client, account: str) -> int:
    """The number of the account's last transaction."""
    number: int = client.get(f"/accounts/{account}").json()["asOf"]["sequence"]
    return number
