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
# What fits on one line stands on one line, however the tools laid it out.
_CONFIG: Final = (
    'lint.isort.known-first-party=["generated", "handlers", "templates"]',
    "lint.isort.split-on-trailing-comma=false",
    "format.skip-magic-trailing-comma=true",
)


def format_python(folder: Path) -> None:
    """Sorts imports, drops unused ones and formats every Python file below the folder."""
    common = (*_COMMON, *(f"--config={each}" for each in _CONFIG))
    python_tool("ruff", "check", *common, "--select=I,F401,UP", "--fix", str(folder), cwd=folder)
    python_tool("ruff", "format", *common, str(folder), cwd=folder)
