"""The port between the processes of one installation: messages on named channels."""

from abc import ABC, abstractmethod
from collections.abc import Callable

Receive = Callable[[str, bytes], None]
Linked = Callable[[bool], None]


class Unlinked(Exception):
    """The processes do not reach each other."""


class Backplane(ABC):
    """Delivers at most once, in the order of publishing, to the processes that are subscribed.

    The publisher is one of them if it is subscribed. Whoever must not miss anything numbers its
    messages and asks again.
    """

    dropped: int = 0
    """Messages that were published and not sent."""

    @property
    def waiting(self) -> int:
        """Bytes that are published and have yet to be sent."""
        return 0

    @abstractmethod
    async def start(self, receive: Receive, linked: Linked) -> None:
        """Deliver from now on. `linked` tells when the others are in reach and when no longer.

        Does not wait until they are; what is published meanwhile is lost.
        """

    @abstractmethod
    async def stop(self) -> None:
        """Send what was published, within a second, and deliver nothing any more."""

    @abstractmethod
    async def subscribe(self, channel: str) -> None:
        """What is published after this returns is delivered, whenever the others are in reach."""

    @abstractmethod
    def publish(self, channel: str, message: bytes) -> None:
        """Never waits: what the network does not take in time is dropped."""

    @abstractmethod
    async def probe(self) -> None:
        """Raises Unlinked, with the reason, while the others are out of reach."""
