"""Input that is wrong in every way gets its declared problem, and changes nothing."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.application import Application

MARKET = {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "1"}
LIMIT = {**MARKET, "type": "limit", "limitPrice": "100.00"}


@pytest.fixture
async def account(local: httpx.AsyncClient) -> AsyncIterator[str]:
    """The local user's paper account; nothing that a test sends may change it."""
    found = (await local.get("/accounts")).json()["accounts"][0]
    yield str(found["accountId"])
    after = (await local.get(f"/accounts/{found['accountId']}")).json()
    assert after["asOf"] == found["asOf"]
    assert after["balance"] == found["balance"]


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    assert problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["api-version"]
    return problem


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "malformed_body"),
        (b"", "malformed_body"),
        (b'{"type": NaN}', "invalid_request"),
        (b"\xff\xfe", "malformed_body"),
        (b"null", "invalid_request"),
        (b"[]", "invalid_request"),
        (b'"market"', "invalid_request"),
        (b"{}", "invalid_request"),
    ],
)
async def test_a_body_that_is_no_order(
    local: httpx.AsyncClient, account: str, content: bytes, code: str
) -> None:
    json = {"Content-Type": "application/json"}
    answer = await local.post(f"/accounts/{account}/orders", content=content, headers=json)
    refused(answer, 400, code)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": 1}, "/quantity"),
        ({"quantity": None}, "/quantity"),
        ({"quantity": ""}, "/quantity"),
        ({"quantity": "1e3"}, "/quantity"),
        ({"quantity": "-1"}, "/quantity"),
        ({"quantity": " 1"}, "/quantity"),
        ({"quantity": "NaN"}, "/quantity"),
        ({"quantity": "1" * 19}, "/quantity"),
        ({"quantity": "0." + "0" * 12 + "1"}, "/quantity"),
        ({"side": "hold"}, "/side"),
        ({"side": "BUY"}, "/side"),
        ({"symbol": "aapl"}, "/symbol"),
        ({"symbol": "A" * 33}, "/symbol"),
        ({"timeInForce": None}, "/timeInForce"),
        ({"timeInForce": "forever"}, "/timeInForce"),
        ({"clientOrderId": ""}, "/clientOrderId"),
        ({"clientOrderId": None}, "/clientOrderId"),
        ({"client_order_id": "x"}, "/client_order_id"),
        ({"note": "hello"}, "/note"),
    ],
)
async def test_a_field_that_breaks_the_contract_is_named(
    local: httpx.AsyncClient, account: str, change: dict[str, object], field: str
) -> None:
    answer = await local.post(f"/accounts/{account}/orders", json={**MARKET, **change})
    problem = refused(answer, 400, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == [field]


async def test_all_wrong_fields_are_named_at_once(local: httpx.AsyncClient, account: str) -> None:
    wrong = {**LIMIT, "side": "hold", "quantity": "x", "limitPrice": 1}
    problem = refused(
        await local.post(f"/accounts/{account}/orders", json=wrong), 400, "invalid_request"
    )
    assert {error["field"] for error in problem["errors"]} == {"/side", "/quantity", "/limitPrice"}


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({**MARKET, "symbol": "NOPE"}, 404, "symbol_not_found"),
        ({**MARKET, "quantity": "0"}, 422, "quantity_out_of_range"),
        ({**MARKET, "quantity": "9" * 18}, 422, "quantity_out_of_range"),
        ({**LIMIT, "limitPrice": "100.001"}, 422, "price_off_tick"),
        ({**LIMIT, "limitPrice": "0"}, 422, "price_out_of_range"),
        ({**MARKET, "symbol": "REC:AAPL"}, 422, "wrong_clock"),
    ],
)
async def test_an_order_that_breaks_a_rule_is_told_which(
    local: httpx.AsyncClient, account: str, order: dict[str, object], status: int, code: str
) -> None:
    answer = await local.post(f"/accounts/{account}/orders", json=order)
    refused(answer, status, code)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "application/json; charset=latin-1", ""]
)
async def test_a_body_of_another_type(
    local: httpx.AsyncClient, account: str, content_type: str
) -> None:
    answer = await local.post(
        f"/accounts/{account}/orders", content=b"{}", headers={"Content-Type": content_type}
    )
    refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("path", ["/auth/login", "/auth/keys", "/accounts/{}/orders"])
async def test_a_body_that_is_too_large(local: httpx.AsyncClient, account: str, path: str) -> None:
    json = {"Content-Type": "application/json"}
    answer = await local.post(path.format(account), content=b" " * 65_537, headers=json)
    refused(answer, 413, "body_too_large")


