"""The peer: FastWS, from an environment of its own, as it pins an old FastAPI."""

import time
from contextlib import suppress
from typing import Annotated

import uvloop
from fastapi import Depends, FastAPI
from fastws import Client, FastWS
from pydantic import BaseModel

from tests.benchmarks.child import Answer, Command
from tests.benchmarks.meter import measure, memory
from tests.benchmarks.serving import serve

TOPIC = "quotes:S00"


class Quote(BaseModel):
    time: int
    last: float = 187.43
    bid: float = 187.43
    ask: float = 187.44
    bidSize: int = 100  # noqa: N815 - the names of the wire
    size: int = 50


class Update(BaseModel):
    type: str = "quotes.update"
    topic: str = TOPIC
    seq: int
    payload: Quote


application = FastAPI()
service = FastWS()


@application.websocket("/api/v1/ws")
async def _stay(client: Annotated[Client, Depends(service.manage)]) -> None:
    client.subscribe(TOPIC)
    with suppress(Exception):
        await service.serve(client)


async def _tick(number: int) -> None:
    quote = Quote(time=time.monotonic_ns() // 1_000)
    await service.broadcast(TOPIC, Update(seq=number, payload=quote))


async def publish(ticks: int) -> Answer:
    return await measure(_tick, ticks)


if __name__ == "__main__":
    commands: dict[str, Command] = {"publish": publish, "memory": memory}
    uvloop.run(serve(application, commands, ws="websockets-sansio"))
