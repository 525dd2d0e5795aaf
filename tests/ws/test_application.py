"""Who may open the stream of the whole application, and what of it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.application import PASSWORD, Application, running
from tests.ws.asgi_client import AsgiClient, Closed, Denied
from tests.ws.stage import said

ELSEWHERE = "10.0.0.2"


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    async with running() as started:
        yield started


async def _log_in(application: Application, name: str) -> dict[str, str]:
    application.add_user(name)
    async with application.client(peer=ELSEWHERE) as client:
        await client.post("/auth/login", json={"userName": name, "password": PASSWORD})
        return {"cookie": f"session={client.cookies['session']}"}


async def _account(application: Application, headers: dict[str, str]) -> str:
    async with application.client(peer=ELSEWHERE, **headers) as client:
        return str((await client.get("/accounts")).json()["accounts"][0]["accountId"])


async def test_this_machine_needs_no_credential(application: Application) -> None:
    async with AsgiClient(application.asgi) as client:
        assert (await client.heard())["type"] == "hello"


@pytest.mark.parametrize("value", ["Bearer tp_wrong", "Bearer", "Basic dHJhZGVyOnRyYWRlcg==", ""])
async def test_a_wrong_credential_is_no_way_to_be_the_local_user(
    application: Application, value: str
) -> None:
    async with AsgiClient(application.asgi, headers={"authorization": value}) as client:
        with pytest.raises(Closed) as end:
            await client.heard()
    assert end.value.code == 4100


async def test_what_a_proxy_asks_for_is_not_in_the_way_of_a_session(
    application: Application,
) -> None:
    hers = await _log_in(application, "ada") | {"authorization": "Basic cHJveHk6"}
    async with AsgiClient(application.asgi, headers=hers, peer=ELSEWHERE) as client:
        assert (await client.heard())["type"] == "hello"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"host": "evil.example"},
        {"sec-fetch-site": "cross-site"},
    ],
)
async def test_foreign_pages_get_no_socket(
    application: Application, headers: dict[str, str]
) -> None:
    with pytest.raises(Denied) as refusal:
        await AsgiClient(application.asgi, headers=headers).__aenter__()
    assert refusal.value.status == 403


async def test_an_account_of_another_user_does_not_exist(application: Application) -> None:
    hers, his = await _log_in(application, "ada"), await _log_in(application, "bob")
    account = await _account(application, hers)
    async with AsgiClient(application.asgi, headers=his, peer=ELSEWHERE) as client:
        await client.heard()
        for family in ("account", "pnl"):
            client.send(said(f"{family}.subscribe", accountId=account))
            assert (await client.heard())["payload"]["code"] == "account_not_found"
    async with AsgiClient(application.asgi, headers=hers, peer=ELSEWHERE) as client:
        await client.heard()
        client.send(said("account.subscribe", accountId=account))
        assert (await client.heard())["payload"]["status"] == "ok"


async def test_signing_out_closes_the_sockets_of_the_session(application: Application) -> None:
    hers = await _log_in(application, "ada")
    async with AsgiClient(application.asgi, headers=hers, peer=ELSEWHERE) as client:
        await client.heard()
        async with application.client(peer=ELSEWHERE, **hers) as browser:
            assert (await browser.post("/auth/logout")).status_code == 204
        with pytest.raises(Closed) as end:
            await client.heard()
    assert end.value.code == 4101


async def test_revoking_a_key_closes_its_sockets(application: Application) -> None:
    hers = await _log_in(application, "ada")
    async with application.client(peer=ELSEWHERE, **hers) as browser:
        made = await browser.post("/auth/keys", json={"name": "bot", "permissions": ["read"]})
        bearer = {"authorization": f"Bearer {made.json()['secret']}"}
        async with AsgiClient(application.asgi, headers=bearer, peer=ELSEWHERE) as client:
            assert (await client.heard())["type"] == "hello"
            gone = await browser.delete(f"/auth/keys/{made.json()['keyId']}")
            assert gone.status_code == 204, gone.text
            with pytest.raises(Closed) as end:
                await client.heard()
    assert end.value.code == 4101


async def test_one_transaction_is_one_frame(application: Application) -> None:
    async with application.client() as browser:
        account = (await browser.get("/accounts")).json()["accounts"][0]["accountId"]
        async with AsgiClient(application.asgi) as client:
            await client.heard()
            client.send(said("account.subscribe", accountId=account))
            start = (await client.heard())["payload"]
            order = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "1"}
            answer = await browser.post(
                f"/accounts/{account}/orders",
                json={**order, "timeInForce": "day", "clientOrderId": "one"},
            )
            assert answer.status_code == 201, answer.text
            update = await client.heard()
    assert update["seq"] == start["seq"] + 1 == answer.json()["asOf"]["sequence"]
    kinds = [event["type"] for event in update["payload"]["events"]]
    assert kinds == ["order", "execution", "position", "balance"]
    placed: Any = update["payload"]["events"][0]["order"]
    assert placed == answer.json()["order"]
