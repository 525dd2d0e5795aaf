"""Schemas that stand in operations -> the Python types that handlers and routers use."""

import re
from typing import Any, Final

from templates.contract import Contract, Node
from templates.dialect_schema import SPELLED, check_inline, is_nullable, schema_type, without_null
from templates.errors import NotSupported
from templates.ir_parts import Lexical, Type

_PLAIN: Final = re.compile(r"(?!mro$)[a-z]+(_[a-z]+)*")
_SCALARS: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_RULES: Final = {
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "pattern": "pattern",
}
_LEXICAL: Final = {
    "integer": Lexical.INTEGER,
    "number": Lexical.NUMBER,
    "boolean": Lexical.BOOLEAN,
}


class Types:
    """Spells schemas as types; raises where a schema needs a name of its own first."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def value(self, node: Node) -> Type:
        """The type of a parameter or header: a scalar or a list of scalars."""
        check_inline(self._contract, node)
        target = node.resolve()
        kind = schema_type(target)
        if kind == "array":
            item = self.value(target.require("items"))
            if item.is_list:
                raise _refused(target, "a list of lists")
            return self._list(node, target, item)
        if kind not in _SCALARS or is_nullable(target) or target.get("oneOf"):
            raise _refused(node, "a parameter or header that is not a scalar or a list of scalars")
        return self._scalar(node, target, kind)

    def body(self, node: Node) -> Type:
        """The type of a JSON body: a named schema, or a list, map or scalar of such."""
        check_inline(self._contract, node)
        inner = without_null(node)
        if inner is not None:
            below = self.body(inner)
            return Type(f"{below.annotation} | None", f"{below.validated} | None")
        if node.reference() is not None:
            return _named(node)
        kind = schema_type(node)
        if kind == "array":
            item = self.body(node.require("items"))
            return _constrained(f"list[{item.annotation}]", f"list[{item.validated}]", node)
        if kind == "object":
            return self._map(node)
        return self._scalar(node, node, kind)

    def default(self, node: Node) -> str | None:
        """A Python expression for the default beside or behind a reference."""
        found = node.get("default") or node.resolve().get("default")
        if found is None:
            return None
        target = node.resolve()
        if schema_type(target) == "array":
            items = target.require("items")
            values = [self._literal(items, item) for item in found.items()]
            return f"({values[0]},)" if len(values) == 1 else f"({', '.join(values)})"
        return self._literal(node, found)

    def _literal(self, node: Node, default: Node) -> str:
        target = node.resolve()
        _check_default(target, default)
        if target.get("enum") is not None:
            return f"models.{_name(node)}{_member(target, default)}"
        if target.text_at("format") == "decimal":
            return f'Decimal("{default.text()}")'
        return repr(default.value)

    def _scalar(self, node: Node, target: Node, kind: str) -> Type:
        lexical = _LEXICAL.get(kind, Lexical.STRING)
        if node.reference() is not None:
            named = _named(node)
            return Type(named.annotation, named.validated, lexical)
        python = SPELLED.get(target.text_at("format"), _SCALARS[kind])
        const = target.get("const")
        if const is not None:
            python = f"Literal[{const.value!r}]"
        made = _constrained(python, python, target)
        return Type(made.annotation, made.validated, lexical)

    def _list(self, node: Node, target: Node, item: Type) -> Type:
        made = _constrained(
            f"tuple[{item.annotation}, ...]", f"tuple[{item.validated}, ...]", target
        )
        if node.reference() is not None:
            raise _refused(node, "a parameter that refers to a named list")
        return Type(made.annotation, made.validated, item.lexical, is_list=True)

    def _map(self, node: Node) -> Type:
        extra = node.require("additionalProperties")
        if extra.value is True:
            return Type("dict[str, Any]", "dict[str, Any]")
        below = self.body(extra)
        return Type(f"dict[str, {below.annotation}]", f"dict[str, {below.validated}]")


def _named(node: Node) -> Type:
    name = f"models.{_name(node)}"
    return Type(name, name)


def _name(node: Node) -> str:
    return (node.reference() or "").rpartition("/")[2]


def _constrained(annotation: str, validated: str, node: Node) -> Type:
    rules: dict[str, Any] = {}
    for key, rule in _RULES.items():
        found = node.get(key)
        if found is not None:
            rules[rule] = found.value
    if annotation == "float":
        rules["allow_inf_nan"] = False
    if not rules:
        return Type(annotation, validated)
    given = ", ".join(f"{rule}={value!r}" for rule, value in sorted(rules.items()))
    return Type(annotation, f"Annotated[{validated}, Field({given})]")


def _member(target: Node, default: Node) -> str:
    """`.DAY`; `("a+b")` where the name of the member is not plain."""
    values = [item.value for item in target.require("enum").items()]
    names = target.get("x-enum-varnames")
    if names is not None:
        return f".{names.texts()[values.index(default.value)]}"
    text = str(default.value)
    return f".{text.upper()}" if _PLAIN.fullmatch(text) else f"({text!r})"


def _check_default(target: Node, default: Node) -> None:
    enum = target.get("enum")
    if enum is not None and default.value not in [item.value for item in enum.items()]:
        raise default.error(f"the default {default.value!r} is not one of the values")
    readers = {
        "integer": default.integer,
        "boolean": default.boolean,
        "string": default.text,
    }
    reader = readers.get(schema_type(target))
    if reader is not None:
        reader()


def _refused(node: Node, what: str) -> NotSupported:
    return NotSupported(node.location, f"{what} is not supported")
