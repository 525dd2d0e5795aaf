"""The numbers of the feeds: how old their signs of life are."""

from collections.abc import Iterator
from typing import final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from handlers.clock import Clock
from handlers.feeds.feeds import Feeds


@final
class FeedCollector(Collector):
    """Says nothing of a feed that has not started."""

    def __init__(self, feeds: Feeds, clock: Clock) -> None:
        self._feeds = feeds
        self._clock = clock

    @override
    def collect(self) -> Iterator[Metric]:
        heartbeat = _ages("heartbeat", "Since the feed gave a sign of life.")
        data = _ages("data", "Since the newest price.")
        now = self._clock.now()
        for feed in self._feeds.feeds:
            for family, at in ((heartbeat, feed.heartbeat_at()), (data, feed.data_at())):
                if at:
                    family.add_metric((feed.name,), max(0, now - at) / 1_000)
        yield heartbeat
        yield data


def _ages(name: str, description: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"trading_pro_feed_{name}_age_seconds", description, labels=("feed",))
