"""Hands our ir to fastapi-code-generator, which lays the routers out with our templates.

The generator imports this file by its path, in a process of its own; the document that it was
given names the folder of the contracts.
"""

from pathlib import Path
from typing import Any

from templates.contract import Contract
from templates.openapi import read
from templates.render import HEADER, docstring, quoted


def visit(parser: Any, model_path: Path) -> dict[str, object]:
    """The variables of our templates."""
    origin = parser.raw_obj["x-contract"]
    api = read(Contract(Path(origin["folder"]), origin["shown"]))
    return {
        "api": api,
        "header": HEADER.format(source=api.source),
        "docstring": docstring,
        "quoted": quoted,
    }
