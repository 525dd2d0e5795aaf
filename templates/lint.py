"""Redocly's rules on the contracts; its findings as file, line and message."""

import json
from pathlib import Path

from templates.bundle import ASYNCAPI, OPENAPI
from templates.contract import Contract
from templates.errors import ContractError, Location, ToolError
from templates.render import ROOT
from templates.tools import node_output


def lint(contract: Contract) -> None:
    """Raises ContractError at the first error that Redocly finds."""
    files = [str(contract.folder / name) for name in (OPENAPI, ASYNCAPI) if contract.has(name)]
    config = ROOT.parent / "redocly.yaml"
    arguments = ("lint", *files, "--format=json", f"--config={config}")
    output = node_output("@redocly/cli", "bin/cli.js", *arguments, cwd=contract.folder)
    for problem in _problems(output):
        if problem["severity"] == "error":
            raise _error(contract, problem)


def _problems(output: str) -> list[dict[str, object]]:
    try:
        # A document each, one after the other.
        found, index = [], 0
        while index < len(output.rstrip()):
            document, end = json.JSONDecoder().raw_decode(output[index:])
            found += document["problems"]
            index += end
    except (ValueError, KeyError):
        raise ToolError(f"@redocly/cli failed: {output.strip()[:500]}") from None
    return found


def _error(contract: Contract, problem: dict[str, object]) -> ContractError:
    location = problem["location"]
    first = location[0] if isinstance(location, list) and location else {}
    file = Path(first.get("source", {}).get("ref", "")).name
    line = first.get("start", {}).get("line", 1)
    return ContractError(
        Location(f"{contract.shown}/{file}", line), f"{problem['message']} ({problem['ruleId']})"
    )
