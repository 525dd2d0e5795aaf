"""The catalog of problems, with the headers that the responses which carry them have."""

import re
from typing import Final

from templates.contract import Node
from templates.dialect import FRAMEWORK_PROBLEMS, check_keys
from templates.ir_parts import Problem

_CODE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_STATUSES: Final = range(400, 600)


def read_problems(document: Node) -> dict[str, Problem]:
    """The problems of components.x-problems by code; headers are not known yet."""
    components = document.require("components")
    catalog = components.require("x-problems")
    problems = {code: _problem(code, node) for code, node in catalog.mapping().items()}
    for code, status in FRAMEWORK_PROBLEMS.items():
        if code not in problems:
            raise catalog.error(f'"{code}" is missing: the generated code answers it; add it')
        if problems[code].status != status:
            raise catalog.require(code).error(f'"{code}" must have the status {status}')
    return problems


def _problem(code: str, node: Node) -> Problem:
    check_keys(node, "problem")
    if not _CODE.fullmatch(code):
        raise node.error(f'"{code}" is not a code; write lower_case_words')
    status = node.require("status")
    if status.integer() not in _STATUSES:
        raise status.error(f"{status.integer()} is not the status of an error")
    return Problem(
        code=code,
        status=status.integer(),
        title=node.require("title").text(),
        description=node.text_at("description"),
        headers=(),
    )
