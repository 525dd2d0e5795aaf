"""The peer: Starlette, which sends to one WebSocket after the other."""

import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.benchmarks.child import Answer, Command
from tests.benchmarks.meter import measure, memory, text
from tests.benchmarks.serving import serve

_sockets: set[WebSocket] = set()


async def _stay(websocket: WebSocket) -> None:
    await websocket.accept()
    _sockets.add(websocket)
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        pass
    finally:
        _sockets.discard(websocket)


async def _tick(number: int) -> None:
    said = text(0, number)
    for websocket in _sockets:
        await websocket.send_text(said)


async def publish(ticks: int) -> Answer:
    return await measure(_tick, ticks)


if __name__ == "__main__":
    application = Starlette(routes=[WebSocketRoute("/api/v1/ws", _stay)])
    commands: dict[str, Command] = {"publish": publish, "memory": memory}
    uvloop.run(serve(application, commands, ws="websockets-sansio"))
