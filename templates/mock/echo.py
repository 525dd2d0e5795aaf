"""What was asked for, in the answer: what has the same name and fits is taken over."""

from collections.abc import Mapping
from typing import Any

from templates.mock.document import Document, Object, name_of


def echoed(document: Document, value: Any, schema: Object, inputs: Mapping[str, Any]) -> Any:
    """The value, with the inputs in the place of the example's properties of the same names."""
    if isinstance(value, list):
        items = document.follow(schema).get("items", {})
        return [echoed(document, each, items, inputs) for each in value]
    if not isinstance(value, dict):
        return value
    known = document.properties(schema, value)
    made = {
        name: echoed(document, each, known[name], inputs) if name in known else each
        for name, each in value.items()
    }
    for name in known.keys() & inputs.keys():
        if not isinstance(made.get(name), dict) and document.is_valid(known[name], inputs[name]):
            made[name] = inputs[name]
    return made if document.is_valid(schema, made) else value


def repeated(document: Document, body: Any, schema: Object, lists: Mapping[str, Object]) -> Any:
    """The body, with one item for each value of a list that was asked for.

    `lists` has the values by the name of the schema that each of them has, such as SymbolId.
    """
    if not isinstance(body, dict):
        return body
    for name, each in document.properties(schema, body).items():
        items, value = document.follow(each).get("items", {}), body.get(name)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for key, inner in document.properties(items, value[0]).items():
                if name_of(inner) in lists:
                    return {**body, name: [{**value[0], key: one} for one in lists[name_of(inner)]]}
    return body
