"""Larger contracts, ours of later versions among them: they generate, type-check and start."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from templates.contract import Contract
from templates.names import pascal, snake
from templates.openapi import read
from tests.generator.generating import (
    CONTRACTS,
    generated,
    implementation,
    surface,
    type_check,
    type_check_typescript,
)


@pytest.fixture(scope="module", params=["trading", "library"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated(name, tmp_path_factory.mktemp(name))


def test_python_is_well_typed(folder: Path) -> None:
    done = type_check(folder)
    assert done.returncode == 0, done.stdout


def test_typescript_is_well_typed(folder: Path) -> None:
    type_check_typescript(folder)


async def test_every_operation_answers(name: str, folder: Path) -> None:
    """Unwritten as they are, the open ones answer 501 and the others 401, or name a field."""
    api = read(Contract(CONTRACTS / name))
    rest = surface(folder)
    handlers: dict[str, Any] = {
        snake(tag.name): implementation(rest.unimplemented, f"Unimplemented{pascal(tag.name)}")
        for tag in api.tags
    }

    async def nobody(self: object, request: object, *credential: str) -> None:
        raise rest.problems.Unauthenticated

    async def permit(self: object, caller: object, permissions: object) -> None: ...

    schemes = {scheme.python: nobody for scheme in api.schemes}
    security = implementation(
        rest.security, "SecurityHandler", absent=nobody, permit=permit, **schemes
    )
    app = rest.app.create_app(**handlers, security=security)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        for operation in api.operations:
            path = api.base_path + operation.path.replace("{", "").replace("}", "")
            response = await client.request(operation.method.upper(), path)
            is_open = operation.security.open or operation.security.optional
            assert response.status_code in ((501, 400) if is_open else (401,)), operation.id
            assert response.headers["content-type"] == "application/problem+json"
