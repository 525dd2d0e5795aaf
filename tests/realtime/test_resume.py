import asyncio
import json
from typing import Any

import pytest
from typing_extensions import override

from handlers.realtime.client import Client
from tests.realtime.doubles import Counter, HandSocket, Stage


def _heard(socket: HandSocket) -> list[Any]:
    return [json.loads(frame) for frame in socket.frames]


def _seqs(socket: HandSocket) -> list[int]:
    return [frame["seq"] for frame in _heard(socket)]


async def _cut(stage: Stage, topic: str = "a") -> tuple[str, int]:
    """A client that joined, got one update, and was lost; where it stood."""
    _, client = stage.client()
    joined = await stage.join(client, topic, Counter())
    stage.hub.publish(topic, "a.update", "60", b"1")
    stage.tick.end()
    stage.hub.forget(client)
    return joined.epoch, joined.seq + 1


async def test_who_comes_back_gets_the_newest_of_each_key(stage: Stage) -> None:
    place = await _cut(stage)
    for key, payload in (("60", b"2"), ("120", b"3"), ("60", b"4")):
        stage.hub.publish("a", "a.update", key, payload)
    socket, client = stage.client()
    joined = await stage.join(client, "a", Counter(), place)
    assert (joined.resumed, joined.snapshot, joined.seq) == (True, None, place[1])
    assert [(frame["seq"], frame["payload"]) for frame in _heard(socket)] == [(3, 3), (4, 4)]
    stage.hub.publish("a", "a.update", "120", b"5")
    stage.tick.end()
    assert _seqs(socket) == [3, 4, 5]


async def test_who_missed_nothing_gets_nothing(stage: Stage) -> None:
    place = await _cut(stage)
    socket, client = stage.client()
    assert (await stage.join(client, "a", Counter(), place)).resumed
    assert socket.frames == []


@pytest.mark.parametrize("change", [("other", 0), ("same", 1), ("same", 9)])
async def test_another_epoch_and_the_future_get_a_snapshot(
    stage: Stage, change: tuple[str, int]
) -> None:
    epoch, seq = await _cut(stage)
    named, ahead = change
    place = ("another" if named == "other" else epoch, seq + ahead)
    _, client = stage.client()
    joined = await stage.join(client, "a", Counter(), place)
    assert (joined.resumed, joined.snapshot) == (False, b"0")


async def test_what_is_no_longer_kept_is_not_resumed(stage: Stage) -> None:
    place = await _cut(stage)
    for key in range(65):
        stage.hub.publish("a", "a.update", f"later {key}", b"2")
    _, client = stage.client()
    assert (await stage.join(client, "a", Counter(), place)).resumed is False


async def test_a_topic_waits_for_who_was_cut_off_but_not_for_ever(stage: Stage) -> None:
    place = await _cut(stage)
    stage.clock.move(29_999)
    stage.hub.check()
    assert stage.hub.topics == 1
    stage.clock.move(1)
    stage.hub.check()
    assert stage.hub.topics == 0
    _, client = stage.client()
    assert (await stage.join(client, "a", Counter(), place)).resumed is False


async def test_who_came_back_keeps_the_topic_open(stage: Stage) -> None:
    place = await _cut(stage)
    _, client = stage.client()
    await stage.join(client, "a", Counter(), place)
    stage.clock.move(60_000)
    stage.hub.check()
    assert stage.hub.topics == 1


async def test_the_end_of_the_server_waits_for_nobody(stage: Stage) -> None:
    _, client = stage.client()
    source = Counter()
    await stage.join(client, "a", source)
    stage.hub.forget(client)
    await stage.hub.stop()
    assert source.log == ["opened", "closed"]


def _ledger(length: int, page: int = 2) -> Counter:
    source = Counter(("e", length))
    source.ledger = [(number, b"%d" % number) for number in range(1, length + 1)]
    source.page = page
    return source


async def test_a_ledger_gives_all_that_was_missed(stage: Stage) -> None:
    source = _ledger(7)
    socket, client = stage.client()
    joined = await stage.join(client, "account", source, ("e", 2))
    assert (joined.resumed, joined.snapshot, joined.seq) == (True, None, 2)
    assert _seqs(socket) == [3, 4, 5, 6, 7]
    assert {frame["type"] for frame in _heard(socket)} == {"counter.update"}
    stage.hub.append("account", "counter.update", "e", 8, b"8")
    stage.tick.end()
    assert _seqs(socket)[-1] == 8


