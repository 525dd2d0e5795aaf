"""How many messages a client may send."""

CALM = 1_000
"""So many milliseconds without a refusal end an excess."""


class Rate:
    """A token bucket. Times are in milliseconds."""

    def __init__(self, per_second: int, burst: int, now: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._tokens = float(burst)
        self._at = now
        self._since = self._refused_at = now - 2 * CALM

    def take(self, now: int) -> bool:
        """Whether one more message is within the limit."""
        refill = (now - self._at) * self._per_second / 1_000
        self._tokens, self._at = min(float(self._burst), self._tokens + refill), now
        if self._tokens >= 1:
            self._tokens -= 1
            return True
        if now - self._refused_at > CALM:
            self._since = now
        self._refused_at = now
        return False

    def exceeded_for(self, now: int) -> int:
        """Milliseconds of uninterrupted excess."""
        return 0 if now - self._refused_at > CALM else now - self._since
