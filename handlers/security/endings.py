"""Tells open sockets that the session or the key that opened them is no more."""

from collections.abc import Callable


class Endings:
    """A credential is named by the id of its key or the hash of its session's token."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Callable[[], None]]] = {}

    def listen(self, credential: str, ended: Callable[[], None]) -> Callable[[], None]:
        """Call `ended` when the credential ends; the result stops listening."""
        self._listeners.setdefault(credential, set()).add(ended)

        def forget() -> None:
            listeners = self._listeners.get(credential, set())
            listeners.discard(ended)
            if not listeners:
                self._listeners.pop(credential, None)

        return forget

    def end(self, credential: str) -> None:
        for ended in tuple(self._listeners.get(credential, ())):
            ended()
