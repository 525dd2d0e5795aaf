"""uvicorn, as the product sets it up, around a peer's application."""

import asyncio
import socket
import time
from typing import Any

import uvicorn

from tests.benchmarks.child import Answer, Command, obey


async def serve(
    application: Any,
    commands: dict[str, Command],
    server: type[uvicorn.Server] = uvicorn.Server,
    **options: Any,
) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        application,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        access_log=False,
        timeout_graceful_shutdown=1,
        **options,
    )
    serving = server(config)
    running = asyncio.ensure_future(serving.serve([listener]))
    port = listener.getsockname()[1]

    async def address() -> Answer:
        while not serving.started:  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.01)
        return {"port": port}

    async def cpu() -> Answer:
        """Microseconds that this process has used so far."""
        return {"cpu": time.process_time_ns() / 1_000}

    await obey({"address": address, "cpu": cpu, **commands})
    serving.should_exit = True
    await running
