# ruff: noqa: E501 - a refusal a line
"""What the generator does not understand it refuses, with the line and a remedy."""

from pathlib import Path

import pytest

from templates.contract import Contract
from templates.errors import ContractError
from templates.openapi import read
from tests.generator.generating import CONTRACTS

SOURCE = (CONTRACTS / "everything" / "openapi.yaml").read_text(encoding="utf-8")
RADIUS = "radius: {$ref: '#/components/schemas/Amount'}"
AMOUNT = r"Amount: {type: string, format: decimal, pattern: '^-?[0-9]{1,18}(\.[0-9]{1,12})?$',"
NUMBERS = "schema: {type: array, default: [1, 2], items: {type: integer}}"

# What is replaced by what, and what is said about the line on which the replacement begins.
DOCUMENT = [
    ("openapi: 3.1.0", "openapi: 3.0.3", "OpenAPI 3.0.3; write 3.1.0"),
    ("x-lifecycle: beta", "x-lifecycle: alpha", '"alpha" is not one of development, beta'),
    ("  x-lifecycle: beta", "  x-lifcycle: beta", '"x-lifcycle" is not supported in a info'),
    ("{url: /api/v2, ", "{url: 'https://x/api', ", "https://x/api is not a path such as /api/v1"),
    ("tags:\n  - {name: Th", "webhooks: {}\ntags:\n  - {name: Th", "what the server sends in asyncapi"),
    ("{name: Things,", "{name: Routes,", '"Routes" is a word of the generated code'),
    ("{name: Doors,", "{name: Empty, description: x}\n  - {name: Doors,", 'no operation has the tag "Empty"'),
    ("x-principal: Caller}\n    bearer", "x-principal: Nobody}\n    bearer", 'no schema "Nobody"'),
    ("{type: http, scheme: basic,", "{type: http, scheme: digest,", '"digest" is not one of bearer'),
    ("{type: http, scheme: basic,", "{type: openIdConnect,", 'security of type "openIdConnect"'),
]  # fmt: skip
OPERATIONS = [
    ("operationId: createThing", "operationId: router", '"router" is a word of the generated code'),
    ("operationId: createThing", "operationId: getThing", '"getThing" is here twice'),
    ("tags: [Doors]\n      summary: A key", "tags: [Doors, Things]\n      summary: A key", "one tag"),
    ("tags: [Doors]\n      summary: A key", "tags: [Gates]\n      summary: A key", '"Gates" is missing'),
    ("      summary: Make a thing", "      callbacks: {}", 'describe what the server sends in asyncapi'),
    ("      x-sunset: '2027-01-31'", "      x-sunset: soon", "soon is not a date; write it like"),
    ("[{key: [], code: []}, {cookie: []}]", "[{lock: []}]", 'there is no security scheme "lock"'),
    ("{key: [], code: []}, {cookie: []}", "{key: []}, {cookie: [a]}", "need the same permissions"),
    ("operationId: getThing\n              parameters", "operationId: getThong\n              parameters",
     'there is no operation "getThong"'),
]  # fmt: skip
PARAMETERS = [
    ("name: thingId, in: path, required: true,", "name: thingId, in: path,", "must be required: true"),
    ("name: color, in: path", "name: colour, in: path", 'parameter "color" of /things/{thingId}/{color}'),
    ("explode: false\n          schema: {type: array, default", "explode: true\n          schema: {type: array, default",
     "a repeated parameter; write explode: false"),
    ("          style: form", "          style: pipeDelimited", 'the style "pipeDelimited"; write form'),
    ("{type: integer, minimum: 1, maximum: 500, default: 100}", "{type: integer, default: many}",
     "expected an integer, found a string"),
    ("{$ref: '#/components/schemas/Level', default: 1}", "{$ref: '#/components/schemas/Level', default: 3}",
     "the default 3 is not one of the values"),
    ("{name: deep, in: query, schema: {type: boolean, default: false}}",
     "{name: deep, in: query, schema: {type: object, additionalProperties: true}}",
     "a parameter or header that is not a scalar"),
    ("{name: deep, in: query, schema:", "{name: deep, in: query, allowReserved: true, schema:",
     '"allowReserved" is not supported in a parameter'),
    ("in: header, schema: {type: string, maxLength: 8}", "in: body, schema: {type: string}",
     '"body" is not one of path, query, header, cookie'),
    (NUMBERS, "schema: {type: array, items: {type: string, enum: [a]}}", "an inline enum"),
    ("name: theme, in: cookie", "name: If_None_Match, in: cookie", "are both if_none_match; rename one"),
]  # fmt: skip
BODIES = [
    ("application/octet-stream: {}}}\n      responses", "image/png: {}}}\n      responses",
     "the media type image/png; known: application/json"),
    ("{text/plain: {schema: {type: string}}}}\n      responses",
     "{text/plain: {}, application/json: {}}}\n      responses", "a body of several media types"),
    ("schema: {type: object, additionalProperties: {type: integer}}",
     "schema: {type: object, properties: {a: {type: string}}}", "an inline object"),
    ("'202':\n          description: Not yet.", "'2XX':\n          description: Not yet.",
     'the status "2XX"; list each by its number'),
    ("'202':\n          description: Not yet.", "default:\n          description: Not yet.",
     'the status "default"; list each by its number'),
    ("'413': {$ref: '#/components/responses/BodyTooLarge'}\n        '415': {$ref: '#/components/responses/UnsupportedMediaType'}\n        '422'",
     "'422'", "createThing can answer body_too_large"),
    ("x-problems: [thing_not_found]", "x-problems: [thing_lost]", '"thing_lost" is not in components'),
    ("x-problems: [thing_not_found]", "x-problems: [too_many]", "has the status 429, this response 404"),
    ("thing_not_found: {status: 404", "thing_not_found: {status: 200", "200 is not the status of an error"),
    ("thing_not_found: {status: 404", "ThingNotFound: {status: 404", '"ThingNotFound" is not a code'),
]  # fmt: skip
SCHEMAS = [
    (RADIUS, "radius: {type: string, nullable: true}", "write type: [string, 'null']"),
    (RADIUS, "radius: {type: array, uniqueItems: true, items: {type: string}}", '"uniqueItems" is not'),
    (RADIUS, "radius: {anyOf: [{type: string}, {type: integer}]}", "write oneOf with a discriminator"),
    (RADIUS, "radius: {oneOf: [{type: string}, {type: integer}]}", "oneOf without a discriminator"),
    (RADIUS, "radius: {type: [string, integer]}", "several types is not supported"),
    (RADIUS, "radius: {type: string, format: decimal, pattern: a}", "an inline decimal"),
    (RADIUS, "radius: {type: string, format: email}", 'format "email" of type string'),
    (RADIUS, "radius: {type: integer, format: int32}", "give it a minimum and a maximum"),
    (RADIUS, "radius: {type: file}", 'type "file" is not supported; known: string'),
    (RADIUS, "radius: {type: string, pattern: '^(?=a)'}", "the pattern ^(?=a) is not supported"),
    (RADIUS, "radius: {type: string, pattern: '^[0-'}", "^[0- is not a regular expression"),
    (RADIUS, "radius: {type: string, enum: [a, b]}", "an inline enum is not supported"),
    (RADIUS, "radius: {type: object}", "an object without properties"),
    (RADIUS, "radius: {description: anything}", "a schema without a type"),
    (RADIUS, "radius: {type: string, if: {const: a}}", '"if" is not supported here'),
    (RADIUS, "radius: {$ref: '#/components/responses/TooMany'}", "refers to components/schemas only"),
    (RADIUS, "radius: {$ref: '#/components/schemas/Amuont'}", 'there is no "Amuont"'),
    (AMOUNT, "Amount: {type: string, format: decimal,", "a decimal needs a pattern"),
    ("Named:", "named:", '"named" cannot name a schema; write another PascalCase word'),
    ("Ball:", "Model:", '"Model" cannot name a schema'),
    ("required: [kind, radius]", "required: [kind, weight]", '"weight" is required, but there is no such'),
    ("kind: {type: string, const: ball}", "kind: {type: string, const: bowl}", '"const: ball"'),
    ("required: [kind, radius]", "required: [radius]", 'its property "kind" must be required'),
    ("x-enum-varnames: [BLUE, DARK_RED, SEVEN]", "x-enum-varnames: [BLUE]", "needs one name a value"),
    ("note: {type: [string, 'null']}", "Size: {type: integer}", '"size" and "Size" are both size'),
]  # fmt: skip


# These are told elsewhere than where they are caused: so many lines further down or up.
ELSEWHERE = {
    "name: colour, in: path": 2,
    "name: If_None_Match, in: cookie": -27,
    "explode: true\n          schema: {type: array, default": -2,
    "'422'": -7,
    "kind: {type: string, const: bowl}": 12,
    "required: [radius]": 14,
}


@pytest.mark.parametrize(
    ("before", "after", "message"), [*DOCUMENT, *OPERATIONS, *PARAMETERS, *BODIES, *SCHEMAS]
)
def test_is_refused_with_its_line(tmp_path: Path, before: str, after: str, message: str) -> None:
    edited = SOURCE.replace(before, after, 1)
    (tmp_path / "openapi.yaml").write_text(edited, encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        read(Contract(tmp_path, "contracts"))
    line = SOURCE[: SOURCE.index(before)].count("\n") + 1 + ELSEWHERE.get(after, 0)
    assert str(caught.value).startswith(f"contracts/openapi.yaml:{line}: ")
    assert message in str(caught.value)
