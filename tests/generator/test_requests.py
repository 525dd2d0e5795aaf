"""Parameters, outcomes and callers of what was generated, by real requests."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.generator.toy import COOKIE, PATH, Recorder, wrong_fields


async def test_parameters_arrive_as_what_they_are(
    client: httpx.AsyncClient, recorder: Recorder, rest: SimpleNamespace
) -> None:
    query = (
        "limit=7&ratio=1e-1&deep=true&from=-0.10&day=2026-01-31&level=2&mode=fast&colors=7,blue"
        "&numbers=3&session=6fa459ea-ee8a-3ca4-894e-db77e160355e&at=2026-01-31T00:00:00Z"
    )
    headers = {"Cookie": "sid=ann; theme=7", "If-None-Match": "abc", "X-Sizes": "1,2"}
    response = await client.get(f"{PATH}?{query}", headers=headers)
    assert response.status_code == 200, response.text
    color = rest.models.Color
    called = recorder.called
    assert called.pop("at").isoformat() == "2026-01-31T00:00:00+00:00"
    assert called == {
        "caller": "ann", "thing_id": 1, "color": color.BLUE, "limit": 7, "ratio": 0.1,
        "deep": True, "from_": Decimal("-0.10"), "day": date(2026, 1, 31),
        "level": rest.models.Level.HIGH, "mode": "fast", "colors": (color.SEVEN, color.BLUE),
        "numbers": (3,), "session": UUID("6fa459ea-ee8a-3ca4-894e-db77e160355e"),
        "if_none_match": "abc", "x_sizes": (1, 2), "theme": color.SEVEN,
    }  # fmt: skip
    assert isinstance(called["from_"], Decimal)


async def test_what_is_not_sent_has_its_default(
    client: httpx.AsyncClient, recorder: Recorder, rest: SimpleNamespace
) -> None:
    await client.get(PATH, headers=COOKIE)
    assert recorder.called["limit"] == 100
    assert recorder.called["level"] is rest.models.Level.LOW
    assert recorder.called["theme"] is rest.models.Color.DARK_RED
    assert recorder.called["numbers"] == (1, 2)
    assert recorder.called["from_"] is None


@pytest.mark.parametrize(
    ("query", "field", "rule"),
    [
        ("limit=%2B1", "limit", "type"),
        ("limit=%201", "limit", "type"),
        ("limit=1.0", "limit", "type"),
        ("limit=01", "limit", "type"),
        ("limit=", "limit", "type"),
        ("limit=0", "limit", "minimum"),
        ("limit=501", "limit", "maximum"),
        ("limit=" + "9" * 5000, "limit", "type"),
        ("limit=1&limit=2", "limit", "repeated"),
        ("limitt=1", "limitt", "unknown"),
        ("ratio=0", "ratio", "exclusiveMinimum"),
        ("ratio=NaN", "ratio", "type"),
        ("ratio=1e999", "ratio", "type"),
        ("deep=True", "deep", "type"),
        ("deep=1", "deep", "type"),
        ("from=1e3", "from", "pattern"),
        ("from=", "from", "pattern"),
        ("day=2026-02-30", "day", "type"),
        ("day=0", "day", "pattern"),
        ("at=1700000000", "at", "pattern"),
        ("at=2026-01-31T00:00:00", "at", "pattern"),
        ("at=2026-01-31T25:00:00Z", "at", "type"),
        ("session=6fa459eaee8a3ca4894edb77e160355e", "session", "pattern"),
        ("level=3", "level", "enum"),
        ("mode=slow", "mode", "const"),
        ("colors=blue,green", "colors", "enum"),
        ("colors=blue,blue,blue,blue", "colors", "maxItems"),
        ("colors=", "colors", "minItems"),
        ("numbers=1,,2", "numbers", "type"),
    ],
)
async def test_a_wrong_parameter_is_named(
    client: httpx.AsyncClient, query: str, field: str, rule: str
) -> None:
    assert wrong_fields(await client.get(f"{PATH}?{query}", headers=COOKIE)) == {field: rule}


async def test_all_wrong_fields_come_in_one_answer(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v2/things/0/green?limit=x&zz=1", headers=COOKIE)
    assert wrong_fields(response) == {
        "zz": "unknown", "thingId": "minimum", "color": "enum", "limit": "type"
    }  # fmt: skip


async def test_outcomes_and_their_headers(client: httpx.AsyncClient) -> None:
    found = await client.get(PATH, headers=COOKIE)
    assert found.json() == {
        "name": "ball", "shape": {"kind": "ball", "radius": "1"}, "weight": "0.00000001",
        "remark": None,
    }  # fmt: skip
    assert found.headers["etag"] == '"x"'
    assert found.headers["x-price"] == "100"
    assert found.headers["x-fresh"] == "true"
    assert found.headers["x-color"] == "blue"
    assert "x-count" not in found.headers
    unchanged = await client.get("/api/v2/things/2/blue", headers=COOKIE)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == '"x"'
    later = await client.get("/api/v2/things/7/blue", headers=COOKIE)
    assert (later.status_code, later.content) == (202, b"")


async def test_problems(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    missing = await client.get("/api/v2/things/3/blue", headers=COOKIE)
    assert missing.status_code == 404
    assert missing.json() == {
        "type": "/api/v2/docs#thing_not_found", "title": "No such thing", "status": 404,
        "code": "thing_not_found", "detail": "There is no thing 3.",
    }  # fmt: skip
    slower = await client.get("/api/v2/things/4/blue", headers=COOKIE)
    assert (slower.status_code, slower.headers["retry-after"]) == (429, "7")
    assert not caplog.records
    undeclared = await client.get("/api/v2/things/5/blue", headers=COOKIE)
    assert (undeclared.status_code, undeclared.json()["code"]) == (500, "internal_error")
    assert "out_of_stock" in caplog.text
    failed = await client.get("/api/v2/things/6/blue", headers=COOKIE)
    assert (failed.status_code, failed.json()["code"]) == (500, "internal_error")
    assert "secret" not in failed.text
    assert "a secret of the inside" in caplog.text


async def test_an_operation_that_is_not_written_answers_501(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v2/doors/password", auth=("ann", "pass:word"))
    assert (response.status_code, response.json()["code"]) == (501, "not_implemented")


async def test_a_deprecated_operation_says_so_whatever_it_answers(
    client: httpx.AsyncClient,
) -> None:
    for response in (await client.delete(PATH, headers=COOKIE), await client.delete(PATH)):
        assert response.headers["deprecation"] == "@1769817600"
        assert response.headers["sunset"] == "Sun, 31 Jan 2027 00:00:00 GMT"
    assert "deprecation" not in (await client.get(PATH, headers=COOKIE)).headers


async def test_every_response_carries_the_version(client: httpx.AsyncClient) -> None:
    for path in (PATH, "/api/v2/nothing", "/elsewhere"):
        assert (await client.get(path)).headers["api-version"] == "2.1.0"


async def test_unknown_paths_and_methods(client: httpx.AsyncClient) -> None:
    unknown = await client.get("/api/v2/nothing", headers=COOKIE)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    refused = await client.request("TRACE", "/api/v2/things")
    assert (refused.status_code, refused.json()["code"]) == (405, "method_not_allowed")
    assert refused.headers["allow"] == "PUT, POST, PATCH, OPTIONS"
    options = await client.options(PATH)
    assert (options.status_code, options.headers["allow"]) == (204, "GET, DELETE, HEAD, OPTIONS")


async def test_head_answers_as_get_without_the_body(client: httpx.AsyncClient) -> None:
    found, head = await client.get(PATH, headers=COOKIE), await client.head(PATH, headers=COOKIE)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(found.content))
    assert (await client.head("/api/v2/things")).status_code == 405


async def test_authentication_comes_before_all_else(client: httpx.AsyncClient) -> None:
    for response in (
        await client.get("/api/v2/things/0/green?zz=1"),
        await client.post("/api/v2/things", content=b"{"),
        await client.post("/api/v2/things", content=b"x" * 2000),
    ):
        assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")
        assert response.headers["www-authenticate"] == "Bearer, Basic"


@pytest.mark.parametrize(
    ("headers", "query", "status", "name"),
    [
        ({"X-Key": "kim"}, "?code=1", 200, "kim"),
        ({"X-Key": "kim"}, "", 401, ""),
        ({"X-Key": "wrong"}, "?code=1", 401, ""),
        ({"X-Key": "wrong", "Cookie": "sid=ann"}, "?code=1", 200, "ann"),
        ({"Cookie": "sid=ann"}, "", 200, "ann"),
        ({"Cookie": "sid=wrong"}, "", 401, ""),
        ({}, "", 401, ""),
    ],
)
async def test_schemes_together_or_instead(
    client: httpx.AsyncClient, headers: dict[str, str], query: str, status: int, name: str
) -> None:
    response = await client.get(f"/api/v2/doors/both{query}", headers=headers)
    assert response.status_code == status, response.text
    assert response.json().get("name", "") == name


async def test_an_optional_caller(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v2/doors/maybe")).json() is None
    assert (await client.get("/api/v2/doors/maybe", headers=COOKIE)).json()["name"] == "ann"


async def test_permissions_are_asked_for(client: httpx.AsyncClient) -> None:
    refused = await client.delete(PATH, headers={"Cookie": "sid=bob"})
    assert refused.json()["detail"] == "Not permitted."
    allowed = await client.delete(PATH, headers={"Authorization": "Bearer write"})
    assert (allowed.status_code, allowed.content) == (204, b"")


async def test_very_many_errors_are_not_all_told(client: httpx.AsyncClient) -> None:
    limit = "x," * 300
    response = await client.get(f"{PATH}?numbers={limit}", headers=COOKIE)
    assert len(response.json()["errors"]) == 100


async def test_a_client_that_leaves_is_no_failure(
    application: Any, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "PUT", "path": "/api/v2/files/text", "query_string": b"",
        "headers": [(b"content-type", b"text/plain")], "root_path": "", "http_version": "1.1",
    }  # fmt: skip
    await application(scope, receive, send)
    assert sent[0]["status"] == 499
    assert not caplog.records
