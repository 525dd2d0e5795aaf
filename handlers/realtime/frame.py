"""One text message, ready to be written to any number of WebSockets."""

from __future__ import annotations

from struct import Struct
from typing import Final, final

_TEXT: Final = 0x81  # a whole message: final bit, opcode "text"; what a server sends is not masked
_SHORT: Final = Struct("!BB")
_MEDIUM: Final = Struct("!BBH")
_LONG: Final = Struct("!BBQ")


@final
class Frame:
    """`wire` is what leaves the socket, the same bytes for every peer. `text` is UTF-8.

    `slot` is the topic and the key of the value that this is the newest of: while it waits, a
    newer frame of the slot takes its place. None means that every frame counts; a `lossless`
    one is missed if it does not arrive.
    """

    __slots__ = ("_header", "lossless", "slot", "wire")

    def __init__(
        self, text: bytes, slot: tuple[str, str] | None = None, *, lossless: bool = False
    ) -> None:
        header = _header(len(text))
        self.wire: Final = header + text
        self.slot: Final = slot
        self.lossless: Final = lossless
        self._header: Final = len(header)

    @property
    def text(self) -> bytes:
        return self.wire[self._header :]

    def belongs_to(self, topic: str) -> bool:
        """Whether it is a replaceable value of this topic."""
        return self.slot is not None and self.slot[0] == topic

    def __len__(self) -> int:
        """Bytes on the wire."""
        return len(self.wire)


def _header(size: int) -> bytes:
    if size < 126:
        return _SHORT.pack(_TEXT, size)
    if size < 65_536:
        return _MEDIUM.pack(_TEXT, 126, size)
    return _LONG.pack(_TEXT, 127, size)
