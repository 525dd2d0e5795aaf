import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from generated import models
from generated.ws import envelope, problems
from generated.ws.channels import AccountTopic, BarsTopic
from handlers.realtime.client import Client
from tests.realtime.doubles import HandSocket
from tests.ws.stage import TRADER, StreamStage, bar, said, transaction


class Talk:
    """One client that asks and hears."""

    def __init__(self, stage: StreamStage) -> None:
        self.stage = stage
        self.socket = HandSocket()
        self.client = Client(self.socket, 1_000_000)
        self.session: models.Session | None = TRADER

    async def authenticate(self, payload: models.Auth) -> models.Authenticated:
        if payload.token.get_secret_value() != "right":
            raise problems.InvalidCredentials
        self.session = TRADER
        return models.Authenticated(status="ok", user_name="trader")

    async def ask(self, frame: str) -> list[Any]:
        """The answers to a frame, in order."""
        before = len(self.heard())
        for request in envelope.read(frame):
            await self.stage.dispatch.answer(self.client, self, request)
        return self.heard()[before:]

    def heard(self) -> list[Any]:
        self.stage.hub.flush()
        return [json.loads(frame) for frame in self.socket.frames]


@pytest_asyncio.fixture
async def talk() -> AsyncIterator[Talk]:
    stage = StreamStage()
    yield Talk(stage)
    await stage.hub.stop()


async def test_the_transcript_of_a_topic(talk: Talk) -> None:
    [response] = await talk.ask(said("bars.subscribe", "1", symbol="AAPL", resolution="1"))
    epoch = response["payload"].pop("epoch")
    assert epoch
    assert response == {
        "type": "bars.subscribe.response",
        "id": "1",
        "payload": {
            "status": "ok",
            "topic": "bars:AAPL:1",
            "seq": 0,
            "snapshot": {
                "time": 60_000,
                "open": 1.0,
                "high": 2.0,
                "low": 0.5,
                "close": 1.5,
                "volume": 10.0,
                "closed": False,
            },
        },
    }
    talk.stage.publisher.bars_update(BarsTopic("AAPL", "1"), bar(close=1.75))
    update = talk.heard()[-1]
    assert (update["type"], update["topic"], update["seq"]) == ("bars.update", "bars:AAPL:1", 1)
    assert update["payload"]["close"] == 1.75
    assert await talk.ask(said("bars.unsubscribe", symbol="AAPL", resolution="1")) == [
        {"type": "bars.unsubscribe.response", "payload": {"status": "ok", "topic": "bars:AAPL:1"}}
    ]
    assert talk.stage.work.topics == set()


async def test_two_spellings_are_one_topic(talk: Talk) -> None:
    [first] = await talk.ask(said("bars.subscribe", symbol="AAPL", resolution="1D"))
    [second] = await talk.ask(said("bars.subscribe", symbol="SIM:AAPL", resolution="D"))
    assert first["payload"]["topic"] == second["payload"]["topic"] == "bars:AAPL:D"
    await talk.ask(said("bars.unsubscribe", symbol="AAPL", resolution="D"))
    assert talk.stage.work.topics == set()


async def test_a_topic_without_state_has_no_snapshot(talk: Talk) -> None:
    [response] = await talk.ask(said("bars.subscribe", symbol="REC:AAPL", resolution="D"))
    assert response["payload"]["topic"] == "bars:REC:AAPL:D"
    assert "snapshot" not in response["payload"]


async def test_an_account_counts_by_its_ledger(talk: Talk) -> None:
    [response] = await talk.ask(said("account.subscribe", accountId="acc_1"))
    assert (response["payload"]["epoch"], response["payload"]["seq"]) == ("ledger", 7)
    for number in (7, 8, 9):
        talk.stage.publisher.account_update(
            AccountTopic("acc_1"), "ledger", number, transaction(number)
        )
    assert [update["seq"] for update in talk.heard()[1:]] == [8, 9]


