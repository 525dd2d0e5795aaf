"""The running application, as a sequence of synchronous exchanges with its stream."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests import application
from tests.application import Application
from tests.ws.asgi_client import AsgiClient


class StreamTarget:
    def __init__(self, runner: asyncio.Runner, application: Any, account_id: str) -> None:
        self._runner = runner
        self._application = application
        self._account_id = account_id

    def own(self, message: Any) -> Any:
        """The message, about an account that exists here."""
        payload = message.get("payload", {})
        if "accountId" not in payload:
            return message
        return {**message, "payload": {**payload, "accountId": self._account_id}}

    def answers(self, frame: str | bytes, count: int) -> list[Any]:
        """The first answers to a frame on a connection of its own, which lives on after it."""
        return self._runner.run(self._exchange(frame, count))

    async def _exchange(self, frame: str | bytes, count: int) -> list[Any]:
        async with AsgiClient(self._application) as client:
            assert (await client.heard())["type"] == "hello"
            client.send(frame)
            answers = [await client.heard() for _ in range(count)]
            client.send('{"type":"ping","id":"still alive?"}')
            while (await client.heard()).get("id") != "still alive?":
                pass
            return answers


@contextmanager
def running() -> Iterator[StreamTarget]:
    """The whole application, on memory ports, for the user of this machine."""
    with asyncio.Runner() as runner:
        context = application.running()
        running = runner.run(context.__aenter__())
        yield StreamTarget(runner, running.asgi, runner.run(_first_account(running)))
        runner.run(context.__aexit__(None, None, None))


async def _first_account(running: Application) -> str:
    async with running.client() as client:
        accounts = (await client.get("/accounts")).json()["accounts"]
    return str(accounts[0]["accountId"])
