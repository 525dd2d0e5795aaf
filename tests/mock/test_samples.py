"""Values are made for schemas that have no example, and a new family needs no code."""

import itertools
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from templates.mock.document import Document
from templates.mock.motion import Motion, level, scaled
from templates.mock.samples import NoSample, made, sample
from tests.application import NOW
from tests.mock.stage import CONTRACTS, Stage, started
from tests.ws.asgi_client import AsgiClient

ROOT: dict[str, Any] = json.loads((CONTRACTS / "openapi.json").read_text())
DOCUMENT = Document(ROOT)


@pytest.mark.parametrize("name", ROOT["components"]["schemas"])
def test_a_valid_value_is_made_of_every_schema(name: str) -> None:
    made(DOCUMENT, {"$ref": f"#/components/schemas/{name}"})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^[a-c]{3}-[0-9]+$", "minLength": 8},
        {"type": "array", "items": {"type": "integer", "minimum": 3}, "minItems": 2},
        {"type": ["string", "null"]},
        {"anyOf": [{"const": 7}, {"type": "null"}]},
        {"allOf": [{"required": ["a"], "properties": {"a": {"type": "number"}}}, {}]},
        {"type": "string", "examples": ["given"]},
    ],
)
def test_keywords_are_kept_to(schema: dict[str, Any]) -> None:
    assert DOCUMENT.is_valid(schema, made(DOCUMENT, schema))


def test_what_cannot_be_made_is_told() -> None:
    with pytest.raises(NoSample, match="give an example"):
        made(DOCUMENT, {"type": "integer", "minimum": 1, "multipleOf": 7})


def test_one_of_several_examples_can_be_chosen() -> None:
    holder = {"examples": {"one": {"value": 1}, "two": {"value": 2}}, "schema": {}}
    assert [sample(DOCUMENT, holder), sample(DOCUMENT, holder, "two")] == [1, 2]


def test_prices_move_a_little_and_alike() -> None:
    day = [level("AAPL", NOW + minute * 60_000) for minute in range(1_440)]
    assert 0.7 < min(day) < max(day) < 1.3
    assert max(abs(a - b) for a, b in itertools.pairwise(day)) < 0.005
    assert [scaled(each, 1.1) for each in ("10.00", "7", "no", None)] == ["11.00", "7", "no", None]


def test_times_keep_their_distance() -> None:
    example = {"epoch": "e", "sequence": 3, "createdAt": 5_000, "time": 9_000}
    schema = {
        "properties": {
            name: {"$ref": "#/components/schemas/Timestamp"} for name in ("createdAt", "time")
        }
    }
    moved = Motion(DOCUMENT, {}).moved(example, schema, "", NOW)
    assert (moved["createdAt"], moved["time"]) == (NOW - 4_000, NOW)


async def test_a_new_family_needs_no_code(tmp_path: Path) -> None:
    stream = json.loads((CONTRACTS / "asyncapi.json").read_text())
    told = json.dumps({name: stream[name] for name in ("channels", "operations", "components")})
    alerts = json.loads(told.replace("quotes", "alerts").replace("Quotes", "Alerts"))
    for message in alerts["components"]["messages"].values():
        message.pop("examples", None)
    added = deepcopy(stream)
    for part in ("channels", "operations"):
        added[part] |= alerts[part]
    for part in ("messages", "schemas"):
        kept = added["components"][part]
        kept |= {k: v for k, v in alerts["components"][part].items() if k not in kept}
    (tmp_path / "asyncapi.json").write_text(json.dumps(added))
    (tmp_path / "openapi.json").write_text(json.dumps(ROOT))

    mock = started(contracts=tmp_path)
    async with AsgiClient(mock.application) as client:
        await client.heard()
        client.send('{"type":"alerts.subscribe","payload":{"symbol":"AAPL"}}')
        answer = await client.heard()
        assert answer["type"] == "alerts.subscribe.response"
        assert answer["payload"]["topic"] == "alerts:AAPL"
        mock.stream.board.tick(NOW + 10_000)
        update = await client.heard()
        assert (update["type"], update["payload"]["symbol"]) == ("alerts.update", "AAPL")


async def test_the_mock_says_where_it_stands() -> None:
    stage = Stage()
    async with stage.client() as client, stage.rest() as rest:
        await client.ask("quotes.subscribe", symbol="AAPL")
        state = (await rest.get("http://localhost/mock")).json()
        assert state["connections"] == [client.hello["payload"]["connectionId"]]
        assert [(each["topic"], each["subscribers"]) for each in state["topics"]] == [
            ("quotes:AAPL", 1)
        ]
        await stage.turn("pace?interval=0")
        stage.pass_time(60_000)
        assert await client.silent()
