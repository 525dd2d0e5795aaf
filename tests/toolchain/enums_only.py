"""An import rule of our own: of the models, the pure core takes the enums alone."""

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from typing_extensions import override

ENUMS = {"Enum", "IntEnum", "StrEnum"}


class EnumsOnlyContract(Contract):
    """Modules under `source_modules` import nothing but enum classes from `models_module`."""

    source_modules: Any = fields.ListField(subfield=fields.StringField())
    models_module: Any = fields.StringField()

    @override
    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        enums = enum_names(source_of(self.models_module))
        breaches = [
            f"{module}:{line} imports {name} from {self.models_module}"
            for module in self._importers(graph)
            for name, line in imported(source_of(module), self.models_module)
            if name not in enums
        ]
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    @override
    def render_broken_contract(self, check: ContractCheck) -> None:
        for breach in check.metadata["breaches"]:
            output.print_error(breach)

    def _importers(self, graph: ImportGraph) -> Iterator[str]:
        for module in sorted(graph.find_modules_that_directly_import(self.models_module)):
            if any(f"{module}.".startswith(f"{package}.") for package in self.source_modules):
                yield module


def source_of(module: str) -> ast.Module:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(module)
    return ast.parse(Path(spec.origin).read_text("utf-8"))


def enum_names(tree: ast.Module) -> set[str]:
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id in ENUMS for base in node.bases)
    }


def imported(tree: ast.Module, models: str) -> Iterator[tuple[str, int]]:
    """Each name taken from the module, with its line; the module as a whole is `*`."""
    package, _, name = models.rpartition(".")
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == models:
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == package:
            yield from (("*", node.lineno) for alias in node.names if alias.name == name)
        elif isinstance(node, ast.Import):
            yield from (("*", node.lineno) for alias in node.names if alias.name == models)
