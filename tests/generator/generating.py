"""Generates from the contracts of these tests and loads the result beside our own."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from templates.pipeline import generate
from templates.tools import node_tool

REPOSITORY = Path(__file__).parents[2]
CONTRACTS = Path(__file__).parent / "contracts"
SNAPSHOTS = Path(__file__).parent / "snapshots"


def generated(name: str, folder: Path) -> Path:
    """Generates from the contract of this name; the folder holds a package `generated`."""
    generate(CONTRACTS / name).write(folder / "generated")
    return folder


def type_check(folder: Path) -> subprocess.CompletedProcess[str]:
    """mypy, as strict as it can be, on what was generated into the folder."""
    # What it learns about the libraries is kept; processes side by side must not share it.
    cache = REPOSITORY / "build" / f"mypy-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    options = ("--strict", "--explicit-package-bases", f"--cache-dir={cache}")
    return subprocess.run(
        [sys.executable, "-m", "mypy", *options, "generated"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def type_check_typescript(folder: Path) -> None:
    """tsc, strict, on the TypeScript in the folder. Raises ToolError with what it says."""
    files = sorted(str(path) for path in (folder / "generated" / "typescript").glob("*.ts"))
    options = ("--noEmit", "--strict", "--target", "es2022", "--module", "esnext")
    more = ("--moduleResolution", "bundler", "--allowImportingTsExtensions")
    node_tool("typescript", "bin/tsc", *options, *more, *files, cwd=folder)


@contextmanager
def importing(folder: Path) -> Iterator[None]:
    """Inside, `generated` is the package in the folder; outside, our own again."""
    own = {name: module for name, module in sys.modules.items() if _is_generated(name)}
    for name in own:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if _is_generated(name)]:
            del sys.modules[name]
        sys.modules.update(own)


def surface(folder: Path) -> SimpleNamespace:
    """The modules of a generated REST surface."""
    with importing(folder):
        names = ("app", "handlers", "problems", "results", "security", "unimplemented")
        modules = {name: importlib.import_module(f"generated.rest.{name}") for name in names}
        return SimpleNamespace(models=importlib.import_module("generated.models"), **modules)


def implementation(module: ModuleType, base: str, **methods: Any) -> Any:
    """An instance of a class of the module with these methods."""
    return type(base.removesuffix("Handler"), (getattr(module, base),), methods)()


def _is_generated(name: str) -> bool:
    return name == "generated" or name.startswith("generated.")


def update_snapshots() -> None:
    """`python -m tests.generator.generating`: accepts what the generator makes now."""
    for path in generate(CONTRACTS / "everything").write(SNAPSHOTS / "everything"):
        print(path)


if __name__ == "__main__":
    update_snapshots()
