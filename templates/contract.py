"""Loads contracts and keeps, for every node, the file and line where it stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from templates.errors import ContractError, Location

_KINDS: Final = {dict: "a mapping", list: "a list", str: "a string", bool: "true or false"}

Scalar = str | int | float | bool | None
Json = Scalar | list["Json"] | dict[str, "Json"]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Final[dict[str, Scalar]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Node:
    """A value of a contract that knows where it stands.

    `pointer` is the JSON pointer inside its document, such as `/components/schemas/Order`.
    """

    contract: "Contract"
    location: Location
    pointer: str
    value: "Scalar | list[Node] | dict[str, Node]"
    keys: dict[str, Location] = field(default_factory=dict)

    # Reading
    def get(self, *path: str) -> "Node | None":
        """The node below, or None where any step of the path is missing."""
        node: Node | None = self
        for key in path:
            node = node.value.get(key) if node and isinstance(node.value, dict) else None
        return node

    def require(self, key: str) -> "Node":
        """The node below; a missing one is an error at this node."""
        found = self.mapping().get(key)
        if found is None:
            raise self.error(f'"{key}" is missing; add it')
        return found

    def mapping(self) -> "dict[str, Node]":
        if not isinstance(self.value, dict):
            raise self.error(f"expected a mapping, found {self.kind()}")
        return self.value

    def items(self) -> "list[Node]":
        if not isinstance(self.value, list):
            raise self.error(f"expected a list, found {self.kind()}")
        return self.value

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.error(f"expected a string, found {self.kind()}")
        return self.value

    def integer(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.error(f"expected an integer, found {self.kind()}")
        return self.value

    def boolean(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.error(f"expected true or false, found {self.kind()}")
        return self.value

    def texts(self) -> list[str]:
        return [item.text() for item in self.items()]

    def text_at(self, key: str, default: str = "") -> str:
        found = self.get(key)
        return found.text() if found else default

    def flag(self, key: str) -> bool:
        found = self.get(key)
        return found.boolean() if found else False

    def kind(self) -> str:
        if self.value is None:
            return "nothing"
        return _KINDS.get(type(self.value), "a number")

    # References
    def reference(self) -> str | None:
        """The text of `$ref`, if this node is a reference."""
        found = self.get("$ref")
        return found.text() if found else None

    def resolve(self) -> "Node":
        """The node that a chain of references leads to; itself where there is no reference."""
        node, seen = self, {id(self)}
        while (reference := node.reference()) is not None:
            node = self.contract.follow(node, reference)
            if id(node) in seen:
                raise self.error(f'"$ref: {reference}" leads back to itself')
            seen.add(id(node))
        return node

    # Leaving
    def plain(self) -> Json:
        """The value without locations, as JSON has it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def error(self, message: str) -> ContractError:
        return ContractError(self.location, message)

    def key_location(self, key: str) -> Location:
        return self.keys.get(key, self.location)

    def walk(self) -> "Iterator[Node]":
        """This node and all below, in order."""
        yield self
        children: list[Node] = []
        if isinstance(self.value, dict):
            children = list(self.value.values())
        elif isinstance(self.value, list):
            children = self.value
        for child in children:
            yield from child.walk()


class Contract:
    """The documents of one folder, which may refer to each other."""

    def __init__(self, folder: Path, shown: str | None = None) -> None:
        self.folder = folder
        self.shown = shown if shown is not None else folder.name
        self._documents: dict[str, Node] = {}

    def document(self, name: str) -> Node:
        """The root of the document of this file name, read once."""
        if name not in self._documents:
            self._documents[name] = self._load(name)
        return self._documents[name]

    def has(self, name: str) -> bool:
        return (self.folder / name).is_file()

    def follow(self, origin: Node, reference: str) -> Node:
        """The node that a `$ref` in `origin` names."""
        file, hash_sign, pointer = reference.partition("#")
        if not hash_sign or (pointer and not pointer.startswith("/")):
            raise origin.error(
                f'"$ref: {reference}" needs a pointer such as #/components/schemas/X'
            )
        name = file.removeprefix("./") if file else Path(origin.location.file).name
        if "/" in name or ":" in name:
            raise origin.error(f'"$ref: {reference}" leaves the folder of the contracts')
        if not self.has(name):
            raise origin.error(f'"$ref: {reference}": there is no file {self.shown}/{name}')
        return self._descend(origin, reference, self.document(name), pointer)

    def _descend(self, origin: Node, reference: str, node: Node, pointer: str) -> Node:
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            below = _child(node, key)
            if below is None:
                raise origin.error(f'"$ref: {reference}" leads nowhere: there is no "{key}"')
            node = below
        return node

    def _load(self, name: str) -> Node:
        path = self.folder / name
        shown = f"{self.shown}/{name}"
        try:
            root = yaml.compose(path.read_bytes(), Loader=_LOADER)
        except FileNotFoundError:
            raise ContractError(Location(shown, 1), "the file is missing") from None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise ContractError(Location(shown, line), f"not YAML: {error.problem}") from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            text = str(error).splitlines()[0]
            raise ContractError(Location(shown, 1), f"not YAML: {text}") from None
        if root is None:
            raise ContractError(Location(shown, 1), "the file is empty")
        return _Builder(self, shown).build(root, "")


class _Builder:
    def __init__(self, contract: Contract, file: str) -> None:
        self.contract = contract
        self.file = file

    def build(self, node: yaml.Node, pointer: str) -> Node:
        location = Location(self.file, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self._mapping(node, pointer, location)
        if isinstance(node, SequenceNode):
            children = [self.build(item, f"{pointer}/{i}") for i, item in enumerate(node.value)]
            return Node(self.contract, location, pointer, children)
        if not isinstance(node, ScalarNode):
            raise ContractError(location, "not a value")
        return Node(self.contract, location, pointer, _scalar(node))

    def _mapping(self, node: MappingNode, pointer: str, location: Location) -> Node:
        children: dict[str, Node] = {}
        keys: dict[str, Location] = {}
        for key_node, value in node.value:
            at = Location(self.file, key_node.start_mark.line + 1)
            if not isinstance(key_node, ScalarNode):
                raise ContractError(at, "a key must be a plain word")
            key: str = key_node.value
            if key in keys:
                raise ContractError(at, f'"{key}" is here twice, first in line {keys[key].line}')
            keys[key] = at
            escaped = key.replace("~", "~0").replace("/", "~1")
            children[key] = self.build(value, f"{pointer}/{escaped}")
        first = min(keys.values(), default=location)
        return Node(self.contract, first, pointer, children, keys)


def _child(node: Node, key: str) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(key)
    if isinstance(node.value, list) and key.isdigit() and int(key) < len(node.value):
        return node.value[int(key)]
    return None


def _scalar(node: ScalarNode) -> Scalar:
    # YAML 1.2, as the other tools read it: "no" is a word and a date is a string.
    text: str = node.value
    if node.style:  # "" or None when plain, by loader
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
