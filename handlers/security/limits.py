"""How often somebody may try to log in."""

import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

PER_ADDRESS = 5


class LoginLimits:
    """Counts attempts per user name and per address, in a moving window of one minute.

    A successful login gives its user name a clean slate, so only failures add up.
    """

    def __init__(self, attempts: int) -> None:
        """`attempts` per minute and user name; `PER_ADDRESS` times as many per address."""
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._name = RateLimitItemPerMinute(attempts, namespace="login-name")
        self._address = RateLimitItemPerMinute(attempts * PER_ADDRESS, namespace="login-address")

    def attempt(self, name: str, address: str) -> int | None:
        """Count one attempt. None if it may go on, else the seconds to wait."""
        if not self._limiter.hit(self._address, address):
            return self._wait(self._address, address)
        if not self._limiter.hit(self._name, name.lower()):
            return self._wait(self._name, name.lower())
        return None

    def succeeded(self, name: str) -> None:
        self._limiter.clear(self._name, name.lower())

    def _wait(self, item: RateLimitItem, key: str) -> int:
        reset = self._limiter.get_window_stats(item, key).reset_time
        return max(1, math.ceil(reset - time.time()))  # noqa: TID251 - the library's own clock
