"""What this process does, as numbers in the text format of Prometheus."""

import asyncio
from typing import Final, final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

MEDIA_TYPE: Final = CONTENT_TYPE_LATEST
LOOK_EVERY: Final = 0.25
"""Seconds between two looks at how late the event loop is."""
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_LATE_SECONDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


@final
class Metrics:
    """Of one application. The collectors are asked when somebody reads, and cost nothing before."""

    def __init__(self, *collectors: Collector) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Histogram(
            "trading_pro_request_duration_seconds",
            "Time to answer a request, by operation and status.",
            ("operation", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._kinds: dict[tuple[str, int], Histogram] = {}
        self._lag = Histogram(
            "trading_pro_loop_lag_seconds",
            "By how much the event loop is late.",
            buckets=_LATE_SECONDS,
            registry=self._registry,
        )
        for collector in collectors:
            self._registry.register(collector)

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """Count one answer."""
        kind = self._kinds.get((operation, status))
        if kind is None:
            kind = self._kinds[operation, status] = self._requests.labels(operation, str(status))
        kind.observe(seconds)

    def text(self) -> bytes:
        """All of them, as MEDIA_TYPE."""
        return generate_latest(self._registry)

    async def run(self, interval: float = LOOK_EVERY) -> None:
        """Measure how late the event loop is, until canceled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + interval
            await asyncio.sleep(interval)
            self._lag.observe(max(0.0, loop.time() - due))
