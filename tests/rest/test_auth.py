"""Signing in and out, and API keys, as a client sees them."""

import httpx
import pytest

from handlers.security.guard import HEADERS
from handlers.security.keys import MAX_KEYS
from tests.application import PASSWORD, Application, running


def code(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["code"])


async def log_in(
    client: httpx.AsyncClient, name: str = "trader", password: str = PASSWORD
) -> httpx.Response:
    return await client.post("/auth/login", json={"userName": name, "password": password})


async def create_key(client: httpx.AsyncClient, **fields: object) -> httpx.Response:
    return await client.post(
        "/auth/keys", json={"name": "notebook", "permissions": ["read"], **fields}
    )


async def test_the_local_user_is_signed_in(local: httpx.AsyncClient) -> None:
    session = (await local.get("/auth/session")).json()
    assert session["authentication"] == "local"
    assert session["permissions"] == ["read", "trade"]
    assert "expiresAt" not in session


async def test_nobody_else_is(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/auth/session")
    assert answer.status_code == 401
    assert code(answer) == "unauthenticated"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
async def test_a_proxy_on_this_machine_is_not_the_local_user(
    local: httpx.AsyncClient, header: str
) -> None:
    answer = await local.get("/auth/session", headers={header: "203.0.113.9"})
    assert answer.status_code == 401


async def test_logging_in_starts_a_session(
    application: Application, stranger: httpx.AsyncClient
) -> None:
    application.add_user("trader")
    answer = await log_in(stranger)
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    session = (await stranger.get("/auth/session")).json()
    assert session == answer.json()
    assert session["userName"] == "trader"
    assert session["authentication"] == "session"


async def test_a_session_ends_with_its_time(
    application: Application, trader: httpx.AsyncClient
) -> None:
    expires_at = (await trader.get("/auth/session")).json()["expiresAt"]
    application.clock.advance(expires_at - application.clock.now())
    assert (await trader.get("/auth/session")).status_code == 401


async def test_logging_out_ends_it_at_once(trader: httpx.AsyncClient) -> None:
    token = trader.cookies["session"]
    answer = await trader.post("/auth/logout")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    trader.cookies.set("session", token)
    assert (await trader.get("/auth/session")).status_code == 401


@pytest.mark.parametrize(("name", "password"), [("trader", "wrong"), ("nobody", PASSWORD)])
async def test_which_of_name_and_password_is_wrong_is_not_said(
    application: Application, stranger: httpx.AsyncClient, name: str, password: str
) -> None:
    application.add_user("trader")
    answer = await log_in(stranger, name, password)
    assert answer.status_code == 401
    assert code(answer) == "invalid_credentials"
    assert "set-cookie" not in answer.headers


async def test_the_local_user_has_no_password(stranger: httpx.AsyncClient) -> None:
    assert (await log_in(stranger, "local", "")).status_code == 400
    assert (await log_in(stranger, "local", "local")).status_code == 401


async def test_guessing_is_slowed_down(
    application: Application, stranger: httpx.AsyncClient
) -> None:
    application.add_user("trader")
    for _ in range(10):
        assert (await log_in(stranger, password="guess")).status_code == 401
    answer = await log_in(stranger)
    assert answer.status_code == 429
    assert code(answer) == "too_many_attempts"
    assert 1 <= int(answer.headers["retry-after"]) <= 60


async def test_a_key_does_what_it_may(
    trader: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    created = await create_key(trader)
    assert created.status_code == 201
    bearer = {"Authorization": f"Bearer {created.json()['secret']}"}
    session = (await stranger.get("/auth/session", headers=bearer)).json()
    assert session["userName"] == "trader"
    assert session["authentication"] == "api_key"
    assert session["permissions"] == ["read"]
    account = (await stranger.get("/accounts", headers=bearer)).json()["accounts"][0]["accountId"]
    order = {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "1"}
    refused = await stranger.post(f"/accounts/{account}/orders", headers=bearer, json=order)
    assert refused.status_code == 403
    assert code(refused) == "permission_missing"


async def test_a_key_does_not_manage_keys(
    trader: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    created = (await create_key(trader, permissions=["read", "trade"])).json()
    stranger.headers["Authorization"] = f"Bearer {created['secret']}"
    answers = [
        await stranger.get("/auth/keys"),
        await create_key(stranger, name="more"),
        await stranger.delete(f"/auth/keys/{created['keyId']}"),
    ]
    assert [(each.status_code, code(each)) for each in answers] == [(403, "session_required")] * 3
    assert len((await trader.get("/auth/keys")).json()["keys"]) == 1


async def test_a_key_that_would_have_expired_already_is_refused(
    application: Application, trader: httpx.AsyncClient
) -> None:
    now = application.clock.now()
    answer = await create_key(trader, expiresAt=now)
    assert answer.status_code == 422
    assert code(answer) == "expiry_passed"
    (error,) = answer.json()["errors"]
    assert (error["field"], error["value"]) == ("/expiresAt", str(now))
    assert (await create_key(trader, expiresAt=int(error["nearest"]))).status_code == 201


async def test_a_user_has_so_many_keys_and_no_more(trader: httpx.AsyncClient) -> None:
    for number in range(MAX_KEYS):
        assert (await create_key(trader, name=f"key {number}")).status_code == 201
    answer = await create_key(trader)
    assert answer.status_code == 409
    assert code(answer) == "too_many_api_keys"


async def test_a_secret_is_shown_once(trader: httpx.AsyncClient) -> None:
    created = (await create_key(trader)).json()
    listed = (await trader.get("/auth/keys")).json()["keys"]
    del created["secret"]
    assert listed == [created]


async def test_a_revoked_key_is_refused(
    trader: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    created = (await create_key(trader)).json()
    bearer = {"Authorization": f"Bearer {created['secret']}"}
    assert (await trader.delete(f"/auth/keys/{created['keyId']}")).status_code == 204
    assert (await stranger.get("/auth/session", headers=bearer)).status_code == 401
    again = await trader.delete(f"/auth/keys/{created['keyId']}")
    assert again.status_code == 404
    assert code(again) == "api_key_not_found"


async def test_a_key_expires(
    application: Application, trader: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    expires_at = application.clock.now() + 1000
    created = (await create_key(trader, expiresAt=expires_at)).json()
    bearer = {"Authorization": f"Bearer {created['secret']}"}
    session = (await stranger.get("/auth/session", headers=bearer)).json()
    assert session["expiresAt"] == expires_at
    application.clock.advance(1000)
    assert (await stranger.get("/auth/session", headers=bearer)).status_code == 401


async def test_a_name_is_taken_until_its_key_is_revoked(trader: httpx.AsyncClient) -> None:
    created = (await create_key(trader)).json()
    again = await create_key(trader)
    assert again.status_code == 409
    assert code(again) == "api_key_name_taken"
    await trader.delete(f"/auth/keys/{created['keyId']}")
    assert (await create_key(trader)).status_code == 201


async def test_keys_of_others_do_not_exist(
    trader: httpx.AsyncClient, local: httpx.AsyncClient
) -> None:
    created = (await create_key(trader)).json()
    assert (await local.get("/auth/keys")).json() == {"keys": []}
    assert (await local.delete(f"/auth/keys/{created['keyId']}")).status_code == 404


@pytest.mark.parametrize("value", ["Bearer tp_wrong", "Bearer", "Basic dHJhZGVyOnRyYWRlcg==", ""])
async def test_a_wrong_credential_is_no_way_to_be_the_local_user(
    local: httpx.AsyncClient, value: str
) -> None:
    answer = await local.get("/auth/session", headers={"Authorization": value})
    assert answer.status_code == 401


async def test_what_a_proxy_asks_for_is_not_in_the_way_of_a_session(
    trader: httpx.AsyncClient,
) -> None:
    answer = await trader.get("/auth/session", headers={"Authorization": "Basic cHJveHk6"})
    assert answer.json()["authentication"] == "session"


async def test_an_ended_session_does_not_lock_the_local_user_out(local: httpx.AsyncClient) -> None:
    local.cookies.set("session", "ended")
    assert (await local.get("/auth/session")).json()["authentication"] == "local"


async def test_every_answer_tells_browsers_the_rules(local: httpx.AsyncClient) -> None:
    for path in ("/health", "/nowhere", "/auth/session", "http://localhost:8000/"):
        answer = await local.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS


async def test_a_server_for_others_signs_nobody_in_by_being_here() -> None:
    async with running(host="0.0.0.0") as application:
        application.add_user("trader")
        async with application.client(Host="192.168.1.5:8000") as client:
            assert (await client.get("/auth/session")).status_code == 401
            assert (await log_in(client)).status_code == 200
            assert (await client.get("/auth/session")).json()["userName"] == "trader"


async def test_a_cookie_that_tls_protects_says_so() -> None:
    async with running(secure_cookies=True) as application, application.client() as client:
        application.add_user("trader")
        assert "Secure" in (await log_in(client)).headers["set-cookie"]


async def test_every_user_has_accounts_of_their_own(
    local: httpx.AsyncClient, trader: httpx.AsyncClient
) -> None:
    own = [each["accountId"] for each in (await local.get("/accounts")).json()["accounts"]]
    others = [each["accountId"] for each in (await trader.get("/accounts")).json()["accounts"]]
    assert len(own) == len(others) == 2
    assert not set(own) & set(others)
