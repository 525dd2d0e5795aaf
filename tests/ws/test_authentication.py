"""Signing in on an open socket, by a message."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio

from handlers.ws.endpoint import contract_policy
from tests.application import PASSWORD, Application, running
from tests.ws.asgi_client import AsgiClient, Closed, Denied
from tests.ws.stage import StreamStage, Ticket, said

ELSEWHERE = "10.0.0.2"


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[StreamStage]:
    stage = StreamStage()
    stage.signed_in = None
    stage.keys["tp_good"] = Ticket()
    yield stage
    await stage.hub.stop()


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    async with running() as started:
        started.add_user("trader")
        yield started


async def test_hello_says_whether_somebody_is_signed_in(stage: StreamStage) -> None:
    async with AsgiClient(stage.app) as client:
        assert (await client.heard())["payload"]["authenticated"] is False
    stage.signed_in = True
    async with AsgiClient(stage.app) as client:
        assert (await client.heard())["payload"]["authenticated"] is True


async def test_only_who_has_signed_in_is_served(stage: StreamStage) -> None:
    async with AsgiClient(stage.app) as client:
        await client.heard()
        subscribe = said("bars.subscribe", "1", symbol="AAPL", resolution="1")
        client.send(subscribe)
        assert await _answer(client) == ("error", "unauthenticated")
        client.send('{"type":"ping"}')
        assert (await client.heard())["type"] == "pong"
        client.send(said("auth", "2", token="tp_good"))
        answer = await client.heard()
        assert answer["type"] == "auth.response"
        assert answer["id"] == "2"
        assert answer["payload"] == {"status": "ok", "userName": "trader"}
        client.send(subscribe)
        assert await _answer(client) == ("ok", None)
        client.send(said("auth", token="tp_good"))
        assert await _answer(client) == ("error", "already_authenticated")
        stage.clock.move(60_000)
        stage.connections.check()
        client.send(subscribe)
        assert await _answer(client) == ("ok", None)
    assert stage.keys["tp_good"].listeners == []


async def test_a_wrong_secret_is_refused_and_ends_it(stage: StreamStage) -> None:
    async with AsgiClient(stage.app) as client:
        await client.heard()
        client.send(f"[{said('auth', token='tp_bad')},{said('auth', token='tp_good')}]")
        assert await _answer(client) == ("error", "invalid_credentials")
        assert await _closed(client) == 4100


@pytest.mark.parametrize("payload", [{}, {"token": ""}, {"token": 1}, {"token": "x" * 257}])
async def test_a_malformed_one_may_be_sent_again(
    stage: StreamStage, payload: dict[str, Any]
) -> None:
    async with AsgiClient(stage.app) as client:
        await client.heard()
        client.send(said("auth", **payload))
        assert await _answer(client) == ("error", "invalid_message")
        client.send(said("auth", token="tp_good"))
        assert await _answer(client) == ("ok", None)


async def test_the_time_to_sign_in_is_bounded(stage: StreamStage) -> None:
    async with AsgiClient(stage.app) as client:
        await client.heard()
        stage.clock.move(10_000)
        stage.connections.check()
        assert await _closed(client) == 4100
    assert (stage.hub.topics, len(stage.connections)) == (0, 0)


async def test_the_end_of_the_key_ends_the_connection(stage: StreamStage) -> None:
    async with AsgiClient(stage.app) as client:
        await client.heard()
        client.send(said("auth", token="tp_good"))
        await client.heard()
        stage.keys["tp_good"].end()
        assert await _closed(client) == 4101


async def test_connections_of_a_user_are_bounded_here_too(stage: StreamStage) -> None:
    async def sign_in(client: AsgiClient) -> tuple[str, str | None]:
        client.send(said("auth", token="tp_good"))
        return await _answer(client)

    async with AsgiClient(stage.app) as one_more:
        await one_more.heard()
        async with AsyncExitStack() as many:
            for _ in range(50):
                client = await many.enter_async_context(AsgiClient(stage.app))
                await client.heard()
                assert await sign_in(client) == ("ok", None)
            assert await sign_in(one_more) == ("error", "too_many_connections")
        assert await sign_in(one_more) == ("ok", None)


async def test_those_who_have_not_signed_in_count_by_their_address() -> None:
    stage = StreamStage(replace(contract_policy(), connections_per_address=2))
    stage.signed_in = None
    async with AsgiClient(stage.app), AsgiClient(stage.app):
        with pytest.raises(Denied) as refusal:
            await AsgiClient(stage.app).__aenter__()
        assert refusal.value.status == 429
        async with AsgiClient(stage.app, peer=ELSEWHERE) as client:
            assert (await client.heard())["type"] == "hello"


async def test_a_key_of_the_application_does_what_it_may(application: Application) -> None:
    reading, trading = await _key(application, "read"), await _key(application, "trade")
    async with AsgiClient(application.asgi, peer=ELSEWHERE) as client:
        assert (await client.heard())["payload"]["authenticated"] is False
        client.send(said("auth", token=reading))
        assert (await client.heard())["payload"] == {"status": "ok", "userName": "trader"}
        client.send(said("quotes.subscribe", symbol="AAPL"))
        assert await _answer(client) == ("ok", None)
    async with AsgiClient(application.asgi, peer=ELSEWHERE) as client:
        await client.heard()
        client.send(said("auth", token=trading))
        assert await _answer(client) == ("error", "permission_missing")
        assert await _closed(client) == 4101
    bearer = {"authorization": f"Bearer {trading}"}
    async with AsgiClient(application.asgi, headers=bearer, peer=ELSEWHERE) as client:
        assert await _closed(client) == 4101


async def test_revoking_a_key_closes_those_that_signed_in_with_it(application: Application) -> None:
    secret = await _key(application, "read")
    async with AsgiClient(application.asgi, peer=ELSEWHERE) as client:
        await client.heard()
        client.send(said("auth", token=secret))
        assert await _answer(client) == ("ok", None)
        async with application.client(peer=ELSEWHERE) as browser:
            await _log_in(browser)
            (key,) = (await browser.get("/auth/keys")).json()["keys"]
            await browser.delete(f"/auth/keys/{key['keyId']}")
        assert await _closed(client) == 4101


async def test_an_ended_session_is_not_the_same_as_none(application: Application) -> None:
    ended = {"cookie": "session=ended"}
    async with AsgiClient(application.asgi, headers=ended, peer=ELSEWHERE) as client:
        assert await _closed(client) == 4100


async def _key(application: Application, permission: str) -> str:
    """The secret of a trader's key that may do this."""
    async with application.client(peer=ELSEWHERE) as browser:
        await _log_in(browser)
        key = {"name": permission, "permissions": [permission]}
        return str((await browser.post("/auth/keys", json=key)).json()["secret"])


async def _log_in(browser: httpx.AsyncClient) -> None:
    credentials = {"userName": "trader", "password": PASSWORD}
    answer = await browser.post("/auth/login", json=credentials)
    assert answer.status_code == 200, answer.text


async def _answer(client: AsgiClient) -> tuple[str, str | None]:
    payload = (await client.heard())["payload"]
    return payload["status"], payload.get("code")


async def _closed(client: AsgiClient) -> int:
    """The code of the close, whatever comes before it."""
    try:
        while True:
            await client.heard()
    except Closed as end:
        return end.code
