"""Remembers what was generated from what, so that an unchanged tree costs nothing."""

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_TEMPLATES: Final = Path(__file__).parent
_REPOSITORY: Final = _TEMPLATES.parent
# What else decides about the output: the versions of the tools, and lint rules.
_BESIDES: Final = ("requirements/dev.txt", "redocly.yaml")
_SKIPPED: Final = frozenset({"mock", "node_modules", "__pycache__"})


class Stamp:
    """A digest of the inputs and the outputs of the last run, kept in an untracked folder."""

    def __init__(self, contracts: Path, output: Path, folder: Path) -> None:
        self._contracts = contracts
        self._output = output
        name = hashlib.sha256(str(output.resolve()).encode()).hexdigest()[:12]
        self._file = folder / f"generate-{name}.stamp"

    def is_current(self) -> bool:
        """Whether neither inputs nor outputs have changed since `write`."""
        try:
            return self._file.read_text(encoding="ascii") == self._digest()
        except FileNotFoundError:
            return False

    def write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(self._digest(), encoding="ascii")

    def _digest(self) -> str:
        digest = hashlib.sha256(sys.version.encode())
        inputs = [_REPOSITORY / path for path in _BESIDES]
        inputs += sorted(self._contracts.glob("*.yaml"))
        for path in (*inputs, *_files(_TEMPLATES), *_files(self._output)):
            content = path.read_bytes() if path.is_file() else b""
            digest.update(f"{path}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()


def _files(folder: Path) -> Iterable[Path]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name in _SKIPPED:
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path
