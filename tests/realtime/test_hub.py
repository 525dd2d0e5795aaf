import json

import pytest
from typing_extensions import override

from tests.realtime.doubles import Counter, Stage


async def test_what_changes_within_a_tick_leaves_in_one_write(stage: Stage) -> None:
    socket, client = stage.client()
    for topic in ("a", "b"):
        await stage.join(client, topic, Counter())
    stage.hub.send(client, b"answer")
    stage.hub.publish("a", "a.update", "", b"1")
    stage.hub.publish("b", "b.update", "", b"2")
    assert socket.writes == []
    stage.tick.end()
    assert socket.writes == [
        [
            b"answer",
            b'{"type":"a.update","topic":"a","seq":1,"payload":1}',
            b'{"type":"b.update","topic":"b","seq":1,"payload":2}',
        ]
    ]


async def test_every_subscriber_gets_the_same_bytes(stage: Stage) -> None:
    (first, one), (second, two) = stage.client(), stage.client()
    await stage.join(one, "a", Counter())
    await stage.join(two, "a", Counter())
    stage.hub.publish("a", "a.update", "", b"1")
    stage.tick.end()
    assert first.written[0] is second.written[0]


async def test_updates_reach_only_their_topic(stage: Stage) -> None:
    socket, client = stage.client()
    await stage.join(client, "a", Counter())
    stage.hub.publish("b", "b.update", "", b"1")
    stage.tick.end()
    assert socket.writes == []


async def test_a_client_that_is_behind_gets_the_newest_of_each_key(stage: Stage) -> None:
    socket, client = stage.client()
    await stage.join(client, "bars", Counter())
    socket.stall()
    for key, payload in (("60", b"1"), ("120", b"2"), ("60", b"3")):
        stage.hub.publish("bars", "bars.update", key, payload)
        stage.tick.end()
    socket.resume()
    assert socket.frames == [
        b'{"type":"bars.update","topic":"bars","seq":2,"payload":2}',
        b'{"type":"bars.update","topic":"bars","seq":3,"payload":3}',
    ]
    assert stage.hub.conflated == 1


async def test_a_slow_reader_does_not_delay_another(stage: Stage) -> None:
    (slow, one), (quick, two) = stage.client(), stage.client()
    await stage.join(one, "a", Counter())
    await stage.join(two, "a", Counter())
    slow.stall()
    stage.hub.publish("a", "a.update", "", b"1")
    stage.tick.end()
    assert len(quick.frames) == 1
    assert slow.frames == []


async def test_a_lossless_topic_keeps_every_update_of_a_client_that_is_behind(stage: Stage) -> None:
    socket, client = stage.client()
    await stage.join(client, "account", Counter(("e1", 5)))
    socket.stall()
    for seq in (6, 7, 8):
        stage.hub.append("account", "account.update", "e1", seq, b"{}")
        stage.tick.end()
    socket.resume()
    assert [json.loads(frame)["seq"] for frame in socket.frames] == [6, 7, 8]


async def test_what_the_snapshot_holds_is_not_sent_again(stage: Stage) -> None:
    (early, one), (late, two) = stage.client(), stage.client()
    ledger = Counter(("e1", 5))
    await stage.join(one, "account", ledger)
    ledger.position = ("e1", 6)  # applied to the state, not yet published
    joined = await stage.join(two, "account", ledger)
    stage.hub.append("account", "account.update", "e1", 6, b"{}")
    stage.tick.end()
    assert joined.seq == 6
    assert len(early.frames) == 1
    assert late.frames == []


async def test_a_new_epoch_starts_its_own_count(stage: Stage) -> None:
    socket, client = stage.client()
    await stage.join(client, "account", Counter(("e1", 5)))
    stage.hub.append("account", "account.update", "e2", 1, b"{}")
    stage.tick.end()
    assert len(socket.frames) == 1


async def test_the_source_works_while_somebody_listens(stage: Stage) -> None:
    (_, one), (_, two) = stage.client(), stage.client()
    source = Counter()
    await stage.join(one, "a", source)
    await stage.join(two, "a", source)
    stage.hub.leave(one, "a")
    assert source.log == ["opened"]
    stage.hub.leave(two, "a")
    assert source.log == ["opened", "closed"]
    assert stage.hub.topics == 0


