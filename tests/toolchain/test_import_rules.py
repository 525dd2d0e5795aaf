"""Each import rule finds a breach that is planted on a copy of the sources."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

# Rule: the planted module, its line, and what the report says of it.
BREACHES = {
    "generated": ("generated/planted.py", "import handlers.clock", "generated.planted -> handlers"),
    "templates": ("templates/planted.py", "import generated.models", "templates.planted -> gen"),
    "core-asyncio": ("handlers/market/planted.py", "import asyncio", "market.planted -> asyncio"),
    "core-fastapi": (
        "handlers/trading/orders/planted.py",
        "import fastapi",
        "trading.orders.planted -> fastapi",
    ),
    "core-sqlalchemy": (
        "handlers/trading/matching/models/planted.py",
        "import sqlalchemy.orm",
        "matching.models.planted -> sqlalchemy",
    ),
    "core-rest": (
        "handlers/market/planted_too.py",
        "import generated.rest.problems",
        "market.planted_too -> generated.rest",
    ),
    "enums": (
        "handlers/trading/risk/planted.py",
        "from generated.models import Order, Side",
        "handlers.trading.risk.planted:1 imports Order from generated.models",
    ),
    "enums-module": (
        "handlers/market/planted_three.py",
        "from generated import models",
        "handlers.market.planted_three:1 imports * from generated.models",
    ),
    "layers-upwards": (
        "handlers/trading/positions/planted.py",
        "import handlers.trading.booking.draft",
        "trading.positions.planted -> handlers.trading.booking.draft",
    ),
    "layers-beside": (
        "handlers/trading/accounts/planted.py",
        "import handlers.trading.matching.venue",
        "trading.accounts.planted -> handlers.trading.matching.venue",
    ),
    "layers-unplaced": (
        "handlers/trading/planted.py",
        "",
        "- handlers.trading.planted",
    ),
    "realtime": (
        "handlers/realtime/planted.py",
        "import generated.models",
        "realtime.planted -> generated.models",
    ),
    "rest": (
        "handlers/rest/planted.py",
        "import handlers.rest.orders",
        "handlers.rest.planted -> handlers.rest.orders",
    ),
    "implementations": (
        "handlers/operations/planted.py",
        "import handlers.storage.sql_ledger",
        "handlers.operations.planted -> handlers.storage.sql_ledger",
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("imports")
    shutil.copy(ROOT / "pyproject.toml", target)
    for package in ("generated", "handlers", "templates", "tests/toolchain"):
        ignored = shutil.ignore_patterns("node_modules", "__pycache__", "test_*")
        shutil.copytree(ROOT / package, target / package, ignore=ignored)
    shutil.copy(ROOT / "tests/__init__.py", target / "tests")
    return target


@pytest.fixture(scope="module")
def report(copy: Path) -> str:
    for path, line, _ in BREACHES.values():
        (copy / path).write_text(f"{line}\n", "utf-8")
    result = lint(copy)
    assert result.returncode == 1
    return " ".join(result.stdout.split())


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("rule", BREACHES)
def test_a_planted_breach_is_reported(rule: str, report: str) -> None:
    assert BREACHES[rule][2] in report
