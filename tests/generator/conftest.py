"""Each contract of these tests is generated once a session."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tests.generator import toy
from tests.generator.generating import generated, surface


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds what is generated from the contract with every feature."""
    return generated("everything", tmp_path_factory.mktemp("everything"))


@pytest.fixture(scope="session")
def rest(everything: Path) -> SimpleNamespace:
    """The REST surface of the contract with every feature."""
    return surface(everything)


@pytest.fixture
def recorder() -> toy.Recorder:
    return toy.Recorder()


@pytest.fixture
def application(rest: SimpleNamespace, recorder: toy.Recorder) -> Any:
    return rest.app.create_app(
        things=toy.things(rest, recorder),
        file_contents=toy.files(rest),
        doors=toy.doors(rest),
        security=toy.security(rest),
        body_limit=1000,
    )


@pytest.fixture
def client(application: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://server")
