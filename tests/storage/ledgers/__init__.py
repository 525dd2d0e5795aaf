"""Database files that earlier versions of the server have written, and what these versions said.

`revision-N.sqlite.gz` is a file of schema revision N as a server left it, `revision-N.json` the
answers of that server about its accounts.
"""

import gzip
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REVISIONS = sorted(file.name.split(".")[0] for file in HERE.glob("*.sqlite.gz"))


def unpack(revision: str, directory: Path) -> Path:
    """The file, as the server left it."""
    file = directory / "ledger.sqlite"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.decompress((HERE / f"{revision}.sqlite.gz").read_bytes()))
    return file


def answers(revision: str) -> list[dict[str, Any]]:
    """What the server that wrote it said about each account, by the order of their ids."""
    said: list[dict[str, Any]] = json.loads((HERE / f"{revision}.json").read_text())
    return said
