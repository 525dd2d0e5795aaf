"""What belongs to the connection: signing in, limits, notices and close codes."""

import json

import pytest

from tests.contract.stream_contract import DOCUMENT
from tests.mock.stage import TOKEN, Client, Stage
from tests.ws.asgi_client import Closed

POLICY = DOCUMENT["x-stream-policy"]
LIMITS = POLICY["limits"]


async def closing_code(client: Client) -> int:
    try:
        while True:
            await client.socket.heard()
    except Closed as closed:
        return closed.code


async def test_hello_says_the_rules_of_the_contract() -> None:
    async with Stage().client() as client:
        hello = client.hello["payload"]
        assert hello["authenticated"]
        assert hello["limits"].items() <= LIMITS.items()
        assert hello["lifespan"] == POLICY["lifespan"]


async def test_who_is_not_signed_in_is_refused_until_it_is() -> None:
    async with Stage(locked=True).client() as client:
        assert not client.hello["payload"]["authenticated"]
        refused = await client.ask("quotes.subscribe", symbol="AAPL")
        assert refused["code"] == "unauthenticated"
        assert (await client.ask("auth", token=TOKEN))["status"] == "ok"
        assert (await client.ask("auth", token=TOKEN))["code"] == "already_authenticated"
        assert (await client.ask("quotes.subscribe", symbol="AAPL"))["status"] == "ok"


async def test_a_wrong_token_is_refused_and_ends_it() -> None:
    async with Stage(locked=True).client() as client:
        assert (await client.ask("auth", token="wrong"))["code"] == "invalid_credentials"
        assert await closing_code(client) == 4100


async def test_who_does_not_sign_in_is_closed() -> None:
    stage = Stage(locked=True)
    async with stage.client() as client:
        stage.pass_time(LIMITS["unauthenticatedTime"])
        assert await closing_code(client) == 4100


@pytest.mark.parametrize("locked", [True, False])
async def test_a_wrong_credential_in_the_handshake_is_closed_at_once(locked: bool) -> None:
    with pytest.raises(Closed) as closed:
        async with Stage(locked=locked).client(Authorization="Bearer wrong"):
            pass
    assert closed.value.code == 4100


async def test_a_right_credential_in_the_handshake_signs_in() -> None:
    async with Stage(locked=True).client(Authorization=f"Bearer {TOKEN}") as client:
        assert client.hello["payload"]["authenticated"]


async def test_the_end_of_the_lifespan_is_announced() -> None:
    stage = Stage()
    async with stage.client() as client:
        stage.pass_time(POLICY["lifespan"]["duration"] - POLICY["lifespan"]["notice"])
        goaway = (await client.hear())["payload"]
        assert (goaway["reason"], goaway["closesIn"]) == ("lifespan_over", 60_000)
        stage.pass_time(POLICY["lifespan"]["notice"])
        assert await closing_code(client) == 4001


async def test_a_shutdown_is_announced() -> None:
    stage = Stage()
    async with stage.client() as client:
        stage.mock.stream.end()
        assert (await client.hear())["payload"]["reason"] == "shutting_down"
        assert await closing_code(client) == 4002


async def test_too_many_messages_are_refused_and_end_it() -> None:
    stage = Stage()
    size = LIMITS["batchSize"]

    async def flood(client: Client, seconds: float) -> list[str]:
        stage.clock.advance(int(seconds * 1_000))
        client.socket.send(json.dumps([{"type": "ping"}] * size))
        return [(await client.hear())["type"] for _ in range(size)]

    async with stage.client() as client:
        for _ in range(LIMITS["messageBurst"] // size):
            assert set(await flood(client, 0)) == {"pong"}
        assert "error" in await flood(client, 0)
        assert "pong" in await flood(client, 0.9)
        for _ in range(LIMITS["messageViolation"] // 900 - 1):
            await flood(client, 0.9)
        stage.clock.advance(900)
        client.socket.send('[{"type": "ping"}' + ', {"type": "ping"}' * 99 + "]")
        assert await closing_code(client) == 4104


async def test_too_large_a_frame_ends_it() -> None:
    async with Stage().client() as client:
        client.socket.send('"' + "x" * LIMITS["frameSize"] + '"')
        assert await closing_code(client) == 1009


async def test_too_large_a_batch_is_refused() -> None:
    async with Stage().client() as client:
        client.socket.send(json.dumps([{"type": "ping"}] * (LIMITS["batchSize"] + 1)))
        assert (await client.hear())["payload"]["code"] == "batch_too_large"


async def test_too_many_topics_are_refused() -> None:
    async with Stage().client() as client:
        for number in range(LIMITS["topicsPerConnection"]):
            assert (await client.ask("quotes.subscribe", symbol=f"S{number}"))["status"] == "ok"
        assert (await client.ask("quotes.subscribe", symbol="ONE"))["code"] == "too_many_topics"
        assert (await client.ask("quotes.subscribe", symbol="S1"))["status"] == "ok"


async def test_who_does_not_read_is_closed() -> None:
    stage = Stage()
    async with stage.client() as client:
        for _ in range(LIMITS["unreadSize"] // 50_000 + 1):
            for connection in stage.mock.stream.connections:
                connection.send('{"type":"error","payload":' + " " * 50_000 + "{}}")
        assert await closing_code(client) == 4003


@pytest.mark.parametrize("code", [each["code"] for each in POLICY["closeCodes"]])
async def test_every_close_code_can_be_had(code: int) -> None:
    stage = Stage()
    async with stage.client() as client:
        assert (await stage.turn(f"close?code={code}")).status_code == 204
        assert await closing_code(client) == code


async def test_one_of_several_connections_can_be_closed() -> None:
    stage = Stage()
    async with stage.client() as first, stage.client() as second:
        name = first.hello["payload"]["connectionId"]
        assert (await stage.turn(f"close?code=4003&connection={name}")).status_code == 204
        assert await closing_code(first) == 4003
        assert await second.silent()


async def test_a_request_is_refused_as_asked_for() -> None:
    stage = Stage()
    async with stage.client() as client:
        await stage.turn("refuse/quotes.subscribe?code=symbol_not_found")
        refused = await client.ask("quotes.subscribe", symbol="AAPL")
        assert (refused["status"], refused["code"]) == ("error", "symbol_not_found")
        assert (await client.ask("quotes.subscribe", symbol="AAPL"))["status"] == "ok"


@pytest.mark.parametrize(
    "knob",
    [
        "close?code=1006",
        "close?code=soon",
        "close?connection=con_9",
        "send/bars.update",
        "send/bars.subscribe",
        "send/goaway?connection=con_9",
        "refuse/quotes.subscribe?code=price_off_tick",
        "refuse/nothing?code=404",
    ],
)
async def test_what_the_contract_does_not_have_cannot_be_asked_for(knob: str) -> None:
    stage = Stage()
    async with stage.client() as client:
        assert (await stage.turn(knob)).status_code == 400
        assert await client.silent()


async def test_a_message_is_sent_only_if_it_is_valid() -> None:
    stage = Stage()
    async with stage.client() as client:
        await client.ask("quotes.subscribe", symbol="AAPL")
        assert (await stage.turn("send/quotes.update", {"bid": 1})).status_code == 400
        assert (await stage.turn("send/quotes.update", {"bid": "1.5"})).status_code == 204
        assert (await client.hear())["payload"]["bid"] == "1.5"
        await stage.turn("send/goaway", {"reason": "shutting_down"})
        assert (await client.hear())["payload"]["reason"] == "shutting_down"
