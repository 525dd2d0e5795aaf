"""A contract that uses every feature once: its output, its types, and what it answers."""

from pathlib import Path

from templates.render import existing
from tests.generator.generating import SNAPSHOTS, type_check, type_check_typescript

SNAPSHOT = SNAPSHOTS / "everything"


def test_the_output_is_the_one_that_was_looked_at(everything: Path) -> None:
    """After a wanted change: `python -m tests.generator.generating`, and look at the difference."""
    made = everything / "generated"
    assert existing(made) == existing(SNAPSHOT)
    for path in existing(made):
        text = (made / path).read_text(encoding="utf-8")
        assert text == (SNAPSHOT / path).read_text(encoding="utf-8"), path


def test_the_output_is_well_typed(everything: Path) -> None:
    done = type_check(everything)
    assert done.returncode == 0, done.stdout


def test_the_typescript_is_well_typed(everything: Path) -> None:
    type_check_typescript(everything)


def test_no_line_is_from_this_machine(everything: Path) -> None:
    for path in existing(everything / "generated"):
        text = (everything / "generated" / path).read_text(encoding="utf-8")
        assert str(everything.parent) not in text, path
        assert "/tmp" not in text, path
