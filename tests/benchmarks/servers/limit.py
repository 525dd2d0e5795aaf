"""The limit: the frame is encoded once, and each peer costs one write to its transport."""

import asyncio
from typing import cast, final

import uvloop
from typing_extensions import override
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from tests.benchmarks.child import Answer, obey
from tests.benchmarks.meter import measure, memory, text

_transports: set[asyncio.Transport] = set()


@final
class Peer(asyncio.Protocol):
    def __init__(self) -> None:
        self._handshake = ServerProtocol()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is not derived from it

    @override
    def data_received(self, data: bytes) -> None:
        self._handshake.receive_data(data)
        for event in self._handshake.events_received():
            if isinstance(event, Request):
                self._handshake.send_response(self._handshake.accept(event))
                self._transport.write(b"".join(self._handshake.data_to_send()))
                _transports.add(self._transport)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        _transports.discard(self._transport)


async def _tick(number: int) -> None:
    frame = Frame(Opcode.TEXT, text(0, number).encode()).serialize(mask=False)
    for transport in _transports:
        transport.write(frame)


async def publish(ticks: int) -> Answer:
    return await measure(_tick, ticks)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Peer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def address() -> Answer:
        return {"port": port}

    await obey({"address": address, "publish": publish, "memory": memory})


if __name__ == "__main__":
    uvloop.run(main())
