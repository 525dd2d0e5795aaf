"""What is refused because somebody said so: the next request of a kind, with a declared error."""

from collections import defaultdict, deque


class Refusals:
    """By the operationId of a REST operation, or the type of a stream's message."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, deque[str]] = defaultdict(deque)

    def add(self, name: str, code: str, times: int) -> None:
        self._waiting[name].extend([code] * times)

    def take(self, name: str) -> str | None:
        """The code with which to refuse this one; each is used once."""
        return self._waiting[name].popleft() if self._waiting.get(name) else None
