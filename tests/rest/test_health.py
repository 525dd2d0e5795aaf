"""Health, readiness and versions."""

import httpx

from generated.rest.version import API_VERSION
from tests.application import NOW, Application


async def test_all_is_well(application: Application, stranger: httpx.AsyncClient) -> None:
    application.clock.advance(1_500)
    answer = await stranger.get("/health")
    health = answer.json()
    assert answer.headers["API-Version"] == health["apiVersion"] == API_VERSION
    assert health["time"] == NOW + 1_500
    assert health["uptime"] == 1_500
    assert health["ledger"] == {"status": "ok"}
    assert health["backplane"] == {"status": "ok"}
    kinds = {feed["name"]: feed["dataKind"] for feed in health["feeds"]}
    assert kinds == {"simulated": "simulated", "replay": "recorded"}


async def test_alive_and_ready(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/health/live")).status_code == 204


async def test_a_silent_feed_is_told_and_not_ready(
    application: Application, stranger: httpx.AsyncClient
) -> None:
    application.clock.advance(3_600_000)
    health = (await stranger.get("/health")).json()
    assert health["status"] == "degraded"
    assert health["feeds"][0]["status"] == "down"
    answer = await stranger.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["code"] == "not_ready"
    assert "simulated" in answer.json()["detail"]


async def test_versions(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/versions")).json() == {
        "versions": [
            {
                "name": "v1",
                "version": API_VERSION,
                "lifecycle": "development",
                "url": "/api/v1",
            }
        ]
    }
