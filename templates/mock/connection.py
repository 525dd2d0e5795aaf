"""The life of one socket: frames in and out, and the limits of the contract."""

import asyncio
import contextlib
from collections.abc import Callable

from starlette.types import Message, Receive, Send

from templates.mock.board import Board
from templates.mock.conversation import Conversation, Refused
from templates.mock.credentials import Credentials
from templates.mock.rate import Rate

FRAME_TOO_LARGE = 1009


class Connection:
    """Times are in milliseconds. `check` is to be called about once a second."""

    def __init__(
        self,
        name: str,
        board: Board,
        credentials: Credentials,
        now: Callable[[], int],
        receive: Receive,
        send: Send,
    ) -> None:
        self.name = name
        self.conversation = Conversation(board, credentials, self, self.close, now)
        self._board = board
        self._policy = board.contract.policy
        self._now = now
        self._receive = receive
        self._write = send
        self._outbox: asyncio.Queue[Message] = asyncio.Queue()
        self._unread = 0
        self._closing = False
        limits = self._policy["limits"]
        self._rate = Rate(limits["messagesPerSecond"], limits["messageBurst"], now())
        self._opened_at = now()
        self._warned = False

    async def run(self) -> None:
        """Serve until either side ends it."""
        self.conversation.hello(self.name)
        tasks = [asyncio.create_task(each) for each in (self._read(), self._deliver())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._board.forget(self, self._now())
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError, OSError):
                    await task

    def send(self, frame: str) -> None:
        """Never waits; a client that does not read is closed."""
        if self._closing:
            return
        self._unread += len(frame)
        self._outbox.put_nowait({"type": "websocket.send", "text": frame})
        if self._unread > self._policy["limits"]["unreadSize"]:
            self.close(self._board.contract.codes["too_slow"])

    def close(self, code: int) -> None:
        """After what is waiting has left."""
        if not self._closing:
            self._closing = True
            reason = self._board.contract.closes.get(code, "")
            self._outbox.put_nowait({"type": "websocket.close", "code": code, "reason": reason})

    def end(self) -> None:
        """The server is shutting down."""
        self.conversation.goaway("shutting_down", 0)
        self.close(self._board.contract.codes["shutting_down"])

    def check(self, now: int) -> None:
        """Do what time asks for."""
        age, lifespan = now - self._opened_at, self._policy["lifespan"]
        codes = self._board.contract.codes
        patience = self._policy["limits"].get("unauthenticatedTime", 10_000)
        if not self.conversation.authenticated and age >= patience:
            self.close(codes["unauthenticated"])
        if age >= lifespan["duration"]:
            self.close(codes["lifespan_over"])
        elif age >= lifespan["duration"] - lifespan["notice"] and not self._warned:
            self._warned = True
            self.conversation.goaway("lifespan_over", lifespan["duration"] - age)

    async def _read(self) -> None:
        while (message := await self._receive())["type"] != "websocket.disconnect":
            self._take(message.get("text"))

    def _take(self, frame: str | None) -> None:
        if frame is None:
            self.conversation.refuse(Refused("binary_frame"))
        elif len(frame.encode(errors="surrogatepass")) > self._policy["limits"]["frameSize"]:
            self.close(FRAME_TOO_LARGE)
        else:
            self._take_text(frame)

    def _take_text(self, frame: str) -> None:
        for envelope in self.conversation.read(frame):
            now = self._now()
            if self._rate.take(now):
                self.conversation.answer(envelope)
                continue
            known = envelope if isinstance(envelope, dict) else None
            self.conversation.refuse(Refused("rate_exceeded"), known)
            if self._rate.exceeded_for(now) >= self._policy["limits"]["messageViolation"]:
                self.close(self._board.contract.codes["rate_exceeded"])

    async def _deliver(self) -> None:
        ended = False
        while not ended:
            message = await self._outbox.get()
            await self._write(message)
            self._unread -= len(message.get("text", ""))
            ended = message["type"] == "websocket.close"
