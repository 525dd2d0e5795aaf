"""Formats generated Python, so that a reader cannot tell it from the rest."""

from pathlib import Path
from typing import Final

from templates.tools import python_tool

_COMMON: Final = (
    "--isolated",
    "--no-cache",
    "--quiet",
    "--target-version=py311",
    "--line-length=100",
)
_FIRST_PARTY: Final = 'lint.isort.known-first-party=["generated", "handlers", "templates"]'


def format_python(folder: Path) -> None:
    """Sorts imports, drops unused ones and formats every Python file below the folder."""
    fixes = ("--select=I,F401,UP", "--config", _FIRST_PARTY, "--fix")
    python_tool("ruff", "check", *_COMMON, *fixes, str(folder), cwd=folder)
    python_tool("ruff", "format", *_COMMON, str(folder), cwd=folder)
