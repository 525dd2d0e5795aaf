"""Runs the generators underneath."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from templates.errors import ToolError
from templates.render import ROOT

_NODE_MODULES: Final = ROOT / "node_modules"
_SHOWN_LINES: Final = 20
_QUIET: Final = {
    "CI": "true",
    "NO_COLOR": "1",
    "REDOCLY_TELEMETRY": "off",
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
}


def python_tool(
    name: str, *arguments: str, cwd: Path, environment: dict[str, str] | None = None
) -> None:
    """Runs a command that is installed beside this Python."""
    tool = Path(sys.executable).parent / name
    if not tool.is_file():
        raise ToolError(f"{name} is not installed beside {sys.executable}; run `make setup`")
    _run([str(tool), *arguments], name, cwd, environment or {})


def node_tool(package: str, script: str, *arguments: str, cwd: Path) -> None:
    """Runs a script of a package of templates/package.json."""
    _run([_node(), str(_script(package, script)), *arguments], package, cwd, {})


def node_output(package: str, script: str, *arguments: str, cwd: Path) -> str:
    """The standard output of a script of a package, whatever its exit code."""
    return _started([_node(), str(_script(package, script)), *arguments], cwd, {}).stdout


def _script(package: str, script: str) -> Path:
    path = _NODE_MODULES / package / script
    if not path.is_file():
        raise ToolError(f"{package} is not installed in templates/node_modules; run `make setup`")
    return path


def _node() -> str:
    beside = Path(sys.executable).parent / "node"
    return str(beside) if beside.is_file() else "node"


def _run(command: Sequence[str], name: str, cwd: Path, environment: dict[str, str]) -> None:
    done = _started(command, cwd, environment)
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise ToolError("\n".join([f"{name} failed:", *lines[-_SHOWN_LINES:]]))


def _started(
    command: Sequence[str], cwd: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **_QUIET, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise ToolError(f"{command[0]} is not installed; run `make setup`") from None