async def test_a_body_that_grows_too_large_without_saying_so(
    local: httpx.AsyncClient, account: str
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 10_000

    json = {"Content-Type": "application/json"}
    answer = await local.post(f"/accounts/{account}/orders", content=endless(), headers=json)
    refused(answer, 413, "body_too_large")


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/{}/orders?limit=0",
        "/accounts/{}/orders?limit=501",
        "/accounts/{}/orders?limit=ten",
        "/accounts/{}/orders?limit=1&limit=2",
        "/accounts/{}/orders?limt=1",
        "/accounts/{}/orders?status=lost",
        "/accounts/{}/orders?status=",
        "/datafeed/bars?symbol=AAPL",
        "/datafeed/bars?symbol=AAPL&resolution=7",
        "/datafeed/bars?symbol=AAPL&resolution=D&countBack=5001",
        "/datafeed/bars?symbol=AAPL&resolution=D&from=-1",
        "/datafeed/quotes",
        "/datafeed/quotes?symbols=",
        "/health?verbose=true",
    ],
)
async def test_a_query_that_breaks_the_contract(
    local: httpx.AsyncClient, account: str, path: str
) -> None:
    refused(await local.get(path.format(account)), 400, "invalid_request")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/datafeed/symbols/NOPE", 404, "symbol_not_found"),
        ("/datafeed/bars?symbol=NOPE&resolution=D", 404, "symbol_not_found"),
        ("/datafeed/quotes?symbols=AAPL,NOPE", 404, "symbol_not_found"),
        ("/datafeed/bars?symbol=REC:AAPL&resolution=1", 422, "resolution_not_supported"),
        ("/datafeed/bars?symbol=AAPL&resolution=D&from=2&to=1", 422, "invalid_range"),
        ("/accounts/{}/orders?cursor=stale", 422, "invalid_cursor"),
        ("/accounts/{}/orders/ord_none", 404, "order_not_found"),
        ("/accounts/{}/positions/pos_none", 404, "position_not_found"),
        ("/accounts/acc_none", 404, "account_not_found"),
        ("/accounts/acc_none/orders", 404, "account_not_found"),
        ("/nowhere", 404, "not_found"),
        ("/accounts/", 404, "not_found"),
    ],
)
async def test_what_is_not_there(
    local: httpx.AsyncClient, account: str, path: str, status: int, code: str
) -> None:
    refused(await local.get(path.format(account)), status, code)


async def test_an_account_of_somebody_else_does_not_exist(
    local: httpx.AsyncClient, trader: httpx.AsyncClient, account: str
) -> None:
    for path in ("", "/orders", "/orders/ord_1", "/positions", "/positions/pos_1", "/executions"):
        refused(await trader.get(f"/accounts/{account}{path}"), 404, "account_not_found")
    for path, body in (
        ("/orders", MARKET),
        ("/orders/ord_1/cancel", None),
        ("/positions/pos_1/close", {}),
    ):
        answer = await trader.post(f"/accounts/{account}{path}", json=body)
        refused(answer, 404, "account_not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "BREW"])
async def test_a_method_that_a_path_does_not_have(
    local: httpx.AsyncClient, account: str, method: str
) -> None:
    answer = await local.request(method, f"/accounts/{account}/orders")
    refused(answer, 405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_a_foreign_page_changes_nothing(
    local: httpx.AsyncClient, account: str, headers: dict[str, str]
) -> None:
    for path, body in ((f"/accounts/{account}/orders", MARKET), ("/auth/logout", {})):
        refused(await local.post(path, json=body, headers=headers), 403, "origin_refused")


async def test_a_name_that_was_rebound_to_this_machine_reads_nothing(
    local: httpx.AsyncClient, account: str
) -> None:
    for host in ("evil.example", "localhost.evil.example:8000", "10.0.0.1"):
        answer = await local.get(f"/accounts/{account}", headers={"Host": host})
        refused(answer, 403, "host_refused")


async def test_who_is_unknown_learns_nothing_about_the_body(
    application: Application, stranger: httpx.AsyncClient
) -> None:
    answer = await stranger.post("/accounts/acc_1/orders", content=b"{")
    refused(answer, 401, "unauthenticated")


async def test_a_path_without_parameters_is_not_taken_for_one_with_them(
    local: httpx.AsyncClient,
) -> None:
    literal = await local.options("/accounts/acc_1/orders/preview")
    assert literal.headers["Allow"] == "POST, OPTIONS"
    one = await local.options("/accounts/acc_1/orders/ord_1")
    assert one.headers["Allow"] == "GET, PATCH, HEAD, OPTIONS"
