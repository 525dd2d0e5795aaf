"""The keywords of JSON Schema that we understand, and their rules; everything else is refused."""

import re
from typing import Final

from pydantic_core import SchemaError, SchemaValidator, core_schema

from templates.contract import Contract, Node
from templates.errors import ContractError, NotSupported
from templates.names import snake

_ANYWHERE: Final = frozenset(
    "description title default example examples deprecated readOnly writeOnly".split()
)
_BY_TYPE: Final[dict[str, frozenset[str]]] = {
    "string": frozenset("format enum const pattern minLength maxLength x-enum-varnames".split()),
    "integer": frozenset(
        "format enum const minimum maximum exclusiveMinimum exclusiveMaximum multipleOf"
        " x-enum-varnames".split()
    ),
    "number": frozenset(
        "format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf".split()
    ),
    "boolean": frozenset({"const"}),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "object": frozenset("properties required additionalProperties unevaluatedProperties".split()),
}
_FORMATS: Final[dict[str, frozenset[str]]] = {
    "string": frozenset({"decimal", "date", "date-time", "uuid", "password"}),
    "integer": frozenset({"int64"}),
    "number": frozenset({"double"}),
}
# Formats whose types are in generated/formats.py.
SPELLED: Final = {"date": "IsoDate", "date-time": "IsoDateTime", "uuid": "CanonicalUuid"}
_REMEDIES: Final[dict[str, str]] = {
    "nullable": "write type: [string, 'null']",
    "anyOf": "write oneOf with a discriminator",
    "not": "say what is allowed",
    "if": "write oneOf with a discriminator",
    "uniqueItems": "it would not be checked; check it in the handler, with a problem of its own",
    "patternProperties": "write additionalProperties",
    "prefixItems": "write an object",
    "int32": "give it a minimum and a maximum",
    "float": "write double",
    "uri": "give it a pattern",
    "email": "give it a pattern",
    "binary": "write a body of type application/octet-stream",
}
# What models.py imports or defines besides the schemas.
_TAKEN: Final = frozenset(
    "Annotated Any CanonicalUuid ConfigDict Field IntEnum IsoDate IsoDateTime Literal MISSING"
    " Model SecretStr StrEnum TypeAliasType".split()
)
_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
_PYTHON_ONLY = re.compile(r"\\[dDwWsSbB]|\(\?[=!<]|\\[1-9]")


def check_named(contract: Contract, name: str, node: Node) -> None:
    """Checks a schema of components.schemas and everything below it."""
    if not _NAME.fullmatch(name) or name in _TAKEN:
        where = contract.follow(node, "#/components/schemas").key_location(name)
        raise ContractError(where, f'"{name}" cannot name a schema; write another PascalCase word')
    _Checker(contract).schema(node, named=True)


def check_inline(contract: Contract, node: Node) -> None:
    """Checks a schema that stands in a parameter, header or body."""
    _Checker(contract).schema(node, named=False)


def schema_type(node: Node) -> str:
    """The type of a schema, null aside: `type: [string, 'null']` is string."""
    found = node.get("type")
    if found is None:
        return ""
    if isinstance(found.value, str):
        return found.value
    names = [name for name in found.texts() if name != "null"]
    if len(names) != 1:
        raise _refused(found, "several types", "write oneOf with a discriminator")
    return names[0]


def is_nullable(node: Node) -> bool:
    found = node.get("type")
    return found is not None and isinstance(found.value, list) and "null" in found.texts()


def without_null(node: Node) -> Node | None:
    """X of `oneOf: [X, {type: 'null'}]`; None where the schema is of another form."""
    variants = node.get("oneOf")
    parts = variants.items() if variants else []
    others = [part for part in parts if _type_word(part) != "null"]
    return others[0] if len(parts) == 2 and len(others) == 1 else None


