"""The backplane on Redis or Valkey: publish and subscribe, nothing is stored there."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from random import Random, SystemRandom
from typing import Final

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from typing_extensions import override

from handlers.realtime.backplane import Backplane, Linked, Receive, Unlinked

log = logging.getLogger(__name__)

_BATCH: Final = 500
"""Messages sent at once."""
PATIENCE: Final = 5.0
"""Seconds of silence after which a connection counts as broken."""
ASKED_EVERY: Final = 1.0
"""Seconds between two questions that keep it from being silent."""
PAUSES: Final = (0.05, 2.0)
"""Seconds before the first and, at most, before each further attempt to connect."""
_FAILURES: Final = (RedisError, OSError, EOFError, TimeoutError)


class RedisBackplane(Backplane):
    """Channels are prefixed by the number of the database, as Redis does not keep them apart.

    `queue_size` bounds, in bytes, what waits to be sent; more is dropped. `random` spreads
    the attempts of many processes to connect again.
    """

    def __init__(
        self,
        url: str,
        password: str | None = None,
        *,
        queue_size: int = 8_388_608,
        random: Random = SystemRandom(),  # noqa: B008 - it has no state
    ) -> None:
        secret = {} if password is None else {"password": password}
        self._pool: ConnectionPool = ConnectionPool.from_url(
            url,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            **secret,
        )
        database = self._pool.connection_kwargs.get("db", 0)
        self._prefix = f"trading-pro:{database}:".encode()
        self._queue_size = queue_size
        self._random = random
        self._queue: deque[tuple[bytes, bytes]] = deque()
        self._queued = 0
        self._filled = asyncio.Event()
        self._sent = asyncio.Event()
        self._sent.set()
        self._channels: dict[bytes, asyncio.Event] = {}
        self._listener: AbstractConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._receive: Receive | None = None
        self._linked: Linked | None = None
        self._trouble: str | None = "it was not reached yet"

    @property
    @override
    def waiting(self) -> int:
        return self._queued

    @override
    async def start(self, receive: Receive, linked: Linked) -> None:
        self._receive, self._linked = receive, linked
        self._task = asyncio.create_task(self._keep_linked())

    @override
    async def stop(self) -> None:
        self._receive = self._linked = None
        if self._task is None:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._sent.wait(), 1)
        await _end({self._task})
        self._task = None

    @override
    async def subscribe(self, channel: str) -> None:
        name = self._prefix + channel.encode()
        confirmed = self._channels.setdefault(name, asyncio.Event())
        if self._listener is not None:
            try:
                await self._listener.send_command("SUBSCRIBE", name)
                await confirmed.wait()
            except _FAILURES:
                return  # with the next link it is subscribed before anything else

    @override
    def publish(self, channel: str, message: bytes) -> None:
        if self._trouble is not None or self._queued + len(message) > self._queue_size:
            self.dropped += 1
            return
        self._queue.append((self._prefix + channel.encode(), message))
        self._queued += len(message)
        self._sent.clear()
        self._filled.set()

    @override
    async def probe(self) -> None:
        if self._trouble is not None:
            raise Unlinked(self._trouble)

    async def _keep_linked(self) -> None:
        pause = PAUSES[0]
        while True:
            try:
                async with self._connected() as listener, self._connected() as speaker:
                    await self._link(listener)
                    pause = PAUSES[0]
                    await _first_to_end(
                        self._listen(listener), self._ask(listener), self._speak(speaker)
                    )
            except _FAILURES as error:
                self._unlink(f"{type(error).__name__}: {error}")
            except Exception as error:  # nobody else would begin anew
                log.exception("the backplane failed")
                self._unlink(type(error).__name__)
            await asyncio.sleep(pause * self._random.uniform(0.5, 1))
            pause = min(2 * pause, PAUSES[1])

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AbstractConnection]:
        connection: AbstractConnection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        try:
            await connection.connect()  # type: ignore[no-untyped-call]
            yield connection
        finally:
            await connection.disconnect(nowait=True)

    async def _link(self, listener: AbstractConnection) -> None:
        """Subscribe to everything anew, then tell that the others are in reach."""
        for confirmed in self._channels.values():
            confirmed.clear()
        self._listener = listener
        for name in tuple(self._channels):
            await listener.send_command("SUBSCRIBE", name)
        while not all(confirmed.is_set() for confirmed in self._channels.values()):
            self._take(await listener.read_response(timeout=PATIENCE))
        log.info("the backplane is linked")
        self._trouble = None
        self._tell(True)

    def _unlink(self, reason: str) -> None:
        self._listener = None
        for confirmed in self._channels.values():
            confirmed.set()  # nobody waits for a link that is no more
        was_linked, self._trouble = self._trouble is None, reason
        if was_linked:
            log.warning("the backplane is out of reach: %s", reason)
            self.dropped += len(self._queue)
            self._queue.clear()
            self._queued = 0
            self._sent.set()
            self._tell(False)

    async def _listen(self, listener: AbstractConnection) -> None:
        while True:
            self._take(await listener.read_response(timeout=PATIENCE))

    async def _ask(self, listener: AbstractConnection) -> None:
        """So that a connection on which nothing happens is not taken for a broken one."""
        while True:
            await listener.send_command("PING")
            await asyncio.sleep(ASKED_EVERY)

    async def _speak(self, speaker: AbstractConnection) -> None:
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._queue:
                await self._send(speaker, self._next_batch())
            self._sent.set()

    async def _send(
        self, speaker: AbstractConnection, batch: Sequence[tuple[bytes, bytes]]
    ) -> None:
        commands = [("PUBLISH", channel, message) for channel, message in batch]
        await speaker.send_packed_command(speaker.pack_commands(commands))
        for _ in batch:
            await speaker.read_response()
        self._queued -= sum(len(message) for _, message in batch)

    def _next_batch(self) -> list[tuple[bytes, bytes]]:
        return [self._queue.popleft() for _ in range(min(_BATCH, len(self._queue)))]

    def _take(self, response: object) -> None:
        match response:
            case [b"message", bytes(channel), bytes(message)] if self._receive is not None:
                try:
                    self._receive(channel[len(self._prefix) :].decode(), message)
                except Exception:
                    log.exception("a message of the backplane could not be taken")
            case [b"subscribe", bytes(channel), _] if channel in self._channels:
                self._channels[channel].set()
            case _:
                return

    def _tell(self, linked: bool) -> None:
        if self._linked is None:
            return
        try:
            self._linked(linked)
        except Exception:
            log.exception("that the link changed could not be taken")


async def _first_to_end(*work: Coroutine[None, None, None]) -> None:
    """Run all until one of them fails, and raise that."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await _end(set(tasks))


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel until all is over: the client swallows a cancellation while a handshake fails."""
    running = tasks
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=0.1)
    await asyncio.gather(*tasks, return_exceptions=True)
