"""The stream contract, as tests ask it: schemas, examples, and generated messages."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import schemathesis
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema

from templates.bundle import ASYNCAPI, OPENAPI, bundled, named_schemas
from templates.contract import Contract

CONTRACT = Contract(Path(__file__).parents[2] / "contracts")
DOCUMENT: dict[str, Any] = bundled(CONTRACT, ASYNCAPI)  # type: ignore[assignment]
SCHEMAS: dict[str, Any] = {
    **bundled(CONTRACT, OPENAPI)["components"]["schemas"],  # type: ignore[index, call-overload, dict-item]
    **DOCUMENT["components"]["schemas"],
}
assert set(named_schemas(CONTRACT)) <= set(SCHEMAS)
ERRORS = frozenset(DOCUMENT["x-errors"])


class Exchange(NamedTuple):
    """What a client sends, and the message that answers it: types and names of schemas."""

    type: str
    schema: str
    response: str
    response_schema: str


def _message(reference: dict[str, str]) -> dict[str, Any]:
    node: Any = DOCUMENT
    for part in reference["$ref"].split("/")[1:]:
        node = node[part]
    return _message(node) if "$ref" in node else dict(node)


def _schema(message: dict[str, Any]) -> str:
    return str(message["payload"]["$ref"]).rpartition("/")[2]


def _exchanges() -> Iterator[Exchange]:
    for operation in DOCUMENT["operations"].values():
        if operation["action"] == "receive":
            sent = _message(operation["messages"][0])
            answer = _message(operation["reply"]["messages"][0])
            yield Exchange(sent["name"], _schema(sent), answer["name"], _schema(answer))


EXCHANGES = tuple(_exchanges())
MESSAGES: dict[str, dict[str, Any]] = DOCUMENT["components"]["messages"]


def is_valid(schema: str, message: object) -> bool:
    return _validator(schema).is_valid(message)


def check(schema: str, message: object) -> None:
    """Raises jsonschema_rs.ValidationError."""
    _validator(schema).validate(message)


def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    if schema not in _validators:
        document = {
            "$ref": f"#/components/schemas/{schema}",
            "components": {"schemas": SCHEMAS},
        }
        _validators[schema] = jsonschema_rs.Draft202012Validator(document)
    return _validators[schema]


_validators: dict[str, jsonschema_rs.Draft202012Validator] = {}


def generated(exchange: Exchange, mode: GenerationMode) -> SearchStrategy[Any]:
    """Messages that match the schema, or that do not."""
    operation = _pseudo()[f"/{exchange.type}"]["POST"]
    messages: SearchStrategy[Any] = operation.as_strategy(generation_mode=mode).map(_body)
    return messages


def _body(case: Any) -> Any:
    return case.body


def _pseudo() -> BaseSchema:
    """An OpenAPI document in which each message of a client is the body of a POST."""
    paths = {f"/{each.type}": {"post": _post(each)} for each in EXCHANGES}
    return schemathesis.openapi.from_dict(
        {
            "openapi": "3.1.0",
            "info": {"title": "stream", "version": "1"},
            "paths": paths,
            "components": {"schemas": {name: SCHEMAS[name] for name in sorted(_needed())}},
        }
    )


def _needed() -> set[str]:
    """What clients send, and all that it refers to: generating from less is much faster."""
    needed = set[str]()
    pending = [each.schema for each in EXCHANGES]
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            pending += re.findall(r'#/components/schemas/(\w+)"', json.dumps(SCHEMAS[name]))
    return needed


def _post(exchange: Exchange) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{exchange.schema}"}
    return {
        "operationId": exchange.type,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "answered"}},
    }
