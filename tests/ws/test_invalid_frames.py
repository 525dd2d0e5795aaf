"""Invalid frames by the thousand: each has its answer, and nothing is left behind."""

import asyncio
import gc
import logging
from random import Random

import pytest

from generated.ws.channels import BarsTopic
from tests.scale import scaled
from tests.ws.asgi_client import AsgiClient
from tests.ws.babble import Babble, babble
from tests.ws.stage import StreamStage, bar, said

_PACE = 250
"""Milliseconds between frames: the rate is a matter of other tests."""
_NOISE = 500
"""Objects that caches and the like may keep."""


@pytest.mark.fuzz
async def test_invalid_frames_change_nothing(caplog: pytest.LogCaptureFixture) -> None:
    random, thousands = Random(1), scaled(10, 100)
    stage = StreamStage()
    async with AsgiClient(stage.app) as bystander, AsgiClient(stage.app) as client:
        for each in (bystander, client):
            await each.heard()
            each.send(said("bars.subscribe", "1", symbol="AAPL", resolution="1"))
            assert (await each.heard())["payload"]["status"] == "ok"
        await _speak(stage, client, random, 1_000)
        tasks, objects = len(asyncio.all_tasks()), _objects()
        for seq in range(1, thousands + 1):
            await _speak(stage, client, random, 1_000)
            stage.publisher.bars_update(BarsTopic("AAPL", "1"), bar())
            for each in (bystander, client):
                assert (await each.heard())["seq"] == seq
        assert len(asyncio.all_tasks()) == tasks
        assert _objects() < objects + _NOISE
        assert stage.work.topics == {"bars:AAPL:1"}
        assert (stage.hub.topics, len(stage.connections)) == (1, 2)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def _speak(stage: StreamStage, client: AsgiClient, random: Random, frames: int) -> None:
    for _ in range(frames):
        stage.clock.move(_PACE)
        await _refused(client, babble(random))


async def _refused(client: AsgiClient, said: Babble) -> None:
    client.send(said.frame)
    for codes in said.codes:
        answer = await client.heard()
        assert answer["payload"].get("code") in codes, (said, answer)
        assert answer["payload"]["message"]


def _objects() -> int:
    gc.collect()
    return len(gc.get_objects())
