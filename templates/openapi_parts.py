"""Parameters, bodies and responses of an operation -> ir."""

import re
from dataclasses import replace
from typing import Final

from templates.contract import Contract, Node
from templates.dialect import check_keys
from templates.errors import NotSupported
from templates.ir_parts import Body, Header, Media, Parameter, Place, Problem, Response, Type
from templates.names import constant
from templates.schema_types import Types

_MEDIA: Final = {
    "application/json": Media.JSON,
    "text/plain": Media.TEXT,
    "application/octet-stream": Media.BYTES,
}
_PROBLEM_JSON: Final = "application/problem+json"
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
# RFC 9110: header names are tokens. These are set by the server, or belong to security.
_RESERVED_HEADERS: Final = frozenset({"accept", "content-type", "authorization"})


class Parts:
    """Reads what operations are made of; remembers what has been given a name."""

    def __init__(self, contract: Contract, problems: dict[str, Problem]) -> None:
        self._types = Types(contract)
        self._problems = problems
        self._constants: dict[tuple[str, str], Parameter] = {}

    # Parameters
    def parameters(self, node: Node, item: Node, path: str, tag: str) -> tuple[Parameter, ...]:
        found: dict[tuple[str, str], Parameter] = {}
        for level in (item, node):
            listed = level.get("parameters")
            for each in listed.items() if listed else []:
                parameter = self._parameter(each.resolve(), node, tag)
                found[parameter.place, parameter.name] = parameter
        self._check_path(node, path, [each.name for each in found.values() if each.is_path])
        self._check_arguments(node, list(found.values()))
        required = [each for each in found.values() if each.required]
        return tuple(required + [each for each in found.values() if not each.required])

    def _parameter(self, node: Node, operation: Node, tag: str) -> Parameter:
        check_keys(node, "parameter")
        name, place = node.require("name").text(), self._place(node.require("in"))
        schema = node.require("schema")
        kind = self._types.value(schema)
        self._check_style(node, place, kind)
        required = node.flag("required")
        if place is Place.PATH and not required:
            raise node.error(f'the path parameter "{name}" must be required: true')
        if place is Place.HEADER and name.lower() in _RESERVED_HEADERS:
            raise NotSupported(node.location, f'the header "{name}" as a parameter')
        default = self._types.default(schema)
        if required and default is not None:
            raise node.error(f'"{name}" is required and has a default; leave one of them out')
        parameter = Parameter(
            name=name,
            place=place,
            description=node.text_at("description"),
            type=kind,
            required=required,
            default=default,
            constant=constant(name),
        )
        return self._named(parameter, operation.require("operationId").text(), tag)

    def _named(self, parameter: Parameter, operation: str, tag: str) -> Parameter:
        """Equal parameters of a tag share one definition; others get the operation's name."""
        known = self._constants.setdefault((tag, parameter.constant), parameter)
        if known.arguments == parameter.arguments and known.place == parameter.place:
            return parameter
        return replace(parameter, constant=f"{constant(operation)}_{parameter.constant}")

    def _place(self, node: Node) -> Place:
        if node.text() not in list(Place):
            raise node.error(f'"{node.text()}" is not one of {", ".join(Place)}')
        return Place(node.text())

    def _check_style(self, node: Node, place: Place, kind: Type) -> None:
        style, explode = node.get("style"), node.get("explode")
        usual = "form" if place in (Place.QUERY, Place.COOKIE) else "simple"
        if style is not None and style.text() != usual:
            raise NotSupported(style.location, f'the style "{style.text()}"; write {usual}')
        if not kind.is_list or place in (Place.PATH, Place.HEADER):
            return
        if explode is None or explode.boolean():
            raise NotSupported(
                node.location,
                "a repeated parameter; write explode: false, values are comma-separated",
            )

    def _check_path(self, node: Node, path: str, given: list[str]) -> None:
        wanted = _PLACEHOLDER.findall(path)
        for name in wanted:
            if name not in given:
                raise node.error(f'the parameter "{name}" of {path} is not declared')
        for name in given:
            if name not in wanted:
                raise node.error(f"there is no {{{name}}} in {path}")

    def _check_arguments(self, node: Node, parameters: list[Parameter]) -> None:
        spelled: dict[str, Parameter] = {}
        for each in parameters:
            other = spelled.setdefault(each.python, each)
            if other is not each:
                raise node.error(
                    f'"{other.name}" in {other.place} and "{each.name}" in {each.place}'
                    f" are both {each.python}; rename one"
                )

    # Bodies
    def request_body(self, operation: Node) -> Body | None:
        reference = operation.get("requestBody")
        if reference is None:
            return None
        if operation.pointer.endswith(("/get", "/delete")):
            raise NotSupported(reference.location, "a body of GET or DELETE")
        node = reference.resolve()
        check_keys(node, "request body")
        return self._body(node.require("content"), required=node.flag("required"))

    def _body(self, content: Node, *, required: bool = True) -> Body:
        if len(content.mapping()) != 1:
            raise NotSupported(content.location, "a body of several media types; write one")
        [(media_type, node)] = content.mapping().items()
        check_keys(node, "media type")
        media = _MEDIA.get(media_type)
        if media is None:
            raise NotSupported(
                content.location, f"the media type {media_type}; known: {', '.join(_MEDIA)}"
            )
        if media is Media.TEXT:
            return Body(Type("str", "str"), media, media_type, required)
        if media is Media.BYTES:
            return Body(Type("bytes", "bytes"), media, media_type, required)
        kind = self._types.body(node.require("schema"))
        return Body(kind, media, media_type, required, _body_constant(kind.annotation))

    # Responses
    def successes(self, operation: str, responses: Node) -> tuple[Response, ...]:
        found = []
        for status, reference in responses.mapping().items():
            node = reference.resolve()
            check_keys(node, "response")
            number = self._status(responses, status)
            if number < 400:
                found.append(self._success(operation, number, node))
        if not found:
            raise responses.error("there is no success response; add one")
        return tuple(found)

    def _status(self, responses: Node, status: str) -> int:
        if not re.fullmatch(r"[2-5][0-9]{2}", status):
            raise NotSupported(
                responses.key_location(status), f'the status "{status}"; list each by its number'
            )
        return int(status)

    def _success(self, operation: str, status: int, node: Node) -> Response:
        content = node.get("content")
        if node.get("x-problems") is not None:
            raise node.error("x-problems belong to responses from 400 on")
        if content is not None and status in (204, 304):
            raise content.error(f"{status} has no content")
        return Response(
            operation=operation,
            status=status,
            description=node.text_at("description"),
            body=self._body(content) if content is not None else None,
            headers=self._headers(node),
        )

    def _headers(self, node: Node) -> tuple[Header, ...]:
        found = node.get("headers")
        headers = []
        for name, reference in found.mapping().items() if found else ():
            target = reference.resolve()
            check_keys(target, "header")
            kind = self._types.value(target.require("schema"))
            if kind.is_list:
                raise NotSupported(target.location, "a header that is a list")
            if not target.flag("x-automatic"):
                required = target.flag("required")
                headers.append(Header(name, kind, required, target.text_at("description")))
        return tuple(headers)

    def declared_problems(self, responses: Node) -> tuple[Problem, ...]:
        """The problems that the error responses carry, in the order of the contract."""
        found: dict[str, Problem] = {}
        for status, reference in responses.mapping().items():
            number = self._status(responses, status)
            if number >= 400:
                for code in self._codes(reference.resolve(), number):
                    found[code] = self._problems[code]
        return tuple(found.values())

    def _codes(self, node: Node, status: int) -> list[str]:
        content = node.require("content")
        media = content.require(_PROBLEM_JSON)
        check_keys(media, "media type")
        schema = media.require("schema")
        if not (schema.reference() or "").endswith("#/components/schemas/Problem"):
            raise schema.error("an error has the schema Problem")
        headers = self._headers(node)
        codes = []
        for item in node.require("x-problems").items():
            problem = self._problems.get(item.text())
            if problem is None:
                raise item.error(f'"{item.text()}" is not in components.x-problems')
            if problem.status != status:
                raise item.error(
                    f'"{problem.code}" has the status {problem.status}, this response {status}'
                )
            self._problems[problem.code] = _with_headers(item, problem, headers)
            codes.append(problem.code)
        return codes


def _with_headers(item: Node, problem: Problem, headers: tuple[Header, ...]) -> Problem:
    if problem.headers and problem.headers != headers:
        raise item.error(f'"{problem.code}" is carried by responses with different headers')
    return replace(problem, headers=headers)


def _body_constant(annotation: str) -> str:
    """`list[models.Order]` -> LIST_ORDER_MODEL: the name of the adapter in a router."""
    words = re.findall(r"\w+", annotation.replace("models.", ""))
    return "_".join([*(constant(word) for word in words), "MODEL"])
