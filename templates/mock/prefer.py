"""The header `Prefer` (RFC 7240), by which a request chooses its answer.

`Prefer: code=404` asks for a declared error by its status, `Prefer: code=price_off_tick` by its
code, and `Prefer: example=name` for one of several examples.
"""

import re
from dataclasses import dataclass

from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class Preference:
    problem: str | None = None
    example: str | None = None


def preference(request: Request) -> Preference:
    """What is not understood is ignored, as the RFC asks."""
    found = dict(re.findall(r'\b(code|example)="?([\w.-]+)"?', request.headers.get("prefer", "")))
    code = found.get("code", "")
    return Preference(None if code.startswith("2") else code or None, found.get("example"))
