"""Tells open sockets that the session or the key that opened them is no more."""

import logging
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

REMEMBERED: Final = 1_024
"""Endings that are known to those who come too late to hear of them."""


class Endings:
    """A credential is named by the id of its key or the hash of its session's token."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Callable[[], None]]] = {}
        self._ended: dict[str, None] = {}

    def listen(self, credential: str, ended: Callable[[], None]) -> Callable[[], None]:
        """Call `ended` when the credential ends; the result stops listening.

        A credential may end between its check and this call: then `ended` is called at once.
        """
        if credential in self._ended:
            ended()
        self._listeners.setdefault(credential, set()).add(ended)

        def forget() -> None:
            listeners = self._listeners.get(credential, set())
            listeners.discard(ended)
            if not listeners:
                self._listeners.pop(credential, None)

        return forget

    @property
    def listened_to(self) -> tuple[str, ...]:
        """The credentials of those who listen."""
        return tuple(self._listeners)

    def end(self, credential: str) -> None:
        self._ended[credential] = None
        if len(self._ended) > REMEMBERED:
            del self._ended[next(iter(self._ended))]
        for ended in tuple(self._listeners.get(credential, ())):
            try:
                ended()
            except Exception:  # the others must hear of it all the same
                log.exception("a socket was not told that its session has ended")
