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
    folder = contract.folder.resolve()
    files = [str(folder / name) for name in (OPENAPI, ASYNCAPI) if contract.has(name)]
    config = ROOT.parent / "redocly.yaml"
    arguments = ("lint", *files, "--format=json", f"--config={config}")
    output = node_output("@redocly/cli", "bin/cli.js", *arguments, cwd=folder)
    for problem in _problems(output, len(files)):
        if problem["severity"] == "error":
            raise _error(contract, problem)


def _problems(output: str, documents: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    rest = output.strip()
    try:
        # One after the other, without anything between them.
        for _ in range(documents):
            document, end = json.JSONDecoder().raw_decode(rest)
            found += document["problems"]
            rest = rest[end:].strip()
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
