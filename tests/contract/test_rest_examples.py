"""Every example in the REST contract is valid, and every example of a request works."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import jsonschema_rs
import pytest

from tests.application import PASSWORD, Application, running
from tests.contract.fuzzing import CONTRACT

DOCUMENT: dict[str, Any] = json.loads(CONTRACT.read_text())
METHODS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    schema: dict[str, Any]
    value: Any


def resolved(node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        target: Any = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def examples(name: str, holder: dict[str, Any]) -> Iterator[Example]:
    """Those of a media type, a parameter or a header."""
    named = {key: resolved(each)["value"] for key, each in holder.get("examples", {}).items()}
    if "example" in holder:
        named["example"] = holder["example"]
    for key, value in named.items():
        yield Example(f"{name} {key}", holder["schema"], value)


def operations() -> Iterator[tuple[str, str, dict[str, Any], list[dict[str, Any]]]]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                own = [*item.get("parameters", []), *operation.get("parameters", [])]
                yield method, path, operation, [resolved(each) for each in own]


def every_example() -> Iterator[Example]:
    for _, _, operation, parameters in operations():
        name = operation["operationId"]
        for parameter in parameters:
            yield from examples(f"{name} {parameter['name']}", parameter)
        for media in resolved(operation.get("requestBody", {})).get("content", {}).values():
            yield from examples(f"{name} body", media)
        for status, response in operation["responses"].items():
            response = resolved(response)
            for media in response.get("content", {}).values():
                yield from examples(f"{name} {status}", media)
            for header, definition in response.get("headers", {}).items():
                yield from examples(f"{name} {status} {header}", resolved(definition))


def request_bodies() -> Iterator[tuple[str, str, dict[str, Any], Example]]:
    for method, path, operation, _ in operations():
        for media in resolved(operation.get("requestBody", {})).get("content", {}).values():
            for example in examples(operation["operationId"], media):
                yield method, path, operation, example


@pytest.mark.parametrize("example", list(every_example()), ids=lambda example: example.name)
def test_is_valid(example: Example) -> None:
    schema = {**example.schema, "components": DOCUMENT["components"]}
    jsonschema_rs.validator_for(schema).validate(example.value)


def test_every_body_has_an_example() -> None:
    with_bodies = {op["operationId"] for _, _, op, _ in operations() if "requestBody" in op}
    assert {op["operationId"] for _, _, op, _ in request_bodies()} == with_bodies


@pytest.fixture
async def application() -> AsyncIterator[Application]:
    async with running(scenarios=True) as started:
        started.add_user("trader", PASSWORD)
        yield started


@pytest.mark.parametrize("request_", list(request_bodies()), ids=lambda each: str(each[3].name))
async def test_a_request_works(
    request_: tuple[str, str, dict[str, Any], Example], application: Application
) -> None:
    method, path, operation, example = request_
    async with application.client() as client:
        answer = await client.request(
            method, path.format(**await identifiers(client)), json=example.value
        )
    assert answer.is_success, answer.text
    assert str(answer.status_code) in operation["responses"]


@pytest.mark.parametrize("operation_id", ["searchSymbols", "resolveSymbol", "getBars", "getQuotes"])
async def test_a_query_works(operation_id: str, application: Application) -> None:
    (found,) = (each for each in operations() if each[2]["operationId"] == operation_id)
    _, path, _, parameters = found
    given = {each["name"]: each["example"] for each in parameters if "example" in each}
    given = {name: ",".join(v) if isinstance(v, list) else v for name, v in given.items()}
    in_path = {name: given.pop(name) for name in list(given) if f"{{{name}}}" in path}
    async with application.client() as client:
        answer = await client.get(path.format(**in_path), params=given)
    assert answer.status_code == 200, answer.text


async def identifiers(client: httpx.AsyncClient) -> dict[str, str]:
    """Of an account, and of a position, an order that works and a symbol in it."""
    account = (await client.get("/accounts")).json()["accounts"][0]["accountId"]
    order = {"type": "market", "symbol": "AAPL", "side": "buy", "quantity": "10"}
    await client.post(f"/accounts/{account}/orders", json=order)
    positions = (await client.get(f"/accounts/{account}/positions")).json()["positions"]
    resting = {**order, "type": "limit", "limitPrice": "190.00"}
    placed = (await client.post(f"/accounts/{account}/orders", json=resting)).json()
    return {
        "accountId": account,
        "positionId": positions[0]["positionId"],
        "orderId": placed["order"]["orderId"],
        "symbol": "AAPL",
    }
