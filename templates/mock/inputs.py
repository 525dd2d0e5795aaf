"""Reads requests as strictly as the contract is written; all that is wrong is told at once."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.requests import Request

from templates.mock.document import Document, Object, name_of
from templates.mock.problems import Refused

LITERALS = {
    "integer": re.compile(r"-?(0|[1-9][0-9]*)"),
    "number": re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?"),
    "boolean": re.compile(r"true|false"),
}
BODY_LIMIT = 1 << 20
"""Bytes."""
MOST = 100
"""Errors of one answer."""


class Inputs:
    """The parameters and the body of one operation.

    `values` has parameters and the fields of the body by name, defaults included.
    """

    def __init__(self, document: Document, operation: Object, parameters: Sequence[Object]) -> None:
        self._document = document
        self._operation = operation
        self._parameters = parameters

    async def read(self, request: Request) -> dict[str, Any]:
        """Raises Refused."""
        errors: list[Object] = []
        values = self._read_parameters(request, errors)
        body = await self._read_body(request, errors)
        if errors:
            detail = f"{errors[0]['field']}: {errors[0]['message']}"
            raise Refused("invalid_request", detail, errors[:MOST])
        return {**values, **(body if isinstance(body, dict) else {})}

    def lists(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Of the required lists, the values by the name of their schema."""
        found = {}
        for each in self._parameters:
            items = self._document.follow(each["schema"]).get("items", {})
            if each.get("required") and "$ref" in items:
                found[name_of(items)] = values[each["name"]]
        return found

    def _read_parameters(self, request: Request, errors: list[Object]) -> dict[str, Any]:
        self._check_query(request, errors)
        values = {}
        for each in self._parameters:
            given = _given(request, each)
            if given:
                values[each["name"]] = self._value(each, given, errors)
            elif each.get("required"):
                errors.append(_error(each["name"], "required", "This parameter is required."))
            elif "default" in each["schema"]:
                values[each["name"]] = each["schema"]["default"]
        return values

    def _check_query(self, request: Request, errors: list[Object]) -> None:
        lists = {each["name"]: self._explodes(each) for each in self._parameters}
        known = {each["name"] for each in self._parameters if each["in"] == "query"}
        seen: set[str] = set()
        for name, _ in request.query_params.multi_items():
            if name not in known:
                errors.append(_error(name, "unknown", "There is no such parameter."))
            elif name in seen and not lists[name]:
                errors.append(_error(name, "repeated", "Give this parameter once."))
            seen.add(name)

    def _explodes(self, parameter: Object) -> bool:
        is_list = self._document.follow(parameter["schema"]).get("type") == "array"
        return is_list and parameter["in"] == "query" and bool(parameter.get("explode", True))

    def _value(self, parameter: Object, given: list[str], errors: list[Object]) -> Any:
        schema = self._document.follow(parameter["schema"])
        if schema.get("type") == "array":
            texts = given if self._explodes(parameter) else given[-1].split(",")
            value: Any = [self._spelled(text, schema["items"]) for text in texts]
        else:
            value = self._spelled(given[-1], schema)
        errors += self._wrong(parameter["name"], parameter["schema"], value)
        return value

    def _spelled(self, text: str, schema: Object) -> Any:
        literal = LITERALS.get(str(self._document.follow(schema).get("type")))
        return json.loads(text) if literal and len(text) < 25 and literal.fullmatch(text) else text

    def _wrong(self, name: str, schema: Object, value: Any) -> list[Object]:
        return [
            _error(
                name or "/" + "/".join(str(step) for step in each.instance_path),
                str(each.schema_path[-1]),
                each.message,
            )
            for each in self._document.errors(schema, value)
        ]

    async def _read_body(self, request: Request, errors: list[Object]) -> Any:
        declared = self._document.follow(self._operation.get("requestBody", {}))
        if not declared:
            return None
        content = await _bytes(request)
        if not content and not declared.get("required"):
            return None
        _check_media_type(request, declared["content"])
        try:
            body = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise Refused("malformed_body", str(error)) from None
        errors += self._wrong("", declared["content"]["application/json"]["schema"], body)
        return body


def _given(request: Request, parameter: Object) -> list[str]:
    name = parameter["name"]
    match parameter["in"]:
        case "query":
            return request.query_params.getlist(name)
        case "header":
            return request.headers.getlist(name)
        case "cookie":
            return [request.cookies[name]] if name in request.cookies else []
        case _:
            return [request.path_params[name]]


async def _bytes(request: Request) -> bytes:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > BODY_LIMIT:
            raise Refused("body_too_large", f"At most {BODY_LIMIT} bytes.")
    return content


def _check_media_type(request: Request, declared: Object) -> None:
    media_type, *parameters = request.headers.get("content-type", "").split(";")
    charsets = {each.strip().lower().replace('"', "") for each in parameters}
    if media_type.strip().lower() not in declared or not charsets <= {"charset=utf-8", ""}:
        raise Refused("unsupported_media_type", f"Send {', '.join(declared)}.")


def _error(field: str, rule: str, message: str) -> Object:
    return {"field": field, "rule": rule, "message": message}
