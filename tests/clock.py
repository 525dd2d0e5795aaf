"""A clock that tests turn by hand."""

from typing import final

from typing_extensions import override

from handlers.clock import Clock


@final
class ManualClock(Clock):
    """Starts at `time`, Unix milliseconds, and moves when told to."""

    def __init__(self, time: int) -> None:
        self.time = time

    @override
    def now(self) -> int:
        return self.time

    def advance(self, milliseconds: int) -> int:
        """Moves on and says the new time."""
        self.time += milliseconds
        return self.time
