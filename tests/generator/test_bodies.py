"""Bodies, as what was generated reads and refuses them, by real requests."""

import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tests.generator.toy import BALL, COOKIE, Recorder, wrong_fields


async def test_a_variant_is_chosen_by_its_discriminator(
    client: httpx.AsyncClient, recorder: Recorder, rest: SimpleNamespace
) -> None:
    response = await client.post("/api/v2/things", json=BALL, headers=COOKIE)
    assert (response.status_code, response.headers["location"]) == (201, "/things/1")
    assert recorder.called["body"] == rest.models.Ball(kind="ball", radius=Decimal("1.50"))
    box = {"kind": "box", "sides": [1, 2, 3]}
    assert (await client.post("/api/v2/things", json=box, headers=COOKIE)).status_code == 201
    assert recorder.called["body"].color is rest.models.Color.BLUE


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({**BALL, "radius": 1.5}, {"/radius": "type"}),
        ({**BALL, "radius": "1e3"}, {"/radius": "pattern"}),
        ({**BALL, "radius": None}, {"/radius": "type"}),
        ({"kind": "ball"}, {"/radius": "required"}),
        ({**BALL, "more": 1}, {"/more": "unknown"}),
        ({"radius": "1"}, {"/": "discriminator"}),
        ({"kind": "cone"}, {"/": "discriminator"}),
        ({"kind": "box", "sides": [1, "2", 0]}, {"/sides/1": "type", "/sides/2": "minimum"}),
        ({"kind": "box", "sides": [1]}, {"/sides": "minItems"}),
        ([BALL], {"/": "type"}),
        ("ball", {"/": "type"}),
    ],
)
async def test_a_wrong_body_names_its_fields(
    client: httpx.AsyncClient, body: object, fields: dict[str, str]
) -> None:
    response = await client.post("/api/v2/things", json=body, headers=COOKIE)
    assert wrong_fields(response) == fields


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_body"),
        (b"", "application/json", 400, "malformed_body"),
        (b'{"kind": "\xff"}', "application/json", 400, "malformed_body"),
        (b"[" * 900, "application/json", 400, "malformed_body"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"{}", "application/json; charset=latin-1", 415, "unsupported_media_type"),
        (b" " * 1001, "application/json", 413, "body_too_large"),
    ],
)
async def test_a_body_that_cannot_be_read(
    client: httpx.AsyncClient, content: bytes, media_type: str, status: int, code: str
) -> None:
    headers = {**COOKIE, "Content-Type": media_type}
    response = await client.post("/api/v2/things", content=content, headers=headers)
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_a_body_without_a_length_is_bounded_too(client: httpx.AsyncClient) -> None:
    async def endless() -> Any:
        for _ in range(20):
            yield b" " * 100

    headers = {**COOKIE, "Content-Type": "application/json; charset=UTF-8"}
    response = await client.post("/api/v2/things", content=endless(), headers=headers)
    assert response.status_code == 413


async def test_maps_and_recursion(client: httpx.AsyncClient) -> None:
    thing = {"name": "a", "shape": BALL, "weight": "2", "remark": "x"}
    whole = {
        **thing,
        "parts": [{**thing, "labels": {"k": "v"}}],
        "owner": None,
        "schema": 1,
        "from": "2026-01-31T00:00:00+01:00",
    }
    response = await client.put("/api/v2/things", json={"one": whole})
    assert response.json() == [whole]
    wrong = {"one": {**thing, "parts": [{**thing, "weight": 2}], "labels": None}}
    fields = wrong_fields(await client.put("/api/v2/things", json=wrong))
    assert fields == {"/one/parts/0/weight": "type", "/one/labels": "type"}


async def test_a_whole_number_is_an_integer_however_it_is_written(
    client: httpx.AsyncClient, recorder: Recorder
) -> None:
    headers = {**COOKIE, "Content-Type": "application/json"}
    content = b'{"kind": "box", "sides": [1.0, 2e0, 3]}'
    response = await client.post("/api/v2/things", content=content, headers=headers)
    assert response.status_code == 201
    assert recorder.called["body"].sides == [1, 2, 3]
    content = b'{"kind": "box", "sides": [1.5, 2.0, 3], "a/b": 1.0}'
    wrong = await client.post("/api/v2/things", content=content, headers=headers)
    assert wrong_fields(wrong) == {"/sides/0": "type", "/a~1b": "unknown"}


async def test_an_optional_body_and_an_optional_field(client: httpx.AsyncClient) -> None:
    async def change(**body: object) -> httpx.Response:
        return await client.patch("/api/v2/things", json=body)

    assert (await client.patch("/api/v2/things")).json() == {}
    assert (await change()).json() == {"changed": 0}
    assert (await change(note=None, size=10)).json() == {"changed": 2}
    assert wrong_fields(await change(size=None)) == {"/size": "type"}
    assert wrong_fields(await change(size=7)) == {"/size": "multipleOf"}
    assert wrong_fields(await change(other=7)) == {"/other": "unknown"}


async def test_a_secret_is_not_sent_back(client: httpx.AsyncClient) -> None:
    response = await client.patch("/api/v2/things", json={"secret": "ab"})
    assert wrong_fields(response) == {"/secret": "minLength"}
    assert '"ab"' not in response.text


async def test_text_and_bytes(client: httpx.AsyncClient) -> None:
    text = {"Content-Type": "text/plain; charset=utf-8"}
    written = await client.put("/api/v2/files/text", content="größe", headers=text)
    assert written.text == "GRÖSSE"
    assert written.headers["content-type"] == "text/plain; charset=utf-8"
    assert wrong_fields(await client.put("/api/v2/files/text", content=b"\xff", headers=text))
    octets = {"Content-Type": "application/octet-stream"}
    written = await client.put("/api/v2/files/bytes", content=b"\x00\xff", headers=octets)
    assert (written.content, written.headers["x-length"]) == (b"\xff\x00", "2")
    assert (await client.put("/api/v2/files/bytes", content=b"x")).status_code == 415


def test_models_refuse_what_the_wire_could_not_carry(rest: SimpleNamespace) -> None:
    ball = rest.models.Ball(kind="ball", radius=Decimal("1E+1"))
    assert json.loads(ball.model_dump_json()) == {"kind": "ball", "radius": "10"}
    with pytest.raises(ValueError, match="is not of the form"):
        rest.models.Ball(kind="ball", radius=Decimal("1E-13"))
    with pytest.raises(ValueError, match="frozen"):
        ball.radius = Decimal(2)
