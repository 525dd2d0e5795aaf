"""The peer: `broadcast()` of the websockets library."""

import asyncio

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from tests.benchmarks.child import Answer, obey
from tests.benchmarks.meter import measure, memory, text

_connections: set[ServerConnection] = set()


async def _stay(connection: ServerConnection) -> None:
    _connections.add(connection)
    try:
        await connection.wait_closed()
    finally:
        _connections.discard(connection)


async def _tick(number: int) -> None:
    broadcast(_connections, text(0, number))


async def publish(ticks: int) -> Answer:
    return await measure(_tick, ticks)


async def main() -> None:
    async with serve(_stay, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]

        async def address() -> Answer:
            return {"port": port}

        await obey({"address": address, "publish": publish, "memory": memory})
        for connection in _connections:
            connection.transport.abort()
        await asyncio.sleep(0)


if __name__ == "__main__":
    uvloop.run(main())
