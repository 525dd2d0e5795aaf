"""Time, passed in. Everything that needs the present takes a `Clock`."""

import time
from typing import Protocol, final

from typing_extensions import override


class Clock(Protocol):
    """The present, as Unix milliseconds, UTC. May stand still between two calls."""

    def now(self) -> int: ...


@final
class SystemClock(Clock):
    """The machine's own clock."""

    @override
    def now(self) -> int:
        return time.time_ns() // 1_000_000
