"""How far a replay is: a pure function of the real time and of when it began."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Position:
    lap: int
    """How often the record was gone through before."""
    behind: int
    """Days of the record that are known."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """From `first` known days on, one more each `bar_duration` ms, up to `total`; then again."""

    started_at: int
    bar_duration: int
    first: int
    total: int

    def at(self, now: int) -> Position:
        steps = max(0, now - self.started_at) // self.bar_duration
        lap, step = divmod(steps, self.total - self.first + 1)
        return Position(lap, self.first + step)

    def end(self, lap: int) -> Position:
        """The last position of a lap."""
        return Position(lap, self.total)

    def changed(self, now: int, bar_duration: int, first: int) -> "Schedule":
        """Goes on from the same position by other rules; `started_at` is when it would have begun.

        A position before the new `first` cannot be kept, so `first` stays as it was then.
        """
        position = self.at(now)
        first = first if first <= position.behind else self.first
        steps = position.lap * (self.total - first + 1) + position.behind - first
        since = (
            max(0, now - self.started_at) % self.bar_duration * bar_duration // self.bar_duration
        )
        return Schedule(now - steps * bar_duration - since, bar_duration, first, self.total)

    def next_change(self, now: int) -> int:
        """When the position changes next."""
        steps = max(0, now - self.started_at) // self.bar_duration
        return self.started_at + (steps + 1) * self.bar_duration
