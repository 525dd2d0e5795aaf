"""`make check` finds generated files that do not belong to the contracts."""

import shutil
from pathlib import Path

import pytest

from templates.generate import main

ROOT = Path(__file__).resolve().parents[2]


def test_the_check_names_what_was_edited_left_over_and_not_generated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contracts, output = tmp_path / "contracts", tmp_path / "generated"
    for part in (contracts, output):
        shutil.copytree(ROOT / part.name, part, ignore=shutil.ignore_patterns("__pycache__"))
    append(output / "ws/policy.py", "EDITED = True\n")
    append(output / "ws/left_over.py", "")
    contract = contracts / "openapi.yaml"
    was, becomes = "description: Buy or sell.", "description: Sell or buy."
    contract.write_text(contract.read_text("utf-8").replace(was, becomes), "utf-8")
    before = written(output)

    assert main(["--check", "--contracts", str(contracts), "--output", str(output)]) == 1

    named = {line.split()[0] for line in capsys.readouterr().err.splitlines()}
    assert {"generated/ws/policy.py", "generated/ws/left_over.py"} <= named
    assert {"generated/models.py", "generated/contracts/openapi.json"} <= named
    assert "generated/ws/channels.py" not in named
    assert written(output) == before


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def written(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
