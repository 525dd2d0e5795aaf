"""The seam between a connection and the server that carries it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from handlers.realtime.frame import Frame


class Disconnected(Exception):
    """The peer is gone; nothing more arrives and nothing more can be sent."""


class Socket(ABC):
    """One accepted WebSocket.

    `write` never waits: it is called while `writable` is true, and `when_writable` is told
    once the peer has taken enough of what was written. Slots, here and in what every delivery
    passes: memory that is not touched is most of what a delivery saves.
    """

    __slots__ = ("when_ending", "when_writable", "writable")

    def __init__(self) -> None:
        self.writable = True
        self.when_writable: Callable[[], object] | None = None
        self.when_ending: Callable[[], None] | None = None

    @abstractmethod
    def heard(self) -> bool | None:
        """Whether bytes arrived since the last call; None when pongs cannot be seen here."""

    @abstractmethod
    async def receive(self) -> str | bytes:
        """The next message. Raises Disconnected at the end."""

    @abstractmethod
    def write(self, frames: Sequence[Frame]) -> None:
        """Send frames, in order, as one write where the server can. Keeps no hold of the list."""

    @abstractmethod
    def ping(self) -> None:
        """Send a control ping, if the server lets us."""

    @abstractmethod
    def close(self, code: int, reason: str) -> None:
        """Start the closing handshake; a peer that does not answer is cut off."""
