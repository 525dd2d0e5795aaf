"""What every file of the repository keeps to."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = {
    "handlers": (".py",),
    "templates": (".py", ".jinja2"),
    "tests": (".py", ".ts"),
    "frontend/src": (".ts", ".vue", ".css"),
}
LOCKS = sorted([*ROOT.glob("requirements/*.txt"), *ROOT.glob("*/package-lock.json")])


def written() -> Iterator[Path]:
    for folder, suffixes in WRITTEN.items():
        for directory, below, names in os.walk(ROOT / folder):
            below[:] = {*below} - {"node_modules", "snapshots"}
            yield from (Path(directory, name) for name in names if name.endswith(suffixes))


def test_no_file_written_by_hand_exceeds_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in written()
        if (lines := path.read_text("utf-8").count("\n")) > 400
    }
    assert not long


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
def test_a_lock_names_no_registry(lock: Path) -> None:
    addresses = [
        line.strip()
        for line in lock.read_text("utf-8").splitlines()
        if re.search(r'"resolved"|index-url|find-links|\w@\w+://|^\S+ @ ', line)
    ]
    assert not addresses


@pytest.mark.parametrize(
    "lock", sorted(ROOT.glob("requirements/*.txt")), ids=lambda lock: lock.name
)
def test_every_python_package_is_pinned_and_hashed(lock: Path) -> None:
    text = lock.read_text("utf-8")
    requirements = re.split(r"\n(?=\S)", text)
    assert "://" not in text
    assert all("==" in entry and "--hash=sha256:" in entry for entry in requirements if entry)


def test_the_server_runs_what_the_tests_ran() -> None:
    tested, running = (
        set(re.findall(r"^(\S+==[^ ;\\]+)", path.read_text("utf-8"), re.MULTILINE))
        for path in (ROOT / "requirements/dev.txt", ROOT / "requirements/runtime.txt")
    )
    assert running <= tested


def test_the_example_environment_shows_every_setting() -> None:
    shown = set(
        re.findall(rf"^#{PREFIX}(\w+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)
    )
    assert shown == {name.upper() for name in Settings.model_fields}
