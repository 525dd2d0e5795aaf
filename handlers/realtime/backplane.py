"""The port between processes: what is published in one reaches the subscribers of all."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Update:
    """One change of a topic, numbered by the owner of the data.

    `message` is the type of its envelope, `payload` is JSON. `key` says which older value it
    replaces; None means that every update counts. A notice is about the topic, not of it: it has
    no number of its own, `seq` says when it was made, and a retained one holds for those who come
    later too, until one that is not.
    """

    topic: str
    message: str
    epoch: str
    seq: int
    key: str | None
    payload: bytes
    notice: bool = False
    retained: bool = False


Deliver = Callable[[Update], None]


class Backplane(ABC):
    """Delivers at most once, in the order of publishing within a topic, subscribed topics only.

    `publish` never waits for the network. What is lost shows as a jump of `seq`.
    """

    @abstractmethod
    async def start(self, deliver: Deliver) -> None:
        """Deliver to this process from now on."""

    @abstractmethod
    async def stop(self) -> None:
        """Deliver nothing any more."""

    @abstractmethod
    def subscribe(self, topic: str) -> None: ...

    @abstractmethod
    def unsubscribe(self, topic: str) -> None: ...

    @abstractmethod
    def publish(self, update: Update) -> None: ...
