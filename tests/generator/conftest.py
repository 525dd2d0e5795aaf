"""Each contract of these tests is generated once a session."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.generator.generating import generated, surface


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds what is generated from the contract with every feature."""
    return generated("everything", tmp_path_factory.mktemp("everything"))


@pytest.fixture(scope="session")
def rest(everything: Path) -> SimpleNamespace:
    """The REST surface of the contract with every feature."""
    return surface(everything)
