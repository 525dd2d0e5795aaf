"""Does what docs/extending.md says, on a copy of the repository.

A fenced block whose first line names a file is an edit: `diff` replaces what it shows, `before`
inserts in front of a line, `append` adds to the end, else the block is the whole file. A block
marked `error` quotes lines of mypy's report.
"""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    language: str
    attributes: dict[str, str]
    text: str

    @property
    def file(self) -> str:
        return self.attributes.get("file", "")

    @property
    def is_error(self) -> bool:
        return "error" in self.attributes

    def edit(self, folder: Path) -> None:
        path = folder / self.file
        if "before" in self.attributes:
            path.write_text(self._inserted(path.read_text("utf-8")), "utf-8")
        elif "append" in self.attributes:
            path.write_text(path.read_text("utf-8") + self.text, "utf-8")
        elif self.language == "diff":
            path.write_text(self._replaced(path.read_text("utf-8")), "utf-8")
        else:
            path.write_text(self.text, "utf-8")

    def _inserted(self, text: str) -> str:
        anchor = "\n" + self.attributes["before"] + "\n"
        assert text.count(anchor) == 1, f"{self.file} has not one line {anchor!r}"
        return text.replace(anchor, "\n" + self.text.rstrip("\n") + anchor)

    def _replaced(self, text: str) -> str:
        lines = self.text.splitlines(keepends=True)
        old = "".join(line[1:] or "\n" for line in lines if line[0] != "+")
        new = "".join(line[1:] or "\n" for line in lines if line[0] != "-")
        assert text.count(old) == 1, f"{self.file} has not once:\n{old}"
        return text.replace(old, new)


def sections(page: str) -> dict[str, list[Block]]:
    """The marked blocks of a page by the heading above them."""
    found: dict[str, list[Block]] = {}
    for part in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        heading, _, body = part.partition("\n")
        found[heading] = [
            Block(language, _attributes(marks), text)
            for language, marks, text in _BLOCK.findall(body)
            if marks.strip()
        ]
    return found


def _attributes(marks: str) -> dict[str, str]:
    return {key: value for key, _, value in (word.partition("=") for word in shlex.split(marks))}
