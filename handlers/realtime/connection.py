"""The life of one socket: hello, frames in and answers out, heartbeat, limits, the end."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from handlers.realtime import policy as rules
from handlers.realtime.client import Client
from handlers.realtime.hub import Hub
from handlers.realtime.policy import Close, Policy
from handlers.realtime.rate import Rate
from handlers.realtime.socket import Disconnected, Socket

log = logging.getLogger(__name__)

_TURN: Final = 16
"""Requests of one batch that are answered before others have their turn."""


class Conversation(Protocol):
    """What is said on a connection. Everything returned is one text frame."""

    @property
    def authenticated(self) -> bool: ...

    def hello(self) -> bytes: ...

    def goaway(self, close: Close, closes_in: int) -> bytes:
        """Notice that the connection ends in so many milliseconds."""

    def read(self, frame: str) -> Sequence[object]:
        """The requests in a frame; a malformed one is a request to be refused."""

    async def answer(self, request: object) -> None:
        """Send the answer, through the hub."""

    def refuse_rate(self, request: object) -> bytes: ...

    def refuse_binary(self) -> bytes: ...


class Connection:
    """`now` is in milliseconds. `check` is to be called about once a second."""

    def __init__(
        self,
        socket: Socket,
        client: Client,
        conversation: Conversation,
        hub: Hub,
        policy: Policy,
        now: Callable[[], int],
    ) -> None:
        self._socket = socket
        self._client = client
        self._conversation = conversation
        self._hub = hub
        self._policy = policy
        self._now = now
        self._opened_at = self._heard_at = self._pinged_at = now()
        self._rate = Rate(policy.messages_per_second, policy.message_burst, now())
        self._warned = False
        self.closed: Close | None = None
        client.overflowed = lambda: self.close(rules.TOO_SLOW)
        client.failed = lambda: self.close(rules.FAILED)
        socket.when_writable = lambda: client.flush(self._now())
        socket.when_ending = self.end

    @property
    def waiting(self) -> int:
        """Bytes that the peer has yet to take."""
        return self._client.outbox.size

    async def run(self) -> None:
        """Serve until either side ends it; nothing of the connection is left behind."""
        try:
            self._send(self._conversation.hello())
            while self.closed is None:
                await self._take(await self._socket.receive())
        except Disconnected:
            pass
        except Exception:
            log.exception("a stream connection failed")
            self.close(rules.FAILED)
        finally:
            self._hub.forget(self._client)

    def check(self) -> None:
        """Do what time asks for: pings, notices, and the end of a silent, slow or nameless one."""
        now = self._now()
        if self.closed is None:
            self._check_credential(now)
        if self.closed is None:
            self._check_silence(now)
        if self.closed is None:
            self._check_reading(now)
        if self.closed is None:
            self._check_lifespan(now)

    def end(self) -> None:
        """The server is shutting down."""
        if self.closed is None:
            self._send(self._conversation.goaway(rules.SHUTTING_DOWN, 0))
            self.close(rules.SHUTTING_DOWN)

    def close(self, close: Close) -> None:
        """Send what the peer still takes, then say why it is over."""
        if self.closed is not None:
            return
        self.closed = close
        self._client.flush(self._now())
        self._client.end()
        self._socket.close(close.code, close.reason)

    async def _take(self, frame: str | bytes) -> None:
        self._heard_at = self._now()
        if isinstance(frame, bytes):
            self._send(self._conversation.refuse_binary())
        elif _size(frame) > self._policy.frame_size:
            self.close(rules.FRAME_TOO_LARGE)
        else:
            await self._take_text(frame)

    async def _take_text(self, frame: str) -> None:
        for number, request in enumerate(self._conversation.read(frame), 1):
            if number % _TURN == 0:
                await asyncio.sleep(0)
            if self.closed is not None:
                return
            if self._rate.take(self._now()):
                await self._conversation.answer(request)
            else:
                self._send(self._conversation.refuse_rate(request))
                self._check_rate()

    def _check_rate(self) -> None:
        if self._rate.exceeded_for(self._now()) >= self._policy.rate_patience:
            self.close(rules.RATE_EXCEEDED)

    def _check_credential(self, now: int) -> None:
        waited = now - self._opened_at
        if not self._conversation.authenticated and waited >= self._policy.unauthenticated_time:
            self.close(rules.UNAUTHENTICATED)

    def _check_silence(self, now: int) -> None:
        heard = self._socket.heard()
        if heard is None:  # such a server pings by itself and ends what does not answer
            return
        if heard:
            self._heard_at = now
        if now - self._heard_at >= self._policy.silence + self._policy.grace:
            self.close(rules.HEARTBEAT_MISSED)
        elif now - self._pinged_at >= self._policy.ping_interval:
            self._pinged_at = now
            self._socket.ping()

    def _check_reading(self, now: int) -> None:
        waits = self._client.unread_for(now)
        if self._client.outbox.lossless and waits >= self._policy.unread_time:
            self.close(rules.TOO_SLOW)

    def _check_lifespan(self, now: int) -> None:
        age = now - self._opened_at
        if age >= self._policy.lifespan:
            self.close(rules.LIFESPAN_OVER)
        elif age >= self._policy.lifespan - self._policy.notice and not self._warned:
            self._warned = True
            closes_in = self._policy.lifespan - age
            self._send(self._conversation.goaway(rules.LIFESPAN_OVER, closes_in))

    def _send(self, frame: bytes) -> None:
        self._hub.send(self._client, frame)


def _size(frame: str) -> int:
    return len(frame) if frame.isascii() else len(frame.encode(errors="surrogatepass"))