async def test_two_subscriptions_to_one_topic_count_once(stage: Stage) -> None:
    socket, client = stage.client()
    source = Counter()
    await stage.join(client, "a", source)
    stage.hub.publish("a", "a.update", "", b"1")
    again = await stage.join(client, "a", source)
    assert again.seq == 1
    stage.hub.publish("a", "a.update", "", b"2")
    stage.tick.end()
    assert [json.loads(frame)["seq"] for frame in socket.frames] == [1, 2]
    assert stage.hub.leave(client, "a")
    assert not stage.hub.leave(client, "a")
    assert source.log == ["opened", "closed"]


async def test_nothing_of_a_topic_follows_its_end(stage: Stage) -> None:
    socket, client = stage.client()
    await stage.join(client, "a", Counter())
    stage.hub.publish("a", "a.update", "", b"1")
    stage.hub.leave(client, "a")
    stage.hub.publish("a", "a.update", "", b"2")
    stage.tick.end()
    assert socket.frames == []


async def test_a_topic_that_is_opened_again_has_another_epoch(stage: Stage) -> None:
    _, client = stage.client()
    before = await stage.join(client, "a", Counter())
    stage.hub.leave(client, "a")
    assert (await stage.join(client, "a", Counter())).epoch != before.epoch


async def test_a_source_that_fails_leaves_nothing_behind(stage: Stage) -> None:
    class Broken(Counter):
        @override
        def snapshot(self) -> tuple[bytes | None, tuple[str, int] | None]:
            raise LookupError

    _, client = stage.client()
    source = Broken()
    with pytest.raises(LookupError):
        await stage.join(client, "a", source)
    assert source.log == ["opened", "closed"]
    assert (stage.hub.topics, client.topics) == (0, set())


async def test_an_overflowing_client_is_reported(stage: Stage) -> None:
    socket, client = stage.client(unread_size=10)
    reports: list[str] = []
    client.overflowed = lambda: reports.append("overflow")
    await stage.join(client, "a", Counter())
    socket.stall()
    stage.hub.publish("a", "a.update", "", b"1")
    stage.tick.end()
    assert reports == ["overflow"]


async def test_who_has_caught_up_is_not_behind(stage: Stage) -> None:
    socket, client = stage.client()
    await stage.join(client, "a", Counter())
    socket.stall()
    stage.hub.publish("a", "a.update", "", b"1")
    stage.tick.end()
    stage.hub.leave(client, "a")
    socket.resume()
    stage.clock.move(60_000)
    assert client.unread_for(stage.clock()) == 0


async def test_within_a_tick_a_value_is_replaced_for_all_at_once(stage: Stage) -> None:
    (first, one), (second, two) = stage.client(), stage.client()
    for client in (one, two):
        await stage.join(client, "bars", Counter())
    for key, payload in (("60", b"1"), ("120", b"2"), ("60", b"3")):
        stage.hub.publish("bars", "bars.update", key, payload)
    stage.tick.end()
    for socket in (first, second):
        assert [json.loads(frame)["payload"] for frame in socket.frames] == [2, 3]
    assert (stage.hub.conflated, stage.hub.deliveries) == (2, 4)


async def test_who_joins_within_a_tick_stands_after_what_was_published(stage: Stage) -> None:
    (early, one), (late, two) = stage.client(), stage.client()
    await stage.join(one, "a", Counter())
    stage.hub.publish("a", "a.update", "", b"1")
    joined = await stage.join(two, "a", Counter())
    stage.tick.end()
    assert joined.seq == 1
    assert len(early.frames) == 1
    assert late.frames == []


async def test_a_write_that_fails_ends_neither_the_tick_nor_the_client(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    (broken, one), (whole, two) = stage.client(), stage.client()
    for client in (one, two):
        await stage.join(client, "a", Counter())
    write, broken.write = broken.write, lambda _: 1 / 0  # type: ignore[method-assign,assignment]
    stage.hub.publish("a", "a.update", "", b"1")
    stage.tick.end()
    broken.write = write  # type: ignore[method-assign]
    stage.hub.publish("a", "a.update", "", b"2")
    stage.tick.end()
    assert (len(broken.frames), len(whole.frames)) == (1, 2)
    assert "a client could not be written to" in caplog.text
