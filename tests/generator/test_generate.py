"""`make generate` as people use it."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from templates.generate import main
from templates.render import existing
from tests.generator.generating import CONTRACTS

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def arguments(tmp_path: Path, everything: Path) -> list[str]:
    """A contract and what was generated from it, both free to be edited."""
    contracts, output = tmp_path / "everything", tmp_path / "generated"
    shutil.copytree(CONTRACTS / "everything", contracts)
    shutil.copytree(everything / "generated", output)
    return [f"--contracts={contracts}", f"--output={output}"]


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def _contents(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in existing(folder)}


def test_the_same_bytes_with_another_hash_seed(tmp_path: Path, everything: Path) -> None:
    contracts = tmp_path / "everything"
    shutil.copytree(CONTRACTS / "everything", contracts)
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "templates.generate", f"--contracts={contracts}",
         f"--output={tmp_path / 'generated'}"],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        check=True,
    )  # fmt: skip
    print(f"in full: {time.perf_counter() - started:.1f} s")
    assert _contents(tmp_path / "generated") == _contents(everything / "generated")


def test_only_what_changed_is_written(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    untouched = (tmp_path / "generated" / "decimals.py").stat().st_mtime_ns
    _edit(tmp_path / "everything" / "openapi.yaml", "summary: One thing", "summary: A thing")
    stale = tmp_path / "generated" / "rest" / "routers" / "gone.py"
    stale.write_text("", encoding="utf-8")

    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "generated/rest/handlers.py\n" in told
    assert "generated/rest/routers/gone.py (removed)\n" in told
    assert "decimals.py" not in told
    assert not stale.exists()
    assert (tmp_path / "generated" / "decimals.py").stat().st_mtime_ns == untouched

    started = time.perf_counter()
    assert main(arguments) == 0
    print(f"nothing changed: {time.perf_counter() - started:.2f} s")
    assert "nothing changed" in capsys.readouterr().out


def test_check_names_what_drifted_and_writes_nothing(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--check"]) == 0
    edited = tmp_path / "generated" / "rest" / "handlers.py"
    edited.write_text("# mine\n", encoding="utf-8")
    (tmp_path / "generated" / "models.py").unlink()
    capsys.readouterr()
    assert main([*arguments, "--check"]) == 1
    told = capsys.readouterr().err
    assert "generated/models.py differs from what the contracts say; run `make generate`" in told
    assert "generated/rest/handlers.py differs" in told
    assert len(told.splitlines()) == 2
    assert edited.read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("kind: {type: string, const: ball}", "kind: [unclosed", "openapi.yaml:"),
        ("summary: Make a thing", "sumary: Make a thing", '"sumary" is not supported in'),
        ("  schemas:\n", "  schemas:\n    Spare: {type: string}\n", "(no-unused-components)"),
    ],
)  # fmt: skip
def test_a_broken_contract_is_one_line_and_changes_nothing(
    tmp_path: Path,
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
    before: str,
    after: str,
    message: str,
) -> None:
    contents = _contents(tmp_path / "generated")
    _edit(tmp_path / "everything" / "openapi.yaml", before, after)
    assert main(arguments) == 1
    told = capsys.readouterr()
    assert told.err.startswith("everything/openapi.yaml:")
    assert message in told.err
    assert len(told.err.splitlines()) == 1
    assert _contents(tmp_path / "generated") == contents