async def test_each_envelope_of_an_array_is_answered_on_its_own(talk: Talk) -> None:
    frame = [
        {"type": "ping", "id": "a"},
        {"type": "bars.subscribe", "id": "b", "payload": {"symbol": "NONE", "resolution": "1"}},
        7,
        {"type": "ping"},
    ]
    answers = await talk.ask(json.dumps(frame))
    assert [(answer["type"], answer.get("id")) for answer in answers] == [
        ("pong", "a"),
        ("bars.subscribe.response", "b"),
        ("error", None),
        ("pong", None),
    ]


async def test_ping_is_answered_with_the_time(talk: Talk) -> None:
    assert await talk.ask('{"type":"ping","id":"7"}') == [
        {"type": "pong", "id": "7", "payload": {"time": talk.stage.clock()}}
    ]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("", "malformed_frame"),
        ("{", "malformed_frame"),
        ("[]", "malformed_frame"),
        ("null", "malformed_frame"),
        ("NaN", "malformed_frame"),
        ('"bars.subscribe"', "malformed_frame"),
        ("{}", "malformed_frame"),
        ('{"type":1}', "malformed_frame"),
        ('{"type":"\ud800"}', "malformed_frame"),
        ("[" * 5_000, "malformed_frame"),
        ('{"type":"bars.sub"}', "unknown_type"),
        ('{"type":"bars.update","payload":{}}', "unknown_type"),
        ('{"type":"ping","payload":{}}', "invalid_message"),
        ('{"type":"ping","id":7}', "invalid_message"),
        (json.dumps([{"type": "ping"}] * 257), "batch_too_large"),
    ],
)
async def test_what_cannot_be_understood_is_an_error(talk: Talk, frame: str, code: str) -> None:
    [answer] = await talk.ask(frame)
    assert (answer["type"], answer["payload"]["code"]) == ("error", code)


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ("null", "/payload"),
        ("{}", "/payload/symbol"),
        ('{"symbol":"AAPL","resolution":"2"}', "/payload/resolution"),
        ('{"symbol":"AAPL","resolution":1}', "/payload/resolution"),
        ('{"symbol":"aapl","resolution":"1"}', "/payload/symbol"),
        ('{"symbol":"AAPL","resolution":"1","more":1}', "/payload/more"),
    ],
)
async def test_a_wrong_field_is_named(talk: Talk, payload: str, field: str) -> None:
    [answer] = await talk.ask(f'{{"type":"bars.subscribe","id":"x","payload":{payload}}}')
    assert (answer["type"], answer["id"]) == ("bars.subscribe.response", "x")
    assert answer["payload"]["code"] == "invalid_message"
    assert answer["payload"]["message"].startswith(f"{field}: ")


async def test_a_missing_payload_is_named(talk: Talk) -> None:
    [answer] = await talk.ask('{"type":"quotes.subscribe"}')
    assert answer["payload"]["message"].startswith("/payload: ")


async def test_refusals_say_why(talk: Talk) -> None:
    [unknown] = await talk.ask(said("bars.subscribe", symbol="NONE", resolution="1"))
    assert unknown["payload"] == {
        "status": "error",
        "code": "symbol_not_found",
        "message": "There is no symbol NONE.",
    }
    [foreign] = await talk.ask(said("account.subscribe", accountId="acc_2"))
    assert foreign["payload"]["code"] == "account_not_found"
    [never] = await talk.ask(said("quotes.unsubscribe", symbol="AAPL"))
    assert never["payload"]["code"] == "not_subscribed"


async def test_a_fault_of_ours_is_told_and_logged(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    [answer] = await talk.ask(said("bars.subscribe", symbol="FAULT", resolution="1"))
    assert answer["payload"]["code"] == "internal_error"
    assert "FAULT" not in answer["payload"]["message"]
    assert "bars.subscribe failed" in caplog.text


async def test_topics_are_bounded(talk: Talk) -> None:
    frames = [said("quotes.subscribe", symbol=f"S{number}") for number in range(1_025)]
    answers = [answer for frame in frames for answer in await talk.ask(frame)]
    assert answers[1_023]["payload"]["status"] == "ok"
    assert answers[1_024]["payload"]["code"] == "too_many_topics"
    [again] = await talk.ask(frames[0])
    assert again["payload"]["status"] == "ok"
