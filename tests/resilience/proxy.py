"""A TCP proxy that breaks each connection off after so many bytes."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

_ABRUPT = struct.pack("ii", 1, 0)  # close() sends RST and forgets what is on its way
_CHUNK = 65_536


class Cut(NamedTuple):
    """How many bytes pass in each direction before the end; None: as many as come."""

    sent: int | None = None
    received: int | None = None
    abrupt: bool = False
    """A reset connection instead of a closed one."""


@dataclass
class Proxy:
    """`target` is the `host:port` of the next connection, `plan` tells how that one ends."""

    target: str
    plan: Callable[[], Cut]
    port: int = 0
    cuts: int = 0

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cut = self.plan()
        host, _, port = self.target.rpartition(":")
        try:
            onward_reader, onward = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.transport.abort()
            return
        pumps = (
            asyncio.ensure_future(_pump(reader, onward, cut.sent)),
            asyncio.ensure_future(_pump(onward_reader, writer, cut.received)),
        )
        try:
            done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            self.cuts += any(pump.result() for pump in done)
        finally:
            for pump in pumps:
                pump.cancel()
            for each in (writer, onward):
                _end(each, cut.abrupt)
        await asyncio.gather(*pumps, return_exceptions=True)


@asynccontextmanager
async def proxy(target: str, plan: Callable[[], Cut]) -> AsyncIterator[Proxy]:
    """Listens on a free port of this machine."""
    between = Proxy(target, plan)
    connections = set[asyncio.Task[None]]()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(between.forward(reader, writer))
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    between.port = server.sockets[0].getsockname()[1]
    try:
        yield between
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, left: int | None
) -> bool:
    """True when the budget is spent, False when either side ended by itself."""
    try:
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk if left is None else chunk[:left])
            if left is not None:
                left -= len(chunk)
                if left <= 0:
                    return True
            await writer.drain()
    except OSError:
        pass
    return False


def _end(writer: asyncio.StreamWriter, abrupt: bool) -> None:
    if abrupt:
        connection = writer.get_extra_info("socket")
        if connection.fileno() >= 0:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPT)
        writer.transport.abort()
    else:
        writer.close()
