"""The application and its callers: the user of this machine, and a trader who logged in."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.application import PASSWORD, Application, running


@pytest.fixture
async def application() -> AsyncIterator[Application]:
    async with running() as started:
        yield started


@pytest.fixture
async def local(application: Application) -> AsyncIterator[httpx.AsyncClient]:
    """The local user, signed in by being here."""
    async with application.client() as client:
        yield client


@pytest.fixture
async def trader(application: Application) -> AsyncIterator[httpx.AsyncClient]:
    """Another user, signed in with a password, from elsewhere."""
    application.add_user("trader")
    async with application.client(peer="10.0.0.2") as client:
        answer = await client.post("/auth/login", json={"userName": "trader", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        yield client


@pytest.fixture
async def stranger(application: Application) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody that the server knows."""
    async with application.client(peer="10.0.0.3") as client:
        yield client
