"""Is the process alive, is it ready, and how well is everything behind it."""

from typing import final

from typing_extensions import override

from generated import models
from generated.base import optional
from generated.rest import problems
from generated.rest.handlers import HealthHandler
from handlers.operations.health import FeedPart, Part, Vitals


@final
class Health(HealthHandler):
    """`version` is that of the software, `api_version` that of the contract."""

    def __init__(self, vitals: Vitals, version: str, api_version: str) -> None:
        self._vitals = vitals
        self._version = version
        self._api_version = api_version

    @override
    async def get_health(self) -> models.Health:
        report = await self._vitals.report()
        return models.Health(
            status=report.status,
            version=self._version,
            api_version=self._api_version,
            time=report.time,
            uptime=report.uptime,
            feeds=[_feed(feed) for feed in report.feeds],
            ledger=_part(report.ledger),
            backplane=_part(report.backplane),
        )

    @override
    async def get_liveness(self) -> None:
        return None

    @override
    async def get_readiness(self) -> None:
        complaints = (await self._vitals.report()).complaints()
        if complaints:
            raise problems.NotReady(" ".join(complaints))


def _part(part: Part) -> models.PartHealth:
    return models.PartHealth(status=part.status, detail=optional(part.detail))


def _feed(feed: FeedPart) -> models.FeedHealth:
    return models.FeedHealth(
        name=feed.name,
        data_kind=feed.data_kind,
        status=feed.status,
        detail=optional(feed.detail),
        data_age=optional(feed.data_age),
        heartbeat_age=optional(feed.heartbeat_age),
    )
