"""What one watched symbol streams, step by step."""

from generated.models import Resolution
from handlers.feeds.feed import FeedSink, NotSupported
from handlers.feeds.simulated.listing import Listing

MAX_CLOSED = 100
"""Bars of one resolution that are caught up at most after the process stood still."""


class Stream:
    """Times are those of steps, multiples of the time between two trades."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._quotes = False
        self._stepped_to = 0
        self._newest: dict[Resolution, tuple[int, bool]] = {}
        """By watched resolution: the start of the newest bar given, and whether it was closed."""

    def watch(self, resolution: Resolution | None, now: int) -> None:
        """None: quotes. What follows `now` is streamed."""
        if resolution is None:
            self._quotes = True
            return
        if resolution not in self._listing.symbol.resolutions:
            raise NotSupported(resolution)
        current = self._listing.chart.current(resolution, now)
        self._newest[resolution] = (current[0].time, current[1]) if current else (0, True)

    def unwatch(self, resolution: Resolution | None) -> bool:
        """Whether nothing is watched any more."""
        if resolution is None:
            self._quotes = False
        else:
            self._newest.pop(resolution, None)
        return not self._quotes and not self._newest

    def step(self, time: int, sink: FeedSink) -> None:
        """Closed bars first, then the quote, then the bars in progress. Nothing without time."""
        if time <= self._stepped_to:
            return
        self._stepped_to = time
        for resolution in tuple(self._newest):
            self._close(resolution, time, sink)
        self._quote(time, sink)
        for resolution in tuple(self._newest):
            self._update(resolution, time, sink)

    def _close(self, resolution: Resolution, time: int, sink: FeedSink) -> None:
        chart = self._listing.chart
        start, closed = self._newest[resolution]
        current = chart.current(resolution, time)
        if current is None or (current[0].time == start and (closed or not current[1])):
            return
        end = current[0].time + (1 if current[1] else 0)
        first = start + 1 if closed else start
        for bar in chart.newest(resolution, first, end, MAX_CLOSED, time):
            sink.on_bar(self._listing.symbol.id, resolution, bar, True)
            self._newest[resolution] = bar.time, True

    def _quote(self, time: int, sink: FeedSink) -> None:
        if not self._quotes or not self._listing.sessions.is_open(time):
            return
        quote = self._listing.quote(time)
        if quote is not None:
            sink.on_quote(quote)

    def _update(self, resolution: Resolution, time: int, sink: FeedSink) -> None:
        current = self._listing.chart.current(resolution, time)
        if current is not None and not current[1] and resolution in self._newest:
            self._newest[resolution] = current[0].time, False
            sink.on_bar(self._listing.symbol.id, resolution, current[0], False)
