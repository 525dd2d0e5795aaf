"""The same over the network, against a server process with its ledger on disk."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from schemathesis import Case

from handlers.security.tokens import new_token
from tests.contract.fuzzing import SHOWN, STORIES, counted, declared_links, follow_links, load
from tests.contract.server import Server

pytestmark = pytest.mark.fuzz

# Cases are generated before the server runs. Logging out would end the session that all need.
session = {"session": new_token()}
schema = load(lambda: dict(session), place="cookies").exclude(operation_id="logout")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(Path(tmp_path_factory.mktemp("server")), session["session"])
    started.wait_until_ready()
    yield started
    assert started.stop() == 0


@schema.parametrize()
def test_every_operation_keeps_the_contract(case: Case[Any], server: Server) -> None:
    case.call_and_validate(base_url=server.address)


@pytest.mark.parametrize("story", STORIES)
def test_links_lead_on(
    story: str,
    server: Server,
    record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def renew() -> None:
        monkeypatch.setitem(session, "session", server.new_trader())

    part = schema.include(operation_id=STORIES[story])
    followed = follow_links(part, renew, base_url=server.address)
    record_property(SHOWN, counted(followed))
    assert declared_links(part) <= set(followed)