class _Checker:
    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def schema(self, node: Node, *, named: bool) -> None:
        keys = node.mapping()
        if "$ref" in keys:
            self._reference(node)
        elif "oneOf" in keys:
            self._one_of(node)
        elif "allOf" in keys:
            self._all_of(node, named)
        elif "type" in keys or "const" in keys:
            self._typed(node, named)
        elif not named and set(keys) <= _ANYWHERE:
            raise _refused(node, "a schema without a type", "give it a type")
        else:
            self._known(node, frozenset({"type", "oneOf", "allOf", "$ref"}))
            raise _refused(node, "a schema without a type", "give it a type")

    def _reference(self, node: Node) -> None:
        self._known(node, frozenset({"$ref"}))
        target = node.resolve()
        if "/components/schemas/" not in target.pointer:
            raise node.error("a schema refers to components/schemas only")

    def _one_of(self, node: Node) -> None:
        inner = without_null(node)
        if inner is not None:
            self._known(node, frozenset({"oneOf"}))
            self.schema(inner, named=False)
            return
        self._known(node, frozenset({"oneOf", "discriminator"}))
        discriminator = node.get("discriminator")
        if discriminator is None:
            raise _refused(node, "oneOf without a discriminator", "add one, with a mapping")
        self._known(discriminator, frozenset({"propertyName", "mapping"}), anywhere=False)
        self._variants(node, discriminator)

    def _variants(self, node: Node, discriminator: Node) -> None:
        name = discriminator.require("propertyName").text()
        mapping = discriminator.require("mapping")
        targets = {
            id(self._contract.follow(mapping, each.text())): word
            for word, each in mapping.mapping().items()
        }
        for variant in node.require("oneOf").items():
            if variant.reference() is None:
                raise _refused(variant, "an inline variant", "name it in components.schemas")
            word = targets.pop(id(variant.resolve()), None)
            if word is None:
                raise variant.error("this variant is missing in the mapping of the discriminator")
            self._tagged(variant, name, word)
        if targets:
            left = ", ".join(targets.values())
            raise mapping.error(f"the mapping names what is not a variant: {left}")

    def _tagged(self, variant: Node, name: str, word: str) -> None:
        target = variant.resolve()
        parts = _parts(target)
        words = [part.get("properties", name, "const") for part in parts]
        if word not in [const.value for const in words if const is not None]:
            raise variant.error(f'its property "{name}" must be "const: {word}", as in the mapping')
        required = [part.require("required").texts() for part in parts if part.get("required")]
        if not any(name in names for names in required):
            raise variant.error(f'its property "{name}" must be required')

    def _all_of(self, node: Node, named: bool) -> None:
        if not named:
            raise _refused(node, "an inline allOf", "name it in components.schemas")
        self._known(node, frozenset({"allOf", "type", "unevaluatedProperties"}))
        inline = 0
        for part in node.require("allOf").items():
            target = part.resolve()
            closed = target.get("additionalProperties")
            if closed is not None:
                raise _refused(
                    part,
                    "allOf over a schema with additionalProperties",
                    "it would reject everything; write unevaluatedProperties: false beside allOf",
                )
            if part.reference() is None:
                inline += 1
                self._typed(part, named=True)
        if inline > 1:
            raise _refused(node, "allOf with two inline parts", "join them")

    def _typed(self, node: Node, named: bool) -> None:
        kind = schema_type(node) or "string"
        if kind not in _BY_TYPE:
            found = node.get("type") or node
            raise _refused(found, f'type "{kind}"', f"known: {', '.join(_BY_TYPE)}")
        self._known(node, _BY_TYPE[kind] | {"type"})
        self._format(node, kind, named)
        self._enum(node, named)
        self._pattern(node)
        if kind == "array":
            self.schema(node.require("items"), named=False)
        if kind == "object":
            self._object(node, named)

    def _format(self, node: Node, kind: str, named: bool) -> None:
        found = node.get("format")
        if found is None:
            return
        word = found.text()
        allowed = _FORMATS.get(kind, frozenset())
        if word not in allowed:
            remedy = _REMEDIES.get(word, f"known: {', '.join(sorted(allowed)) or 'none'}")
            raise _refused(found, f'format "{word}" of type {kind}', remedy)
        if word == "decimal" and not named:
            raise _refused(found, "an inline decimal", "refer to Price, Quantity, Money or Rate")
        pattern = node.get("pattern")
        if word == "decimal" and pattern is None:
            raise node.error('a decimal needs a pattern; add one such as "^[0-9]+$"')
        if word != "decimal" and word != "password" and pattern is not None:
            raise _refused(pattern, f'a pattern beside format "{word}"', "leave one of them out")

    def _enum(self, node: Node, named: bool) -> None:
        found = node.get("enum")
        if found is None:
            if node.get("x-enum-varnames"):
                raise node.error("x-enum-varnames without enum")
            return
        if not named:
            raise _refused(found, "an inline enum", "name it in components.schemas")
        if is_nullable(node):
            raise _refused(found, "a nullable enum", "write oneOf: [$ref, {type: 'null'}]")
        expected = int if schema_type(node) == "integer" else str
        values = [item.value for item in found.items()]
        for item in found.items():
            if not isinstance(item.value, expected) or isinstance(item.value, bool):
                raise item.error(f"enum value {item.value!r} is not of type {schema_type(node)}")
        if not values or len(set(map(str, values))) != len(values):
            raise found.error("enum values must be there and differ")
        names = node.get("x-enum-varnames")
        if names is not None and len(set(names.texts())) != len(values):
            raise names.error("x-enum-varnames needs one name a value, all different")
        if names is None and expected is int:
            raise node.error("an integer enum needs x-enum-varnames")

    def _pattern(self, node: Node) -> None:
        found = node.get("pattern")
        if found is None:
            return
        text = found.text()
        if _PYTHON_ONLY.search(text):
            raise _refused(found, f"the pattern {text}", "write classes out, such as [0-9]")
        try:
            SchemaValidator(core_schema.str_schema(pattern=text))
        except SchemaError:
            raise found.error(f"{text} is not a regular expression") from None

    def _object(self, node: Node, named: bool) -> None:
        properties = node.get("properties")
        extra = node.get("additionalProperties")
        if node.get("unevaluatedProperties"):
            raise _refused(node, "unevaluatedProperties", "without allOf additionalProperties does")
        if properties is not None and not named:
            raise _refused(node, "an inline object", "name it in components.schemas")
        if extra is not None and extra.value is not False and properties is not None:
            raise _refused(
                extra, "properties beside additionalProperties", "write a map or a class"
            )
        if properties is None and (extra is None or extra.value is False):
            raise _refused(node, "an object without properties", "write additionalProperties: true")
        if extra is not None and isinstance(extra.value, dict):
            self.schema(extra, named=False)
        if properties is not None:
            self._properties(node, properties)

    def _properties(self, node: Node, properties: Node) -> None:
        spelled: dict[str, str] = {}
        for name, below in properties.mapping().items():
            self.schema(below, named=False)
            python = snake(name)
            if python in spelled:
                raise ContractError(
                    properties.key_location(name),
                    f'"{spelled[python]}" and "{name}" are both {python}; rename one',
                )
            spelled[python] = name
        required = node.get("required")
        for item in required.items() if required else []:
            if item.text() not in properties.mapping():
                raise item.error(f'"{item.text()}" is required, but there is no such property')

    def _known(self, node: Node, allowed: frozenset[str], *, anywhere: bool = True) -> None:
        known = allowed | _ANYWHERE if anywhere else allowed
        for key in node.mapping():
            if key not in known:
                remedy = _REMEDIES.get(key, f"known here: {', '.join(sorted(allowed))}")
                raise NotSupported(
                    node.key_location(key), f'"{key}" is not supported here; {remedy}'
                )


def _refused(node: Node, what: str, remedy: str) -> NotSupported:
    return NotSupported(node.location, f"{what} is not supported; {remedy}")


def _parts(node: Node) -> list[Node]:
    """The schema itself, or what it is put together from."""
    below = node.get("allOf")
    if below is None:
        return [node]
    return [each for part in below.items() for each in _parts(part.resolve())]


def _type_word(node: Node) -> str:
    found = node.get("type")
    return found.value if found is not None and isinstance(found.value, str) else ""
