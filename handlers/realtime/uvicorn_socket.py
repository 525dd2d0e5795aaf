"""The socket of our own uvicorn protocol: pongs count, and a tick is one write."""

from collections.abc import Sequence
from typing import cast

from typing_extensions import override

from handlers.realtime.asgi_socket import AsgiSocket, Receive, Scope, Send, message_of
from handlers.realtime.frame import Frame
from handlers.realtime.socket import Socket
from handlers.realtime.uvicorn_protocol import EXTENSION, StreamProtocol


class UvicornSocket(Socket):
    __slots__ = ("_receive", "_transport", "_wire")

    def __init__(self, wire: StreamProtocol, receive: Receive) -> None:
        super().__init__()
        self._wire = wire
        self._transport = wire.transport
        self._receive = receive
        self.writable = wire.writable.is_set()
        wire.when_stalled = self._stalled
        wire.when_writable = self._writable
        wire.when_ending = self._ending

    @override
    def heard(self) -> bool | None:
        return self._wire.take_heard()

    @override
    async def receive(self) -> str | bytes:
        return message_of(await self._receive())

    @override
    def write(self, frames: Sequence[Frame]) -> None:
        """Around the protocol, whose own writes are whole frames too: nothing mixes."""
        if self._transport.is_closing():
            return
        if len(frames) == 1:
            self._transport.write(frames[0].wire)
        else:
            self._transport.write(b"".join([frame.wire for frame in frames]))

    @override
    def ping(self) -> None:
        self._wire.ping()

    @override
    def close(self, code: int, reason: str) -> None:
        self.writable = False  # nothing follows a close frame
        self._wire.close(code, reason)

    def _stalled(self) -> None:
        self.writable = False

    def _writable(self) -> None:
        self.writable = self._wire.open
        if self.when_writable is not None:
            self.when_writable()

    def _ending(self) -> None:
        if self.when_ending is not None:
            self.when_ending()


def socket_of(scope: Scope, receive: Receive, send: Send) -> Socket:
    """The best socket that this server offers, once the handshake is accepted."""
    offered = (scope.get("extensions") or {}).get(EXTENSION)
    if offered is None:
        return AsgiSocket(receive, send)
    return UvicornSocket(cast(StreamProtocol, offered["wire"]), receive)
