"""Joins the two contracts: each made self-contained, and the schemas of both in one place."""

from typing import Final

from templates.contract import Contract, Json, Node
from templates.errors import ContractError

OPENAPI: Final = "openapi.yaml"
ASYNCAPI: Final = "asyncapi.yaml"


def named_schemas(contract: Contract) -> dict[str, Node]:
    """The schemas of both contracts by name; the same name in both is an error."""
    found: dict[str, Node] = {}
    for file in (OPENAPI, ASYNCAPI):
        if not contract.has(file):
            continue
        schemas = contract.document(file).get("components", "schemas")
        for name, node in (schemas.mapping() if schemas else {}).items():
            if name in found:
                where = schemas.key_location(name) if schemas else node.location
                raise ContractError(
                    where, f'schema "{name}" exists already, at {found[name].location}; rename one'
                )
            found[name] = node
    return found


def bundled(contract: Contract, file: str) -> Json:
    """The document without references to other files: what they name is carried along."""
    root = contract.document(file)
    plain = root.plain()
    lifted = _lifted(contract, root)
    if lifted:
        schemas = _below(_below(plain, "components"), "schemas")
        schemas.update({name: lifted[name].plain() for name in sorted(lifted)})
    plain = localized(plain)
    return _named_discriminators(plain) if file == ASYNCAPI else plain


def localized(value: Json) -> Json:
    """The value with every reference pointing into its own document."""
    if isinstance(value, list):
        return [localized(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: localized(item) for key, item in value.items()}
    reference = made.get("$ref")
    if isinstance(reference, str):
        made["$ref"] = "#" + reference.partition("#")[2]
    return made


def _named_discriminators(value: Json) -> Json:
    """AsyncAPI knows the discriminator as the bare name of a property."""
    if isinstance(value, list):
        return [_named_discriminators(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: _named_discriminators(item) for key, item in value.items()}
    discriminator = made.get("discriminator")
    if isinstance(discriminator, dict) and isinstance(discriminator.get("propertyName"), str):
        made["discriminator"] = discriminator["propertyName"]
    return made


def _below(value: Json, key: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise TypeError("a document is a mapping")
    below = value.setdefault(key, {})
    if not isinstance(below, dict):
        raise TypeError(f"{key} is a mapping")
    return below


def _lifted(contract: Contract, root: Node) -> dict[str, Node]:
    lifted: dict[str, Node] = {}
    pending = [root]
    while pending:
        for node in pending.pop().walk():
            target = _schema_elsewhere(node, root)
            if target is None:
                continue
            name = target.pointer.rpartition("/")[2]
            if name not in lifted:
                _refuse_clash(node, name, root)
                lifted[name] = target
                pending.append(target)
    return lifted


def _schema_elsewhere(node: Node, root: Node) -> Node | None:
    reference = node.reference() if isinstance(node.value, dict) else None
    if reference is None:
        return None
    target = node.contract.follow(node, reference)
    if target.location.file == root.location.file:
        return None
    if not target.pointer.startswith("/components/schemas/") or target.pointer.count("/") != 3:
        raise node.error(f'"$ref: {reference}": only named schemas are shared between contracts')
    return target


def _refuse_clash(node: Node, name: str, root: Node) -> None:
    own = root.get("components", "schemas", name)
    if own is not None:
        raise node.error(
            f'schema "{name}" exists in both contracts, see {own.location}; rename one'
        )
