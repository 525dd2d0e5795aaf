"""The mock on a clock that a test moves, a client of its stream, and its knobs."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx

from templates.mock.app import Mock
from tests.application import NOW
from tests.clock import ManualClock
from tests.contract.stream_contract import MESSAGES, check
from tests.ws.asgi_client import AsgiClient

CONTRACTS = Path(__file__).parents[2] / "generated" / "contracts"
TOKEN = "tp_example_not_a_real_key"
PARAMETERS = {"symbol": "AAPL", "resolution": "1", "accountId": "acc_live"}
SCHEMAS = {
    each["name"]: str(each["payload"]["$ref"]).rpartition("/")[2] for each in MESSAGES.values()
}


def started(
    clock: ManualClock | None = None, *, locked: bool = False, contracts: Path = CONTRACTS
) -> Mock:
    now = (clock or ManualClock(NOW)).now
    return Mock(contracts, now, locked=locked, random=Random(1))


@dataclass
class Stage:
    locked: bool = False
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))

    def __post_init__(self) -> None:
        self.mock = started(self.clock, locked=self.locked)

    def pass_time(self, milliseconds: int) -> None:
        self.clock.advance(milliseconds)
        self.mock.stream.step()

    @asynccontextmanager
    async def client(self, **headers: str) -> AsyncIterator["Client"]:
        """One that has heard hello."""
        async with AsgiClient(self.mock.application, headers=headers) as client:
            yield Client(client, await heard(client))

    @asynccontextmanager
    async def rest(self, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app=self.mock.application)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost/api/v1", headers=headers
        ) as client:
            yield client

    async def turn(self, knob: str, content: Any = None) -> httpx.Response:
        async with self.rest() as client:
            return await client.post(f"http://localhost/mock/{knob}", json=content)


@dataclass
class Client:
    socket: AsgiClient
    hello: Any

    def say(self, type_: str, **payload: object) -> None:
        self.socket.send(json.dumps({"type": type_, "id": "1", "payload": payload}))

    async def hear(self) -> Any:
        return await heard(self.socket)

    async def ask(self, type_: str, **payload: object) -> Any:
        """The payload of the answer."""
        self.say(type_, **payload)
        answer = await self.hear()
        assert (answer["type"], answer["id"]) == (f"{type_}.response", "1")
        return answer["payload"]

    async def silent(self) -> bool:
        """Whether nothing was sent."""
        self.socket.send('{"type":"ping"}')
        return bool((await self.hear())["type"] == "pong")


async def heard(client: AsgiClient) -> Any:
    """The next message, which is one of the contract."""
    message = await client.heard()
    check(SCHEMAS[message["type"]], message)
    return message
