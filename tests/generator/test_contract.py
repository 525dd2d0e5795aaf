"""Contracts are read with the file and line of everything in them."""

from pathlib import Path

import pytest

from templates.contract import Contract, Node
from templates.errors import ContractError


def _read(folder: Path, text: str, name: str = "openapi.yaml") -> Node:
    (folder / name).write_text(text, encoding="utf-8")
    return Contract(folder, "contracts").document(name)


def test_every_value_knows_its_line(tmp_path: Path) -> None:
    root = _read(tmp_path, "a: 1\nb:\n  - x\n  - {c: y}\n")
    item = root.require("b").items()[1].require("c")
    assert str(item.location) == "contracts/openapi.yaml:4"
    assert item.pointer == "/b/1/c"


def test_scalars_are_read_as_yaml_1_2(tmp_path: Path) -> None:
    root = _read(tmp_path, "a: no\nb: 2027-01-31\nc: 1e3\nd: 0o7\ne: '1'\nf: true\ng:\nh: -5\n")
    assert root.plain() == {
        "a": "no", "b": "2027-01-31", "c": 1000.0, "d": "0o7", "e": "1", "f": True, "g": None,
        "h": -5,
    }  # fmt: skip


def test_references_lead_into_the_other_document(tmp_path: Path) -> None:
    _read(tmp_path, "components: {schemas: {Order: {type: object}}}\n")
    other = _read(
        tmp_path, "a: {$ref: './openapi.yaml#/components/schemas/Order'}", "asyncapi.yaml"
    )
    target = other.require("a").resolve()
    assert target.plain() == {"type": "object"}
    assert str(target.location) == "contracts/openapi.yaml:1"


def test_a_key_with_slashes_is_escaped_in_a_reference(tmp_path: Path) -> None:
    root = _read(tmp_path, "a: {$ref: '#/paths/~1x~1{id}'}\npaths: {'/x/{id}': 7}\n")
    assert root.require("a").resolve().plain() == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", ':3: "a" is here twice, first in line 1'),
        ("a: 1\nb: [1\n", ":3: not YAML: did not find expected ',' or ']'"),
        ("a: 1\n b: 2\n", ":2: not YAML: mapping values are not allowed in this context"),
        ("", ":1: the file is empty"),
        ("a: {$ref: '#/b/c'}\nb: {d: 1}\n", ':1: "$ref: #/b/c" leads nowhere: there is no "c"'),
        ("\na: {$ref: 'other.yaml#/b'}\n", ":2: \"$ref: other.yaml#/b\": there is no file"),
        ("a: {$ref: 'https://x/y#/z'}\n", "leaves the folder of the contracts"),
        ("a: {$ref: 'b'}\n", 'needs a pointer such as #/components/schemas/X'),
        ("a: {$ref: '#/b'}\nb: {$ref: '#/a'}\n", "leads back to itself"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ContractError) as caught:
        _read(tmp_path, text).require("a").resolve()
    assert str(caught.value).startswith("contracts/openapi.yaml:")
    assert message in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"contracts/openapi\.yaml:1: the file is missing"):
        Contract(tmp_path, "contracts").document("openapi.yaml")
