"""The schemas of both contracts -> generated/models.py, base.py and decimals.py."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from templates.bundle import ASYNCAPI, OPENAPI, localized, named_schemas
from templates.contract import Contract, Json, Node
from templates.dialect_schema import SPELLED
from templates.names import pascal
from templates.render import HEADER, ROOT, environment
from templates.tools import python_tool

# Keywords that change nothing in a model.
_DROPPED: Final = frozenset({"example", "examples", "externalDocs", "deprecated", "readOnly"})

_FLAGS: Final = (
    "--input-file-type=openapi",
    "--output-model-type=pydantic_v2.BaseModel",
    "--target-python-version=3.11",
    "--target-pydantic-version=2.11",
    "--base-class=generated.base.Model",
    "--custom-template-dir=" + str(ROOT / "models"),
    "--additional-imports=pydantic.MISSING",
    "--alias-generator=to_camel",
    "--allow-population-by-field-name",
    "--capitalise-enum-members",
    "--disable-timestamp",
    "--enum-field-as-literal=none",
    "--formatters=isort",
    "--ignore-pyproject",
    "--naming-strategy=full-path",
    "--no-allow-remote-refs",
    "--set-default-enum-member",
    "--snake-case-field",
    "--strict-nullable",
    "--use-annotated",
    "--use-attribute-docstrings",
    "--use-double-quotes",
    "--use-field-description",
    "--use-schema-description",
    "--use-single-line-docstring",
    "--use-specialized-enum",
    "--use-standard-collections",
    "--use-type-alias",
    "--use-union-operator",
)


@dataclass(frozen=True, slots=True)
class DecimalType:
    """A decimal string: exact in Python, a string on the wire."""

    name: str
    pattern: str
    max_length: int | None
    description: str

    @property
    def class_name(self) -> str:
        # Not the schema's own name: models.py gives that to the alias which others import.
        return f"{self.name}Decimal"


def decimal_types(contract: Contract) -> tuple[DecimalType, ...]:
    return tuple(
        _decimal_type(name, node)
        for name, node in named_schemas(contract).items()
        if node.text_at("format") == "decimal"
    )


def _decimal_type(name: str, node: Node) -> DecimalType:
    limit = node.get("maxLength")
    return DecimalType(
        name=pascal(name) if "_" in name else name,
        pattern=node.require("pattern").text(),
        max_length=limit.integer() if limit else None,
        description=node.text_at("description"),
    )


def render_types(contract: Contract) -> dict[str, str]:
    """base.py and decimals.py, and where they are needed formats.py: models.py stands on them."""
    names = ["base", "decimals", *(["formats"] if _has_spelled(contract) else [])]
    header = HEADER.format(source="contracts/")
    types = decimal_types(contract)
    return {
        f"{name}.py": environment()
        .get_template(f"models/{name}.py.jinja2")
        .render(header=header, decimals=types)
        for name in names
    }


def _has_spelled(contract: Contract) -> bool:
    documents = [contract.document(file) for file in (OPENAPI, ASYNCAPI) if contract.has(file)]
    nodes = (node for document in documents for node in document.walk())
    return any(node.text_at("format") in SPELLED for node in nodes if _has_format(node))


def _has_format(node: Node) -> bool:
    found = node.get("format")
    return found is not None and isinstance(found.value, str)


def render_models(contract: Contract, work: Path) -> dict[str, str]:
    """models.py, by datamodel-code-generator; `work` is a folder for its input and output."""
    source, target = work / "models.json", work / "models.py"
    source.write_text(json.dumps(model_document(contract)), encoding="utf-8")
    header = work / "header.txt"
    header.write_text(f'"""{HEADER.format(source="contracts/")}"""\n', encoding="utf-8")
    python_tool(
        "datamodel-codegen",
        f"--input={source}",
        f"--output={target}",
        f"--custom-file-header-path={header}",
        *_FLAGS,
        cwd=work,
    )
    return {"models.py": target.read_text(encoding="utf-8")}


def model_document(contract: Contract) -> dict[str, Any]:
    """One document with the schemas of both contracts, as datamodel-code-generator wants it."""
    decimals = {each.name: each for each in decimal_types(contract)}
    schemas: dict[str, Json] = {}
    for name, node in named_schemas(contract).items():
        if name in decimals:
            schemas[name] = {
                "type": "string",
                "description": decimals[name].description,
                "customTypePath": f"generated.decimals.{decimals[name].class_name}",
            }
        else:
            schemas[name] = _for_models(localized(node.plain()))
    return {
        "openapi": "3.1.0",
        "info": {"title": "models", "version": "1"},
        "paths": {},
        "components": {"schemas": schemas},
    }


def _for_models(schema: Json) -> Json:
    if isinstance(schema, list):
        return [_for_models(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    spelled = SPELLED.get(str(schema.get("format")))
    if spelled is not None:
        schema = {key: each for key, each in schema.items() if key != "format"}
        schema["customTypePath"] = f"generated.formats.{spelled}"
    made: dict[str, Json] = {}
    for key, value in schema.items():
        if key in _DROPPED or (key.startswith("x-") and key != "x-enum-varnames"):
            continue
        if key == "properties" and isinstance(value, dict):
            made[key] = {name: _for_models(each) for name, each in value.items()}
        elif key == "unevaluatedProperties":
            made["additionalProperties"] = value
        elif key in ("default", "const", "enum"):
            made[key] = value
        else:
            made[key] = _for_models(value)
    return made