async def test_what_is_booked_while_one_reads_comes_in_its_order(stage: Stage) -> None:
    class Busy(Counter):
        """Books one more while a page is read, and publishes it as the ledger's writer does."""

        @override
        async def after(self, epoch: str, seq: int) -> list[tuple[int, bytes]] | None:
            page = await super().after(epoch, seq)
            if self.position is not None and len(self.ledger) < 20:
                number = len(self.ledger) + 1
                self.ledger.append((number, b"%d" % number))
                self.position = ("e", number)
                stage.hub.append("account", "counter.update", "e", number, b"%d" % number)
            return page

    source = Busy(("e", 5))
    source.ledger = [(number, b"%d" % number) for number in range(1, 6)]
    other, member = stage.client()
    await stage.join(member, "account", source)
    socket, client = stage.client()
    await stage.join(client, "account", source, ("e", 0))
    assert _seqs(socket) == list(range(1, 21))
    assert _seqs(other) == list(range(6, 21))


async def test_a_client_that_does_not_read_is_not_flooded(stage: Stage) -> None:
    socket, client = stage.client()
    socket.stall()
    joining = asyncio.ensure_future(stage.join(client, "account", _ledger(50), ("e", 0)))
    for _ in range(50):
        await asyncio.sleep(0)
        stage.tick.end()
    assert client.outbox.size < 300
    socket.resume()
    while not joining.done():
        await asyncio.sleep(0)
        stage.tick.end()
    assert _seqs(socket) == list(range(1, 51))


async def test_a_client_that_is_gone_stops_the_reading(stage: Stage) -> None:
    socket, client = stage.client()
    socket.stall()
    joining = asyncio.ensure_future(stage.join(client, "account", _ledger(50), ("e", 0)))
    for _ in range(5):
        await asyncio.sleep(0)
        stage.tick.end()
    client.end()
    await joining
    assert stage.hub.topics == 0


async def test_a_subscriber_that_resumes_gets_nothing_twice(stage: Stage) -> None:
    source = _ledger(5)
    socket, client = stage.client()
    await stage.join(client, "account", source)
    await stage.join(client, "account", source, ("e", 3))
    assert _seqs(socket) == [4, 5]
    assert source.log == ["opened", "closed", "opened"]


@pytest.mark.parametrize("place", [("another", 2), ("e", 9)])
async def test_a_ledger_that_cannot_fill_gives_a_snapshot(
    stage: Stage, place: tuple[str, int]
) -> None:
    _, client = stage.client()
    joined = await stage.join(client, "account", _ledger(7), place)
    assert (joined.resumed, joined.seq) == (False, 7)


async def test_a_ledger_that_fails_on_the_way_is_told_as_a_gap(stage: Stage) -> None:
    class Failing(Counter):
        @override
        async def after(self, epoch: str, seq: int) -> list[tuple[int, bytes]] | None:
            if seq >= 4:
                raise OSError
            return await super().after(epoch, seq)

    source = Failing(("e", 7))
    source.ledger, source.page = _ledger(7).ledger, 2
    socket, client = stage.client()
    await stage.join(client, "account", source, ("e", 2))
    assert _heard(socket)[-1] == {
        "type": "counter.gap",
        "topic": "account",
        "seq": 7,
        "payload": {"epoch": "e", "lastSeq": 4},
    }
    stage.hub.append("account", "counter.update", "e", 8, b"8")
    stage.tick.end()
    assert _seqs(socket) == [3, 4, 7, 8]


async def _member(stage: Stage) -> tuple[HandSocket, Client]:
    socket, client = stage.client()
    await stage.join(client, "a", Counter())
    return socket, client


async def test_a_gap_is_told_to_everybody_and_the_topic_goes_on(stage: Stage) -> None:
    socket, _ = await _member(stage)
    stage.hub.publish("a", "counter.update", "", b"1")
    stage.tick.end()
    stage.hub.gap("a", "e2", 40)
    stage.hub.publish("a", "counter.update", "", b"2")
    stage.tick.end()
    assert [(frame["type"], frame["seq"]) for frame in _heard(socket)] == [
        ("counter.update", 1),
        ("counter.gap", 40),
        ("counter.update", 41),
    ]
    assert _heard(socket)[1]["payload"] == {"epoch": "e2", "lastSeq": 1}
    assert stage.hub.gaps == 1


async def test_a_notice_holds_for_newcomers_until_it_is_taken_back(stage: Stage) -> None:
    first, _ = await _member(stage)
    stage.hub.notify("a", "a.status", b'{"stale":true}', retained=True)
    stage.tick.end()
    second, _ = await _member(stage)
    stage.hub.notify("a", "a.status", b'{"stale":false}', retained=False)
    stage.tick.end()
    third, _ = await _member(stage)
    stale = b'{"type":"a.status","topic":"a","payload":{"stale":true}}'
    fresh = b'{"type":"a.status","topic":"a","payload":{"stale":false}}'
    assert first.frames == second.frames == [stale, fresh]
    assert third.frames == []
