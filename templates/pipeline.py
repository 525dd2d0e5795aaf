"""The stages of generation, those that run tools side by side."""

import json
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from templates import asyncapi, openapi, stream
from templates.bundle import ASYNCAPI, OPENAPI, bundled
from templates.contract import Contract
from templates.errors import GenerationError
from templates.formatting import format_python
from templates.lint import lint
from templates.render import Output
from templates.rest import render_rest
from templates.schemas import render_models, render_types
from templates.typescript_types import render_names, render_rest_types

Stage = Callable[[Path], dict[str, str]]


def generate(folder: Path) -> Output:
    """Everything that the contracts of the folder say, formatted.

    Raises GenerationError. Our own reading comes first: its messages are the better ones.
    """
    contract = Contract(folder)
    api = openapi.read(contract)
    output = Output()
    output.add("__init__.py", "")
    output.update(render_types(contract))
    output.update(render_names(api))
    output.update(_bundles(contract))
    if contract.has(ASYNCAPI):
        output.update(stream.files(asyncapi.read(contract)))
    with tempfile.TemporaryDirectory(prefix="generate-") as work:
        stages: list[Stage] = [
            lambda path: render_rest(contract, api, path),
            lambda path: render_models(contract, path),
            lambda path: render_rest_types(contract, path),
            lambda path: _linted(contract),
        ]
        for files in _together(stages, Path(work)):
            output.update(files)
        _format(output, Path(work) / "formatted")
    return output


def _together(stages: list[Stage], work: Path) -> list[dict[str, str]]:
    folders = [work / str(index) for index in range(len(stages))]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(max_workers=2) as pool:
        runs = [pool.submit(stage, folder) for stage, folder in zip(stages, folders, strict=True)]
    # What Redocly finds explains a failure of the other tools.
    failures = [error for run in reversed(runs) if (error := run.exception()) is not None]
    for error in failures:
        if isinstance(error, GenerationError):
            raise error
    return [run.result() for run in runs]


def _linted(contract: Contract) -> dict[str, str]:
    lint(contract)
    return {}


def _bundles(contract: Contract) -> dict[str, str]:
    return {
        f"contracts/{Path(name).stem}.json": _json(contract, name)
        for name in (OPENAPI, ASYNCAPI)
        if contract.has(name)
    }


def _json(contract: Contract, name: str) -> str:
    return json.dumps(bundled(contract, name), indent=2, ensure_ascii=False) + "\n"


def _format(output: Output, folder: Path) -> None:
    python = [path for path in output.files if path.endswith(".py")]
    for path in python:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(output.files[path], encoding="utf-8")
    format_python(folder)
    for path in python:
        output.files[path] = (folder / path).read_text(encoding="utf-8")
