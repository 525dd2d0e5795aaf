"""Trading Pro's stream: endpoint, hub and WebSocket protocol as they are served."""

import asyncio
import time
from dataclasses import replace
from typing import Final, final

import uvloop

from handlers.realtime.uvicorn_protocol import StreamProtocol
from handlers.ws.endpoint import contract_policy
from tests.benchmarks.child import Answer, Command
from tests.benchmarks.meter import measure, memory
from tests.benchmarks.serving import serve
from tests.ws.stage import StreamStage

_PAYLOAD: Final = b'{"time":%016d,"last":187.43,"bid":187.43,"ask":187.44,"bidSize":100,"size":50}'
_FILLER: Final = b'"' + b"x" * 60_000 + b'"'
_MANY: Final = 100_000


@final
class Product:
    def __init__(self) -> None:
        policy = replace(
            contract_policy(), connections_per_user=_MANY, connections_per_address=_MANY
        )
        self.stage = StreamStage(policy)

    async def publish(
        self, ticks: int, topics: int = 1, burst: int = 10, pause: float = 0.01
    ) -> Answer:
        hub = self.stage.hub
        names = [f"quotes:S{number:02}" for number in range(topics)]

        async def tick(_: int) -> None:
            payload = _PAYLOAD % (time.monotonic_ns() // 1_000)
            for name in names:
                hub.publish(name, "quotes.update", "", payload)

        delivered, conflated = hub.deliveries, hub.conflated
        answer = await measure(tick, ticks, burst, pause)
        return answer | {
            "deliveries": hub.deliveries - delivered,
            "conflated": hub.conflated - conflated,
        }

    async def fill(self) -> Answer:
        """Publish on a topic of its own until its one reader has stalled for good."""
        hub = self.stage.hub
        before = hub.conflated
        for _ in range(10_000):
            hub.publish("quotes:FILL", "quotes.update", "", _FILLER)
            await asyncio.sleep(0.001)
            if hub.conflated > before + 20:
                return {}
        raise RuntimeError("the reader goes on reading")

    async def check(self) -> Answer:
        """What one look at the heartbeat of every connection costs, in microseconds of CPU."""
        before = time.process_time_ns()
        self.stage.connections.check()
        return {"cpu": (time.process_time_ns() - before) / 1_000}


if __name__ == "__main__":
    product = Product()
    commands: dict[str, Command] = {
        "publish": product.publish,
        "fill": product.fill,
        "check": product.check,
        "memory": memory,
    }
    uvloop.run(serve(product.stage.app, commands, ws=StreamProtocol))
