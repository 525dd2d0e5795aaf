"""What one client has yet to be sent."""

from itertools import count

from handlers.realtime.frame import Frame


class Outbox:
    """Frames in order; a frame with a slot replaces the older one of that slot.

    The replacement moves to the end, so within a topic `seq` only rises.
    """

    def __init__(self) -> None:
        self._frames: dict[tuple[str, str] | int, Frame] = {}
        self._numbers = count()
        self.size = 0
        self.lossless = False

    def __bool__(self) -> bool:
        return bool(self._frames)

    def append(self, frame: Frame | bytes, *, lossless: bool = False) -> None:
        if isinstance(frame, bytes):
            frame = Frame(frame)
        self._frames[next(self._numbers)] = frame
        self.size += len(frame)
        self.lossless = self.lossless or lossless

    def replace(self, topic: str, key: str, frame: Frame | bytes) -> bool:
        """True when an older value had not left yet."""
        if isinstance(frame, bytes):
            frame = Frame(frame)
        older = self._frames.pop((topic, key), None)
        self._frames[topic, key] = frame
        self.size += len(frame) - (len(older) if older is not None else 0)
        return older is not None

    def discard(self, topic: str) -> None:
        """Forget what waits for a topic that the client has left."""
        gone = [key for key in self._frames if isinstance(key, tuple) and key[0] == topic]
        for key in gone:
            self.size -= len(self._frames.pop(key))

    def drain(self) -> list[Frame]:
        frames = list(self._frames.values())
        self._frames.clear()
        self.size = 0
        self.lossless = False
        return frames
