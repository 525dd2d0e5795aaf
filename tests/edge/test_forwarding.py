"""What an edge forwards, and whom the owner lets in."""

import pytest

from generated.ws.dispatch import Dispatch
from handlers.storage.ledger import LedgerUnavailable
from handlers.ws import forwarding
from handlers.ws.forwarding import Forwarded
from tests.edge.stage import Installation, rest
from tests.ws.stage import said


@pytest.fixture
def installation() -> Installation:
    return Installation()


def test_what_is_forwarded_is_all_that_the_dispatch_knows() -> None:
    known = {name for name in vars(Dispatch) if name.startswith(("_subscribe_", "_unsubscribe_"))}
    forwarded = (each.split(".") for each in forwarding._ANSWERED)
    assert {f"_{verb}_{family}" for family, verb in forwarded} == known


@pytest.mark.parametrize("word", ["nonsense.subscribe", 'x","y":".subscribe', "bars.subscribes"])
async def test_an_unknown_type_is_answered_at_the_edge(
    installation: Installation, word: str
) -> None:
    edge = await installation.edge()
    peer = edge.peer()
    await peer.say_raw(said(word, "1"))
    await rest()
    (answer,) = peer.take()
    assert (answer["type"], answer["id"]) == ("error", "1")
    assert answer["payload"]["code"] == "unknown_type"
    await edge.edge.stop()


async def test_a_user_is_admitted_once(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        for symbol in ("A", "B"):
            await edge.peer().ask("quotes.subscribe", symbol=symbol)
        assert owner.admitted == ["usr_1"]


async def test_a_ledger_out_of_reach_makes_it_unavailable_until_it_is_back(
    installation: Installation,
) -> None:
    async with installation.both() as (owner, edge):
        outages = [LedgerUnavailable()]

        async def admit(_: str) -> None:
            if outages:
                raise outages.pop()

        serve = owner.owner.serve
        forwarded = getattr(serve, "__self__", None)
        assert isinstance(forwarded, Forwarded)
        owner.owner.serve = Forwarded(forwarded.dispatch, admit).serve
        peer = edge.peer()
        codes = []
        for _ in range(2):
            (answer,) = await peer.ask("quotes.subscribe", symbol="A")
            codes.append(answer["payload"].get("code"))
        assert codes == ["unavailable", None]
