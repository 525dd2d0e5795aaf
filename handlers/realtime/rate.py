"""How many messages a client may send."""


class Rate:
    """A token bucket: `per_second` on average, `burst` at once."""

    _CALM = 1_000  # ms without a refusal that end an excess

    def __init__(self, per_second: int, burst: int, now: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._tokens = float(burst)
        self._at = now
        self._refused_at = now - self._CALM - 1
        self._since = now

    def take(self, now: int) -> bool:
        """Whether one more message is within the limit at `now` (ms)."""
        refill = (now - self._at) * self._per_second / 1_000
        self._tokens = min(float(self._burst), self._tokens + refill)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return True
        self._refuse(now)
        return False

    def exceeded_for(self, now: int) -> int:
        """Milliseconds of uninterrupted excess."""
        return 0 if now - self._refused_at > self._CALM else now - self._since

    def _refuse(self, now: int) -> None:
        if now - self._refused_at > self._CALM:
            self._since = now
        self._refused_at = now
