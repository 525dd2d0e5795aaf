"""The REST contract -> ir. Everything that would be passed over is refused."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Final

from templates.bundle import OPENAPI, named_schemas
from templates.contract import Contract, Node
from templates.dialect import FRAMEWORK_PROBLEMS, LIFECYCLES, METHODS, check_keys, one_of
from templates.dialect_schema import check_named
from templates.errors import NotSupported
from templates.ir import Api, Operation, Tag
from templates.names import TAKEN, snake
from templates.openapi_parts import Parts
from templates.openapi_problems import read_problems
from templates.openapi_security import SecurityReader

VERSION: Final = "3.1.0"
_BASE_PATH: Final = re.compile(r"(/[A-Za-z0-9._-]+)+")
# Arguments and variables of the generated create_app.
_TAKEN_TAGS: Final = frozenset(
    "security routes lifespan body_limit handlers gate app router routers".split()
)
_NEEDED_SCHEMAS: Final = ("Problem", "FieldError", "Lifecycle")


def read(contract: Contract) -> Api:
    """Raises ContractError with file and line."""
    return _Reader(contract).api()


class _Reader:
    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._document = contract.document(OPENAPI)
        self._ids: dict[str, Node] = {}

    def api(self) -> Api:
        document = self._document
        check_keys(document, "document")
        version = document.require("openapi")
        if version.text() != VERSION:
            raise NotSupported(version.location, f"OpenAPI {version.text()}; write {VERSION}")
        info = document.require("info")
        check_keys(info, "info")
        components = document.get("components")
        if components is not None:
            check_keys(components, "components")
        schemas = self._schemas()
        self._problems = read_problems(document)
        self._security = SecurityReader(document)
        self._parts = Parts(self._contract, self._problems)
        tags = self._tags()
        self._check_links()
        return Api(
            source=document.location.file,
            title=info.require("title").text(),
            version=info.require("version").text(),
            lifecycle=one_of(info.require("x-lifecycle"), LIFECYCLES),
            base_path=self._base_path(),
            tags=tags,
            problems=tuple(self._problems.values()),
            schemes=tuple(self._security.schemes.values()),
            schemas=tuple((name, node.text_at("description")) for name, node in schemas.items()),
            secrets=_secrets(schemas.values()),
        )

    def _schemas(self) -> dict[str, Node]:
        found = named_schemas(self._contract)
        for name, node in found.items():
            check_named(self._contract, name, node)
        for name in _NEEDED_SCHEMAS:
            if name not in found:
                raise self._document.error(f'the schema "{name}" is missing: problems need it')
        return found

    def _base_path(self) -> str:
        servers = self._document.require("servers")
        if len(servers.items()) != 1:
            raise NotSupported(servers.location, "one server, whose url is a path")
        check_keys(servers.items()[0], "server")
        url = servers.items()[0].require("url")
        if not _BASE_PATH.fullmatch(url.text()):
            raise url.error(f"{url.text()} is not a path such as /api/v1")
        return url.text()

    def _tags(self) -> tuple[Tag, ...]:
        declared = {
            tag.require("name").text(): tag for tag in self._document.require("tags").items()
        }
        for word, declaration in declared.items():
            if snake(word) in _TAKEN_TAGS:
                raise declaration.error(f'"{word}" is a word of the generated code; rename it')
        by_tag: dict[str, list[Operation]] = {name: [] for name in declared}
        for path, item in self._document.require("paths").mapping().items():
            check_keys(item, "path")
            for method in METHODS:
                node = item.get(method)
                if node is not None:
                    tag = self._tag(node, declared)
                    by_tag[tag].append(self._operation(node, item, path, method, snake(tag)))
        for name, operations in by_tag.items():
            check_keys(declared[name], "tag")
            if not operations:
                raise declared[name].error(f'no operation has the tag "{name}"; remove it')
        return tuple(
            Tag(name, declared[name].text_at("description"), tuple(operations))
            for name, operations in by_tag.items()
        )

    def _tag(self, node: Node, declared: dict[str, Node]) -> str:
        tags = node.require("tags")
        if len(tags.items()) != 1:
            raise tags.error("an operation has one tag: that of its handler")
        tag = tags.items()[0]
        if tag.text() not in declared:
            raise tag.error(f'the tag "{tag.text()}" is missing in the list "tags" of the document')
        return tag.text()

    def _operation(self, node: Node, item: Node, path: str, method: str, tag: str) -> Operation:
        check_keys(node, "operation")
        identity = node.require("operationId")
        name = identity.text()
        if snake(name) in self._ids:
            raise identity.error(f'"{name}" is here twice, see {self._ids[snake(name)].location}')
        if snake(name) in TAKEN:
            raise identity.error(f'"{name}" is a word of the generated code; rename the operation')
        self._ids[snake(name)] = identity
        responses = node.require("responses")
        operation = Operation(
            id=name,
            method=method,
            path=path,
            summary=node.require("summary").text(),
            description=node.text_at("description"),
            parameters=self._parts.parameters(node, item, path, tag),
            body=self._parts.request_body(node),
            responses=self._parts.successes(name, responses),
            problems=self._parts.declared_problems(responses),
            security=self._security.read(node),
            deprecated=_deprecated(node),
            sunset=_sunset(node),
        )
        _check_declared(operation, responses)
        if operation.security.argument in [each.python for each in operation.parameters]:
            name = operation.security.argument
            raise node.error(f'a parameter and the caller are both "{name}"; rename the parameter')
        return operation

    def _check_links(self) -> None:
        for item in self._document.require("paths").mapping().values():
            for node in item.walk():
                links = node.get("links")
                for link in links.mapping().values() if links else ():
                    target = link.resolve()
                    check_keys(target, "link")
                    named = target.require("operationId")
                    if snake(named.text()) not in self._ids:
                        raise named.error(f'there is no operation "{named.text()}"')


def _check_declared(operation: Operation, responses: Node) -> None:
    """An operation declares what the generated code answers on its behalf."""
    declared = {problem.code for problem in operation.problems}
    needed = ["invalid_request", "internal_error"]
    if not operation.security.open and not operation.security.optional:
        needed.append("unauthenticated")
    if operation.body is not None:
        needed += ["body_too_large", "unsupported_media_type"]
    if operation.body is not None and operation.body.is_json:
        needed.append("malformed_body")
    for code in needed:
        if code not in declared:
            status = FRAMEWORK_PROBLEMS[code]
            raise responses.error(
                f'{operation.id} can answer {code}; add a response "{status}" that lists it'
            )


def _secrets(schemas: Iterable[Node]) -> tuple[str, ...]:
    found = {
        node.pointer.rpartition("/")[2]
        for schema in schemas
        for node in schema.walk()
        if isinstance(node.value, dict) and node.get("format")
        if node.require("format").value == "password"
    }
    return tuple(sorted(found))


def _deprecated(node: Node) -> str | None:
    since = node.get("x-deprecated-since")
    if not node.flag("deprecated"):
        if since is not None or node.get("x-sunset") is not None:
            raise (since or node).error("x-deprecated-since and x-sunset need deprecated: true")
        return None
    # RFC 9745 wants a date; one that is past says "already".
    moment = _midnight(since) if since is not None else datetime(1970, 1, 1, tzinfo=UTC)
    return f"@{int(moment.timestamp())}"


def _sunset(node: Node) -> str | None:
    found = node.get("x-sunset")
    return None if found is None else format_datetime(_midnight(found), usegmt=True)


def _midnight(node: Node) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(node.text()), time(), UTC)
    except ValueError:
        raise node.error(f"{node.text()} is not a date; write it like 2027-01-31") from None
