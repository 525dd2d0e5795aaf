"""What one client that is behind has yet to be sent."""

from collections.abc import Iterable

from handlers.realtime.frame import Frame


class Outbox:
    """Frames in order; a frame with a slot replaces the older one of that slot.

    The replacement moves to the end, so within a topic `seq` only rises. `size` is in bytes.
    """

    __slots__ = ("_frames", "_lossless", "size")

    def __init__(self) -> None:
        self._frames: dict[object, Frame] = {}
        self._lossless = 0
        self.size = 0

    def __bool__(self) -> bool:
        return bool(self._frames)

    @property
    def lossless(self) -> bool:
        """Whether anything that waits may not be replaced by a fresh snapshot."""
        return self._lossless > 0

    def put(self, frames: Iterable[Frame]) -> int:
        """How many older values were replaced."""
        replaced = 0
        for frame in frames:
            slot = frame.slot or frame
            if (older := self._frames.pop(slot, None)) is not None:
                self._forget(older)
                replaced += 1
            self._frames[slot] = frame
            self.size += len(frame)
            self._lossless += frame.lossless
        return replaced

    def take(self, size: int) -> list[Frame]:
        """The oldest frames, until they make up so many bytes."""
        taken: list[Frame] = []
        for frame in self._frames.values():
            if size <= 0:
                break
            size -= len(frame)
            taken.append(frame)
        for frame in taken:
            del self._frames[frame.slot or frame]
            self._forget(frame)
        return taken

    def discard(self, topic: str) -> None:
        """Forget the values of a topic that the client has left."""
        for frame in [each for each in self._frames.values() if each.belongs_to(topic)]:
            del self._frames[frame.slot or frame]
            self._forget(frame)

    def take_all(self) -> list[Frame]:
        frames = list(self._frames.values())
        self.clear()
        return frames

    def clear(self) -> None:
        self._frames.clear()
        self._lossless = self.size = 0

    def _forget(self, frame: Frame) -> None:
        self.size -= len(frame)
        self._lossless -= frame.lossless
