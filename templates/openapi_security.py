"""Security schemes and requirements -> ir."""

from typing import Final

from templates.contract import Node
from templates.dialect import check_keys, one_of
from templates.errors import NotSupported
from templates.ir_security import Scheme, Security, Use

_PLACES: Final = ("cookie", "header", "query")
_HTTP: Final = ("bearer", "basic")


class SecurityReader:
    """Knows the schemes of a document and reads the requirements of its operations."""

    def __init__(self, document: Node) -> None:
        self._document = document
        found = document.get("components", "securitySchemes")
        mapping = found.mapping() if found else {}
        self.schemes = {name: self._scheme(name, node) for name, node in mapping.items()}
        # An operation may repeat a requirement: the same list is the same object.
        self._default = document.get("security")

    def read(self, operation: Node) -> Security:
        """The requirements of an operation: its own, or those of the document."""
        node = operation.get("security") or self._default
        if node is None:
            return Security(())
        alternatives = tuple(self._alternative(each) for each in node.items())
        security = Security(alternatives)
        wanted = {use.permissions for uses in alternatives for use in uses}
        if len(wanted) > 1:
            raise node.error("all schemes of an operation need the same permissions")
        return security

    def _alternative(self, node: Node) -> tuple[Use, ...]:
        uses = []
        for name, permissions in node.mapping().items():
            if name not in self.schemes:
                raise permissions.error(f'there is no security scheme "{name}"')
            uses.append(Use(self.schemes[name], tuple(permissions.texts())))
        if len({use.scheme.principal for use in uses}) > 1:
            raise node.error("schemes that are needed together have the same x-principal")
        return tuple(uses)

    def _scheme(self, name: str, reference: Node) -> Scheme:
        node = reference.resolve()
        check_keys(node, "security scheme")
        principal = node.require("x-principal")
        if self._document.get("components", "schemas", principal.text()) is None:
            raise principal.error(f'there is no schema "{principal.text()}"')
        kind = node.require("type")
        if kind.text() == "apiKey":
            place, field = one_of(node.require("in"), _PLACES), node.require("name").text()
            word = "apiKey"
        elif kind.text() == "http":
            word, place, field = one_of(node.require("scheme"), _HTTP), "header", "Authorization"
        else:
            raise NotSupported(
                kind.location, f'security of type "{kind.text()}"; known: apiKey and http'
            )
        return Scheme(
            name=name,
            kind=word,
            place=place,
            field=field,
            principal=principal.text(),
            description=node.text_at("description"),
        )
