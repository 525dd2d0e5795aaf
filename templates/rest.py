"""ir -> the files of the REST surface, by fastapi-code-generator with our templates."""

import json
from pathlib import Path
from typing import Any, Final

from templates.contract import Contract
from templates.ir import Api, Operation
from templates.render import ROOT
from templates.tools import python_tool

_HEADER_LINES: Final = 3


def render_rest(contract: Contract, api: Api, work: Path) -> dict[str, str]:
    """The files below `rest/`; `work` is a folder for the input and output of the tool."""
    source, target = work / "rest.json", work / "rest"
    source.write_text(json.dumps(stub_document(contract, api)), encoding="utf-8")
    python_tool(
        "fastapi-codegen",
        f"--input={source}",
        f"--output={target}",
        "--model-file=_models",
        f"--template-dir={ROOT / 'fastapi'}",
        f"--custom-visitor={ROOT / 'visitor.py'}",
        "--generate-routers",
        "--disable-timestamp",
        "--no-allow-remote-refs",
        "--python-version=3.11",
        cwd=work,
        environment={"PYTHONPATH": str(ROOT.parent)},
    )
    files = {
        f"rest/{path.relative_to(target).as_posix()}": _without_header(path)
        for path in sorted(target.rglob("*.py"))
        if path.name != "_models.py"
    }
    return {"rest/__init__.py": "", "rest/routers/__init__.py": "", **files}


def stub_document(contract: Contract, api: Api) -> dict[str, Any]:
    """What fastapi-code-generator needs for its own part: which operation has which tag.

    Parameters and schemas come from our ir; real ones would cost seconds and come to nothing.
    """
    paths: dict[str, dict[str, object]] = {}
    for tag in api.tags:
        for operation in tag.operations:
            paths.setdefault(operation.path, {})[operation.method] = _stub(operation, tag.python)
    return {
        "openapi": "3.1.0",
        "info": {"title": api.title, "version": api.version},
        "x-contract": {"folder": str(contract.folder.resolve()), "shown": contract.shown},
        "paths": paths,
        "components": {"schemas": {"Stub": {"type": "object", "properties": {}}}},
    }


def _stub(operation: Operation, tag: str) -> dict[str, object]:
    return {
        "operationId": operation.id,
        "tags": [tag],
        "responses": {"204": {"description": operation.summary}},
    }


def _without_header(path: Path) -> str:
    """The text without the tool's own header, which names a temporary file."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(lines[_HEADER_LINES:])
