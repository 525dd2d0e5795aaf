"""A value for every schema: the contract's example, or the plainest that is valid."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from templates.mock.document import Document, Object


class NoSample(Exception):
    """Neither an example nor a value that is valid could be made; the message says of what."""


def sample(
    document: Document,
    holder: Object,
    name: str | None = None,
    inputs: Mapping[str, Any] | None = None,
) -> Any:
    """The example of a media type, a parameter, a header or a message.

    `name` picks one of several; else it is the first of those that agree most with `inputs`.
    Without any, one is made from the schema. Raises NoSample.
    """
    examples = named_examples(document, holder)
    if name is not None and name not in examples:
        raise NoSample(f'there is no example "{name}", but {", ".join(examples) or "none"}')
    if examples:
        nearest = max(examples, key=lambda each: len(_agreeing(examples[each], inputs or {})))
        return examples[name or nearest]
    return made(document, holder["schema"])


def named_examples(document: Document, holder: Object) -> Object:
    found = {"example": holder["example"]} if "example" in holder else {}
    for name, example in holder.get("examples", {}).items():
        found[name] = document.follow(example)["value"]
    return found


def _agreeing(value: Any, inputs: Mapping[str, Any]) -> set[str]:
    """The names of the inputs that the value has alike, at any depth."""
    if isinstance(value, list):
        return set().union(*(_agreeing(each, inputs) for each in value))
    if not isinstance(value, dict):
        return set()
    own = {name for name, each in value.items() if name in inputs and inputs[name] == each}
    return own.union(*(_agreeing(each, inputs) for each in value.values()))


def made(document: Document, schema: Object) -> Any:
    """The plainest valid value: required properties only. Raises NoSample."""
    value = _plainest(document, schema)
    if not document.is_valid(schema, value):
        raise NoSample(f"give an example of {schema.get('$ref', schema)}: none could be made")
    return value


def _plainest(document: Document, schema: Object) -> Any:
    schema = document.follow(schema)
    if "const" in schema:
        return schema["const"]
    for several in ("examples", "enum"):
        if schema.get(several):
            return schema[several][0]
    if "default" in schema:
        return schema["default"]
    for variants in ("oneOf", "anyOf"):
        if variants in schema:
            return _plainest(document, schema[variants][0])
    if "allOf" in schema:
        parts = [_plainest(document, part) for part in schema["allOf"]]
        return {key: item for part in parts for key, item in part.items()}
    return _typed(document, schema)


def _typed(document: Document, schema: Object) -> Any:
    kinds = schema.get("type", "object")
    match kinds if isinstance(kinds, str) else kinds[0]:
        case "object":
            properties = schema.get("properties", {})
            required = schema.get("required", ())
            return {name: _plainest(document, properties[name]) for name in required}
        case "array":
            return [_plainest(document, schema["items"])] * max(1, schema.get("minItems", 1))
        case "string":
            return _text(schema)
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
        case _:
            return None


def _text(schema: Object) -> str:
    least = int(schema.get("minLength", 0))
    return _matching(schema["pattern"], least) if "pattern" in schema else "x" * max(1, least)


@cache
def _matching(pattern: str, least: int) -> str:
    # Only for contracts without examples: it takes a second to load.
    from hypothesis import Phase, find, settings
    from hypothesis import strategies as st

    return find(
        st.from_regex(pattern),
        lambda text: len(text) >= least and "\n" not in text,
        settings=settings(database=None, derandomize=True, phases=[Phase.generate]),
    )
