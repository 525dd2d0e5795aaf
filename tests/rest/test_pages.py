"""The terminal, the readable contracts and the contracts themselves."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.application import ORIGIN, running

CONTRACTS = Path(__file__).parents[2] / "generated" / "contracts"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A terminal as the build leaves it, beside something that nobody may read."""
    (tmp_path / "secret.txt").write_text("secret")
    directory = tmp_path / "dist"
    for name, content in {
        "index.html": "<title>Trading Pro</title>",
        "theme.js": "theme()",
        "assets/index-4f2a.js": "start()",
        "docs/openapi.html": "<h1>REST</h1>",
        "docs/asyncapi.html": "<h1>Streams</h1>",
    }.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(content)
    return directory


@pytest.fixture
async def browser(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with running(frontend_dir=built) as application, application.client() as client:
        yield client


async def get(browser: httpx.AsyncClient, path: str) -> httpx.Response:
    return await browser.get(f"{ORIGIN}{path}")


@pytest.mark.parametrize("path", ["/", "/index.html", "/symbols/AAPL", "/anything"])
async def test_every_place_in_the_terminal_is_its_page(
    browser: httpx.AsyncClient, path: str
) -> None:
    answer = await get(browser, path)
    assert answer.status_code == 200
    assert "Trading Pro" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/html")


async def test_files_with_a_hash_in_their_name_are_kept(browser: httpx.AsyncClient) -> None:
    asset = await get(browser, "/assets/index-4f2a.js")
    assert asset.text == "start()"
    assert "immutable" in asset.headers["cache-control"]
    other = await get(browser, "/theme.js")
    assert other.text == "theme()"
    assert other.headers["cache-control"] == "no-cache"


async def test_a_file_that_is_gone_is_no_page(browser: httpx.AsyncClient) -> None:
    assert (await get(browser, "/assets/index-old.js")).status_code == 404


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v2/health", "/api/v1/nothing"])
async def test_the_interface_answers_its_unknown_paths_itself(
    browser: httpx.AsyncClient, path: str
) -> None:
    answer = await get(browser, path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"]
)
async def test_nothing_outside_is_served(browser: httpx.AsyncClient, path: str) -> None:
    assert "secret" not in (await get(browser, path)).text


@pytest.mark.parametrize(
    ("path", "file"),
    [("/api/v1/openapi.json", "openapi.json"), ("/api/v1/ws/asyncapi.json", "asyncapi.json")],
)
async def test_serves_the_contracts(browser: httpx.AsyncClient, path: str, file: str) -> None:
    answer = await get(browser, path)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads((CONTRACTS / file).read_text())


@pytest.mark.parametrize(
    ("path", "title"), [("/api/v1/docs", "REST"), ("/api/v1/ws/asyncapi", "Streams")]
)
async def test_serves_the_readable_contracts(
    browser: httpx.AsyncClient, path: str, title: str
) -> None:
    answer = await get(browser, path)
    assert title in answer.text
    assert answer.headers["content-type"].startswith("text/html")


async def test_says_how_to_build_a_terminal_that_is_not_built() -> None:
    async with running() as application, application.client() as client:
        answer = await client.get(f"{ORIGIN}/")
        assert answer.status_code == 200
        assert "make run" in answer.text
        assert (await client.get("/docs")).status_code == 404
