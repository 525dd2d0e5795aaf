"""What one slow or failing request costs the other clients of an edge: nothing."""

import asyncio

import pytest

from generated.ws.channels import AccountTopic
from tests.edge.stage import SILENCE, Installation, rest
from tests.edge.test_outage import ACCOUNT, book, kinds, watch_bars


@pytest.fixture
def installation() -> Installation:
    return Installation()


async def test_a_client_that_takes_its_time_is_not_given_up(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        owner.stage.account.sequence = 1_000
        peer, other = edge.peer(), edge.peer()
        await watch_bars(other)
        peer.socket.stall()
        asked = peer.say(
            "account.subscribe", accountId="acc_1", resume={"epoch": "ledger", "seq": 0}
        )
        await rest()
        for _ in range(4):
            installation.clock.move(SILENCE - 1)
            owner.owner.check()
            await rest()
            edge.edge.check()
            await rest()
        assert edge.edge.linked
        assert kinds(other.take()) == []
        peer.socket.resume()
        await asked
        await rest()
        _, *updates = peer.take()
        assert [each["seq"] for each in updates] == list(range(1, 1_001))


async def test_a_request_that_hangs_fails_alone(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with installation.both() as (owner, edge):
        peer, other = edge.peer(), edge.peer()
        await watch_bars(other)

        async def hang(*_: object) -> AccountTopic:
            await asyncio.sleep(3_600)
            return ACCOUNT

        monkeypatch.setattr(type(owner.stage.account), "subscribe", hang)
        asked = peer.say("account.subscribe", accountId="acc_1")
        await rest()
        for _ in range(3):
            installation.clock.move(SILENCE - 1)
            owner.owner.check()
            await rest()
            edge.edge.check()
            await rest()
        await asked
        (answer,) = peer.take()
        assert answer["payload"]["code"] == "unavailable"
        assert edge.edge.linked
        assert kinds(other.take()) == []
        assert not edge.edge._on_their_way


async def test_an_update_that_could_not_be_taken_is_asked_for_again(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with installation.both() as (owner, edge):
        peer = edge.peer()
        await peer.ask("account.subscribe", accountId="acc_1")

        def fail(*_: object) -> None:
            raise RuntimeError

        with monkeypatch.context() as broken:
            broken.setattr(edge.edge, "_publish", fail)
            book(owner, 8)
            await rest()
        assert not edge.edge.linked
        edge.edge.check()
        await rest()
        assert edge.edge.linked
        book(owner, 9)
        await rest()
        updates = [each["seq"] for each in peer.take() if each["type"] == "account.update"]
        assert updates == [8, 9]


async def test_a_request_that_the_owner_could_not_take_is_asked_again(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with installation.both() as (owner, edge):
        peer = edge.peer()

        def fail(*_: object) -> None:
            raise RuntimeError

        with monkeypatch.context() as broken:
            broken.setattr(owner.owner, "_begin", fail)
            asked = peer.say("bars.subscribe", symbol="AAPL", resolution="1")
            await rest()
        assert not asked.done()
        edge.edge.check()
        await rest()
        assert [each["payload"]["status"] for each in peer.take()] == ["ok"]


async def test_nobody_reads_on_for_a_client_that_is_closed(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        owner.stage.account.sequence = 1_000
        peer = edge.peer()
        peer.socket.stall()
        asked = peer.say(
            "account.subscribe", accountId="acc_1", resume={"epoch": "ledger", "seq": 0}
        )
        await rest()
        peer.client.end()
        for _ in range(3):
            await rest()
        assert asked.done()
        assert edge.edge._numbers == {}
        (follower,) = owner.owner._edges.values()
        assert not follower.asking
        assert not follower.clients
