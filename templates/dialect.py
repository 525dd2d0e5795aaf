"""The keywords of REST contracts that we understand; everything else is refused.

The tools underneath drop much in silence, so what is not listed here does not get to them.
Schemas have rules of their own, in dialect_schema.py.
"""

from typing import Final

from templates.contract import Node
from templates.errors import NotSupported

METHODS: Final = ("get", "put", "post", "delete", "patch")
LIFECYCLES: Final = ("development", "beta", "stable", "deprecated", "sunset")

KEYWORDS: Final[dict[str, frozenset[str]]] = {
    "document": frozenset("openapi info servers security tags paths components".split()),
    "info": frozenset("title version summary description license contact x-lifecycle".split()),
    "server": frozenset({"url", "description"}),
    "tag": frozenset({"name", "description"}),
    "path": frozenset({"summary", "description", "parameters", *METHODS}),
    "operation": frozenset(
        "operationId tags summary description parameters requestBody responses security"
        " deprecated x-deprecated-since x-sunset".split()
    ),
    "parameter": frozenset(
        "name in required description schema style explode example examples deprecated".split()
    ),
    "request body": frozenset({"description", "required", "content"}),
    "media type": frozenset({"schema", "example", "examples"}),
    "response": frozenset({"description", "headers", "content", "links", "x-problems"}),
    "header": frozenset("description required schema example examples x-automatic".split()),
    "link": frozenset({"operationId", "parameters", "description"}),
    "example": frozenset({"summary", "description", "value"}),
    "components": frozenset(
        "schemas responses parameters examples requestBodies headers securitySchemes links"
        " x-problems".split()
    ),
    "security scheme": frozenset(
        "type in name scheme bearerFormat description x-principal".split()
    ),
    "problem": frozenset({"status", "title", "description"}),
}

REMEDIES: Final[dict[str, str]] = {
    "callbacks": "describe what the server sends in asyncapi.yaml",
    "webhooks": "describe what the server sends in asyncapi.yaml",
    "externalDocs": "put the link into the description",
    "operationRef": "name the operation by operationId",
    "content": "give the parameter a schema",
    "allowReserved": "leave it out: values are percent-encoded",
    "allowEmptyValue": "leave it out: an empty value is a value",
    "head": "HEAD is answered wherever GET is",
    "options": "OPTIONS is answered by the server",
}

# What the generated code raises by itself, with the status that it must have.
FRAMEWORK_PROBLEMS: Final[dict[str, int]] = {
    "invalid_request": 400,
    "malformed_body": 400,
    "unauthenticated": 401,
    "not_found": 404,
    "method_not_allowed": 405,
    "body_too_large": 413,
    "unsupported_media_type": 415,
    "internal_error": 500,
    "not_implemented": 501,
}


def check_keys(node: Node, what: str) -> None:
    """Refuses every key that would be passed over."""
    for key in node.mapping():
        if key not in KEYWORDS[what]:
            remedy = REMEDIES.get(key, f"known here: {', '.join(sorted(KEYWORDS[what]))}")
            raise NotSupported(
                node.key_location(key), f'"{key}" is not supported in a {what}; {remedy}'
            )


def one_of(node: Node, allowed: tuple[str, ...]) -> str:
    word = node.text()
    if word not in allowed:
        raise node.error(f'"{word}" is not one of {", ".join(allowed)}')
    return word
