"""A bundled contract: its references, its validators, and examples for its schemas."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs

Object = dict[str, Any]


class Document:
    """A self-contained OpenAPI or AsyncAPI document."""

    def __init__(self, root: Object) -> None:
        self.root = root
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}
        self._references: dict[str, tuple[tuple[str, ...], Any]] = {}

    @classmethod
    def read(cls, path: Path) -> "Document":
        return cls(json.loads(path.read_text("utf-8")))

    def follow(self, node: Any) -> Any:
        """What the node is, or refers to."""
        while isinstance(node, dict) and "$ref" in node:
            node = self._named(node["$ref"])[1]
        return node

    def _named(self, reference: str) -> tuple[tuple[str, ...], Any]:
        """The names that a reference stands for, and what it refers to; each is looked up once."""
        if reference not in self._references:
            target: Any = self.root
            for step in reference.removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            inner = self.names(target) if isinstance(target, dict) else ()
            self._references[reference] = (reference.rpartition("/")[2], *inner), target
        return self._references[reference]

    def validator(self, schema: Object) -> jsonschema_rs.Draft202012Validator:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            known = {"schemas": self.root["components"]["schemas"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(
                {**schema, "components": known}, mask="The value"
            )
        return self._validators[key]

    def is_valid(self, schema: Object, value: object) -> bool:
        return not self.errors(schema, value)

    def errors(self, schema: Object, value: object) -> list[jsonschema_rs.ValidationError]:
        variant = self._variant(schema, value)
        return list(self.validator(variant or schema).iter_errors(value))

    def _variant(self, schema: Object, value: object) -> Object | None:
        """The variant that a value says it is: its errors are those that help."""
        discriminator = self.follow(schema).get("discriminator")
        if not isinstance(discriminator, dict) or not isinstance(value, dict):
            return None
        named = discriminator.get("mapping", {}).get(str(value.get(discriminator["propertyName"])))
        return {"$ref": named} if named else None

    def names(self, schema: Object) -> tuple[str, ...]:
        """The names under which a schema is known: its own, and those that it is made of."""
        if "$ref" in schema:
            return self._named(schema["$ref"])[0]
        return tuple(name for part in schema.get("allOf", ()) for name in self.names(part))

    def properties(self, schema: Object, value: object) -> Object:
        """The declared properties of an object, of the variant that the value is."""
        schema = self.follow(schema)
        found = dict(schema.get("properties", {}))
        for part in schema.get("allOf", ()):
            found |= self.properties(part, value)
        for variant in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
            if self.is_valid(variant, value):
                return found | self.properties(variant, value)
        return found


def name_of(schema: Object) -> str:
    """The name that a reference ends with; empty where there is none."""
    return str(schema.get("$ref", "")).rpartition("/")[2]
