"""A real uvicorn with our WebSocket protocol, on a free port, inside the test's own loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import uvicorn
from starlette.types import ASGIApp

from generated.ws.policy import LIMITS
from handlers.realtime.uvicorn_protocol import StreamProtocol
from handlers.server import listen


@asynccontextmanager
async def serve(
    application: ASGIApp,
    lifespan: Literal["on", "off"] = "on",
    ws: type[asyncio.Protocol] | Literal["websockets-sansio"] = StreamProtocol,
) -> AsyncIterator[tuple[str, uvicorn.Server]]:
    """The address of the stream, and the server."""
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        application,
        lifespan=lifespan,
        ws=ws,
        ws_max_size=LIMITS.frame_size,
        ws_per_message_deflate=False,
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with server.capture_signals():
        running = asyncio.ensure_future(server._serve([listener]))
        while not server.started:  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.001)
        try:
            yield f"ws://127.0.0.1:{listener.getsockname()[1]}/api/v1/ws", server
        finally:
            server.should_exit = True
            await running
            listener.close()
