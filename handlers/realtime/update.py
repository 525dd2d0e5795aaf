"""What is published on a topic."""

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
