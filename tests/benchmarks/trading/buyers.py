"""Clients that place orders over HTTP: plain sockets, as little work as reading answers needs."""

import asyncio
import json
import time
from itertools import count
from typing import Final, cast, final

import uvloop
from typing_extensions import override

from tests.benchmarks.child import Answer, obey

_ACCOUNTS: Final = "/api/v1/accounts"
_REQUEST: Final = (
    "POST {path}/{account}/orders HTTP/1.1\r\nHost: localhost\r\n"
    "Content-Type: application/json\r\nContent-Length: {size}\r\n\r\n{body}"
)
_LENGTH: Final = b"content-length: "


@final
class Buyer(asyncio.Protocol):
    """One connection with one request under way at a time."""

    def __init__(self) -> None:
        self._read = b""
        self._answered: asyncio.Future[bytes] | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is not derived from it

    @override
    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.index(_LENGTH) + len(_LENGTH)
        if len(body) >= int(head[at:].partition(b"\r\n")[0]):
            self._read = b""
            assert self._answered is not None
            self._answered.set_result(head.partition(b"\r\n")[0] + b" " + body)

    async def ask(self, request: bytes) -> bytes:
        """The status and the body of the answer."""
        self._answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answered


async def account(port: int) -> Answer:
    """The account of the local user that trades on the live clock."""
    [buyer] = await _connected(port, 1)
    answer = await buyer.ask(f"GET {_ACCOUNTS} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    buyer.transport.abort()
    found = json.loads(answer[answer.index(b"{") :])["accounts"]
    return {"accountId": next(each["accountId"] for each in found if each["clock"] == "live")}


@final
class Buyers:
    def __init__(self) -> None:
        self._numbers = count()

    async def place(self, port: int, account: str, clients: int, orders: int) -> Answer:
        """So many orders that fill at once; microseconds for one."""
        requests = [_request(account, next(self._numbers)) for _ in range(orders)]
        waiting = iter(requests)

        async def run(buyer: Buyer) -> None:
            for request in waiting:
                answer = await buyer.ask(request)
                assert b" 201 " in answer, answer

        buyers = await _connected(port, clients)
        began = time.perf_counter_ns()
        await asyncio.gather(*map(run, buyers))
        spent = time.perf_counter_ns() - began
        for buyer in buyers:
            buyer.transport.abort()
        return {"wall": spent / orders / 1_000}


async def _connected(port: int, clients: int) -> list[Buyer]:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(Buyer, "127.0.0.1", port) for _ in range(clients)]
    return [buyer for _, buyer in made]


def _request(account: str, number: int) -> bytes:
    order = {
        "type": "market",
        "symbol": "BTCUSD",
        "side": "sell" if number % 2 else "buy",
        "quantity": "0.01",
        "timeInForce": "gtc",
        "clientOrderId": f"order-{number}",
    }
    body = json.dumps(order)
    return _REQUEST.format(path=_ACCOUNTS, account=account, size=len(body), body=body).encode()


if __name__ == "__main__":
    uvloop.run(obey({"account": account, "place": Buyers().place}))
