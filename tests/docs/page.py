"""What docs/streaming.md promises, for tests to check: its transcripts and its tables."""

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

PAGE = (Path(__file__).resolve().parents[2] / "docs/streaming.md").read_text("utf-8")
CLIENT = re.findall(r"^```python client\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```text transcript=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Kind(Enum):
    """What a line of a transcript begins with."""

    CONNECT = "connect"
    SAY = "->"
    HEAR = "<-"
    CLOSED = "<- closed"
    HAPPEN = "**"
    ASK = "REST"
    ANSWER = "="


@dataclass(frozen=True, slots=True)
class Line:
    kind: Kind
    text: str


def transcripts() -> dict[str, list[Line]]:
    """By name; blocks of one name are one conversation."""
    found: dict[str, list[Line]] = {}
    for name, text in _BLOCK.findall(PAGE):
        whole = re.sub(r"\n +", " ", text)
        found.setdefault(name, []).extend(_line(line) for line in whole.splitlines() if line)
    return found


def table(heading: str, page: str = PAGE) -> list[list[str]]:
    """The rows of the table under a heading, without its head; code marks are taken off."""
    section = re.split(rf"^##+ {re.escape(heading)}$", page, flags=re.MULTILINE)[1]
    section = re.split(r"^##", section, flags=re.MULTILINE)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[_cell(cell) for cell in row.strip("|").split("|")] for row in rows[2:]]


def _cell(text: str) -> str:
    return re.sub(r"^`([^`]*)`$", r"\1", text.strip())


def _line(text: str) -> Line:
    if re.match(r"(GET|POST|DELETE) ", text):
        return Line(Kind.ASK, text)
    kinds = sorted(Kind, key=lambda kind: -len(kind.value))
    kind = next(kind for kind in kinds if text.startswith(kind.value))
    return Line(kind, text.removeprefix(kind.value).strip())
