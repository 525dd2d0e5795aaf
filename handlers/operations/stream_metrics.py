"""The numbers of the stream: who is connected, what is sent, and what does not get through."""

from collections.abc import Iterator
from typing import final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from handlers.realtime.backplane import Backplane
from handlers.realtime.connections import Connections
from handlers.realtime.hub import Hub

_PREFIX = "trading_pro_stream"


@final
class StreamCollector(Collector):
    def __init__(self, hub: Hub, connections: Connections, backplane: Backplane) -> None:
        self._hub = hub
        self._connections = connections
        self._backplane = backplane

    @override
    def collect(self) -> Iterator[Metric]:
        hub, connections = self._hub, self._connections
        yield _gauge("connections", "Open connections.", len(connections))
        yield _gauge(
            "unauthenticated_connections",
            "Open connections on which nobody has signed in yet.",
            connections.unauthenticated,
        )
        yield _gauge("topics", "Topics that are worked for.", hub.topics)
        waiting = connections.waiting()
        yield _gauge("queue_bytes", "Bytes that wait for clients to read.", sum(waiting))
        yield _gauge(
            "queue_bytes_max", "Bytes that wait for the slowest client.", max(waiting, default=0)
        )
        yield _counter("deliveries", "Updates handed to clients.", hub.deliveries)
        yield _counter("conflated", "Updates replaced before they were sent.", hub.conflated)
        yield _counter("resumed", "Subscriptions that went on where they were.", hub.resumed)
        yield _counter("gaps", "Gaps that clients were told of.", hub.gaps)
        yield _counter("refused", "Handshakes refused: too many connections.", connections.refused)
        yield self._ended()
        yield from self._between()

    def _ended(self) -> Metric:
        family = CounterMetricFamily(
            f"{_PREFIX}_closed",
            "Connections that have ended, by close code; `client`: by the other side.",
            labels=("code", "reason"),
        )
        for close, count in self._connections.ended.items():
            code, reason = ("", "client") if close is None else (str(close.code), close.reason)
            family.add_metric((code, reason), count)
        return family

    def _between(self) -> Iterator[Metric]:
        backplane = self._backplane
        yield _gauge(
            "backplane_queue_bytes", "Bytes that wait to go to other processes.", backplane.waiting
        )
        yield _counter(
            "backplane_dropped", "Messages that did not go to other processes.", backplane.dropped
        )


def _gauge(name: str, description: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{_PREFIX}_{name}", description, value)


def _counter(name: str, description: str, value: float) -> Metric:
    return CounterMetricFamily(f"{_PREFIX}_{name}", description, value)
