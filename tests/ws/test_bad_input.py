"""What clients do that they should not: each has its declared answer, and the others go on."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from generated.ws.channels import AccountTopic, BarsTopic, QuotesTopic
from generated.ws.policy import LIMITS
from tests.ws.asgi_client import AsgiClient, Closed
from tests.ws.stage import StreamStage, bar, said, transaction

AAPL = BarsTopic("AAPL", "1")
AAPL_FIELDS = {"symbol": "AAPL", "resolution": "1"}
KEPT = 64
"""Keys of a conflated topic that are kept for those who resume."""


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[StreamStage]:
    stage = StreamStage()
    yield stage
    await stage.hub.stop()
    assert stage.work.topics == set()


@pytest_asyncio.fixture
async def client(stage: StreamStage) -> AsyncIterator[AsgiClient]:
    async with AsgiClient(stage.app) as client:
        await client.heard()
        yield client
    assert len(stage.connections) == 0


async def ask(client: AsgiClient, message: str, **payload: Any) -> Any:
    """The payload of the answer."""
    client.send(said(message, "1", **payload))
    answer = await client.heard()
    assert (answer["type"], answer["id"]) == (f"{message}.response", "1")
    return answer["payload"]


async def resume(client: AsgiClient, epoch: str, seq: int, **payload: Any) -> Any:
    place = {"epoch": epoch, "seq": seq}
    return await ask(client, "bars.subscribe", **(payload or AAPL_FIELDS), resume=place)


@pytest.mark.parametrize(
    ("message", "payload"),
    [
        ("bars.unsubscribe", AAPL_FIELDS),
        ("quotes.unsubscribe", {"symbol": "AAPL"}),
        ("account.unsubscribe", {"accountId": "acc_1"}),
        ("pnl.unsubscribe", {"accountId": "acc_1"}),
        ("connection.unsubscribe", {"accountId": "acc_1"}),
    ],
)
async def test_what_was_never_subscribed_cannot_be_unsubscribed(
    client: AsgiClient, message: str, payload: dict[str, str]
) -> None:
    for _ in range(2):
        assert (await ask(client, message, **payload))["code"] == "not_subscribed"
    subscribe = message.replace("unsubscribe", "subscribe")
    assert (await ask(client, subscribe, **payload))["status"] == "ok"
    assert (await ask(client, message, **payload))["status"] == "ok"
    assert (await ask(client, message, **payload))["code"] == "not_subscribed"


async def test_a_place_of_another_epoch_gets_a_snapshot(client: AsgiClient) -> None:
    for epoch in ("other", "x" * 64):
        answer = await resume(client, epoch, 0)
        assert answer["resumed"] is False
        assert answer["snapshot"]["time"] == 60_000


async def test_a_place_in_the_future_gets_a_snapshot(
    stage: StreamStage, client: AsgiClient
) -> None:
    epoch = (await ask(client, "bars.subscribe", **AAPL_FIELDS))["epoch"]
    stage.publisher.bars_update(AAPL, bar())
    assert (await client.heard())["seq"] == 1
    for seq in (2, 3, (1 << 53) - 1):
        answer = await resume(client, epoch, seq)
        assert (answer["resumed"], answer["seq"]) == (False, 1)
    assert (await resume(client, epoch, 1))["resumed"] is True


async def test_a_place_before_what_is_kept_gets_a_snapshot(
    stage: StreamStage, client: AsgiClient
) -> None:
    epoch = (await ask(client, "bars.subscribe", **AAPL_FIELDS))["epoch"]
    for number in range(1, KEPT + 3):
        stage.publisher.bars_update(AAPL, bar(number * 60_000))
        assert (await client.heard())["seq"] == number
    assert (await resume(client, epoch, 1))["resumed"] is False
    answer = await resume(client, epoch, 2)
    assert (answer["resumed"], answer["seq"]) == (True, 2)
    assert "snapshot" not in answer
    missed = [await client.heard() for _ in range(KEPT)]
    assert [frame["seq"] for frame in missed] == list(range(3, KEPT + 3))
    assert missed[-1]["payload"]["time"] == (KEPT + 2) * 60_000


async def test_a_ledger_is_asked_for_no_more_than_it_has(
    stage: StreamStage, client: AsgiClient
) -> None:
    fields = {"accountId": "acc_1"}
    for place in ({"epoch": "ledger", "seq": 8}, {"epoch": "before", "seq": 3}):
        answer = await ask(client, "account.subscribe", **fields, resume=place)
        assert (answer["resumed"], answer["seq"]) == (False, 7)
        assert answer["snapshot"]["accountId"] == "acc_1"
    answer = await ask(client, "account.subscribe", **fields, resume={"epoch": "ledger", "seq": 0})
    assert (answer["resumed"], answer["seq"]) == (True, 0)
    assert [(await client.heard())["seq"] for _ in range(7)] == [1, 2, 3, 4, 5, 6, 7]
    stage.account.sequence = 8
    stage.publisher.account_update(AccountTopic("acc_1"), "ledger", 8, transaction(8))
    assert (await client.heard())["seq"] == 8


@pytest.mark.parametrize(
    "place",
    [
        {"epoch": "e"},
        {"seq": 1},
        {"epoch": "e", "seq": -1},
        {"epoch": "e", "seq": 1.5},
        {"epoch": "e", "seq": "1"},
        {"epoch": "e", "seq": 1 << 64},
        {"epoch": "", "seq": 1},
        {"epoch": "x" * 10_000, "seq": 1},
        {"epoch": 1, "seq": 1},
        {"epoch": "e", "seq": 1, "more": 1},
        None,
        [],
        "e:1",
    ],
)
async def test_what_is_no_place_is_refused(client: AsgiClient, place: Any) -> None:
    answer = await ask(client, "bars.subscribe", **AAPL_FIELDS, resume=place)
    assert answer["code"] == "invalid_message"
    assert "/payload/resume" in answer["message"]


async def test_ten_thousand_subscriptions_are_bounded(
    stage: StreamStage, client: AsgiClient
) -> None:
    async with AsgiClient(stage.app) as bystander:
        await bystander.heard()
        await ask(bystander, "bars.subscribe", **AAPL_FIELDS)
        refused = 0
        for start in range(0, 10_000, 250):
            stage.clock.move(5_000)
            symbols = [f"S{number}" for number in range(start, start + 250)]
            client.send(_batch("quotes.subscribe", symbols))
            for _ in symbols:
                refused += (await client.heard())["payload"].get("code") == "too_many_topics"
            stage.publisher.bars_update(AAPL, bar())
            assert (await bystander.heard())["seq"] == start // 250 + 1
        assert refused == 10_000 - LIMITS.topics_per_connection
        assert stage.hub.topics == LIMITS.topics_per_connection + 1
        assert (await ask(client, "quotes.subscribe", symbol="S0"))["status"] == "ok"
        assert (await ask(client, "quotes.unsubscribe", symbol="S0"))["status"] == "ok"
        assert (await ask(client, "quotes.subscribe", symbol="S9999"))["status"] == "ok"


async def test_all_topics_at_once_after_a_reconnect_are_resumed(stage: StreamStage) -> None:
    symbols = [f"S{number}" for number in range(LIMITS.topics_per_connection)]
    places: dict[str, Any] = {}
    async with AsgiClient(stage.app) as client:
        await client.heard()
        for answer in await _subscribe_all(client, symbols):
            places[answer["topic"]] = {"epoch": answer["epoch"], "seq": answer["seq"]}
    for symbol in symbols:
        stage.hub.publish(QuotesTopic(symbol).address, "quotes.update", "", b"1")
    async with AsgiClient(stage.app) as client:
        await client.heard()
        answers = await _subscribe_all(client, symbols, places)
        assert all(answer["resumed"] for answer in answers)
        assert stage.hub.topics == len(symbols)


async def test_who_talks_too_much_is_told_and_then_closed(stage: StreamStage) -> None:
    async with AsgiClient(stage.app) as client, AsgiClient(stage.app) as bystander:
        await client.heard()
        await bystander.heard()
        ping = json.dumps([{"type": "ping", "id": "1"}] * 250)
        codes: list[str | None] = []
        closed = None
        while closed is None:
            client.send(ping)
            try:
                codes += [(await client.heard())["payload"].get("code") for _ in range(250)]
            except Closed as end:
                closed = end.code
            stage.clock.move(200)
        assert closed == 4104
        assert set(codes) == {None, "rate_exceeded"}
        assert codes.count(None) <= LIMITS.message_burst + 25 * LIMITS.messages_per_second
        bystander.send('{"type":"ping"}')
        assert (await bystander.heard())["type"] == "pong"


async def test_who_reconnects_all_the_time_leaves_nothing_behind(stage: StreamStage) -> None:
    place: dict[str, Any] = {}
    for _ in range(1_000):
        async with AsgiClient(stage.app) as client:
            await client.heard()
            answer = await ask(client, "bars.subscribe", **AAPL_FIELDS, **place)
            assert answer.get("resumed", True)
            place = {"resume": {"epoch": answer["epoch"], "seq": answer["seq"]}}
        stage.clock.move(10)
        stage.connections.check()
        stage.hub.check()
    assert (stage.hub.topics, len(stage.connections)) == (1, 0)
    stage.clock.move(30_000)
    stage.hub.check()
    assert stage.hub.topics == 0


async def _subscribe_all(
    client: AsgiClient, symbols: list[str], places: dict[str, Any] | None = None
) -> list[Any]:
    answers: list[Any] = []
    for start in range(0, len(symbols), LIMITS.batch_size):
        part = symbols[start : start + LIMITS.batch_size]
        client.send(_batch("quotes.subscribe", part, places))
        for _ in part:
            frame = await client.heard()
            assert frame["payload"]["status"] == "ok", frame
            answers.append(frame["payload"])
            if answers[-1].get("resumed"):
                assert (await client.heard())["seq"] == 1
    return answers


def _batch(message: str, symbols: list[str], places: dict[str, Any] | None = None) -> str:
    return json.dumps(
        [
            {
                "type": message,
                "payload": {
                    "symbol": symbol,
                    **({"resume": places[f"quotes:{symbol}"]} if places else {}),
                },
            }
            for symbol in symbols
        ]
    )
