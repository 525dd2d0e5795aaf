"""What the clients of an edge see when the link to the owner breaks, and when it heals."""

import asyncio
from typing import Any

import pytest

from generated.ws.channels import AccountTopic, BarsTopic
from handlers.realtime.edge import AT_ONCE, PATIENCE
from tests.edge.stage import SILENCE, Installation, OwnerProcess, Peer, rest, until
from tests.ws.stage import bar, transaction

AAPL = BarsTopic("AAPL", "1")
ACCOUNT = AccountTopic("acc_1")
FRESH = {"stale": False, "feedAge": 0}


@pytest.fixture
def installation() -> Installation:
    return Installation()


def kinds(told: list[dict[str, Any]]) -> list[str]:
    return [each["type"] for each in told]


def book(owner: OwnerProcess, number: int) -> None:
    owner.stage.account.sequence = number
    owner.stage.publisher.account_update(ACCOUNT, "ledger", number, transaction(number))


async def watch_bars(peer: Peer) -> None:
    await peer.ask("bars.subscribe", symbol="AAPL", resolution="1")


async def test_a_cut_is_announced_and_healed_with_what_was_missed(
    installation: Installation,
) -> None:
    async with installation.both() as (owner, edge):
        peers = [edge.peer(), edge.peer()]
        for peer in peers:
            await watch_bars(peer)
        owner.stage.publisher.bars_update(AAPL, bar(time=60_000, close=2.0))
        await rest()
        [peer.take() for peer in peers]
        installation.exchange.cut()
        await rest()
        for peer in peers:
            (status,) = peer.take()
            assert status["type"] == "bars.status"
            assert status["topic"] == "bars:AAPL:1"
            assert status["payload"]["stale"] is True
        for time, close in ((60_000, 3.0), (120_000, 4.0), (120_000, 5.0)):
            owner.stage.publisher.bars_update(AAPL, bar(time=time, close=close))
        await rest()
        installation.exchange.heal()
        await rest()
        for peer in peers:
            status, first, second = peer.take()
            assert status["payload"] == FRESH
            assert [(each["seq"], each["payload"]["close"]) for each in (first, second)] == [
                (2, 3.0),
                (4, 5.0),
            ]
        owner.stage.publisher.bars_update(AAPL, bar(time=120_000, close=6.0))
        await rest()
        assert [each["seq"] for peer in peers for each in peer.take()] == [5, 5]


async def test_no_transaction_is_lost_or_doubled_over_a_cut(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        peer = edge.peer()
        await peer.ask("account.subscribe", accountId="acc_1")
        book(owner, 8)
        await rest()
        installation.exchange.cut()
        for number in range(9, 25):
            book(owner, number)
        installation.exchange.heal()
        await rest()
        book(owner, 25)
        await rest()
        told = peer.take()
        updates = [each["seq"] for each in told if each["type"] == "account.update"]
        assert updates == list(range(8, 26))
        assert kinds(told).count("account.status") == 2
        assert "account.gap" not in kinds(told)


async def test_a_lost_message_is_noticed_by_the_next(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        peer = edge.peer()
        await peer.ask("account.subscribe", accountId="acc_1")
        owner.backplane.deaf = True
        book(owner, 8)
        owner.backplane.deaf = False
        owner.owner.check()
        await rest()
        told = peer.take()
        assert [each["seq"] for each in told if "seq" in each] == [8]


async def test_a_restarted_owner_is_found_and_what_it_cannot_know_is_a_gap(
    installation: Installation,
) -> None:
    owner, edge = await installation.owner(), await installation.edge()
    peer = edge.peer()
    await watch_bars(peer)
    await peer.ask("account.subscribe", accountId="acc_1")
    owner.stage.publisher.bars_update(AAPL, bar(close=2.0))
    await rest()
    peer.take()
    await owner.kill()
    again = await installation.owner()
    await rest()
    told = peer.take()
    assert kinds(told).count("bars.status") == kinds(told).count("account.status") == 2
    (gap,) = [each for each in told if each["type"].endswith(".gap")]
    assert gap["type"] == "bars.gap"
    assert gap["payload"]["lastSeq"] == 1
    (snapshot,) = await peer.ask("bars.subscribe", symbol="AAPL", resolution="1")
    assert snapshot["payload"]["epoch"] == gap["payload"]["epoch"]
    book(again, 8)
    again.stage.publisher.bars_update(AAPL, bar(close=3.0))
    await rest()
    assert kinds(peer.take()) == ["account.update", "bars.update"]
    await edge.edge.stop()
    await again.owner.stop()


async def test_an_owner_that_falls_silent_makes_everything_stale(
    installation: Installation,
) -> None:
    async with installation.both() as (owner, edge):
        peer = edge.peer()
        await watch_bars(peer)
        installation.clock.move(SILENCE)
        edge.edge.check()
        await rest()
        assert peer.take() == []
        await owner.kill()
        installation.clock.move(1)
        edge.edge.check()
        await rest()
        (status,) = peer.take()
        assert status["payload"] == {"stale": True, "feedAge": SILENCE + 1}
        assert not edge.edge.linked
        await owner.owner.start()
        await rest()
        assert [each["payload"] for each in peer.take()] == [FRESH]
        assert edge.edge.linked


async def test_an_owner_that_ends_in_order_says_so_at_once(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        peer = edge.peer()
        await watch_bars(peer)
        await owner.owner.stop()
        await rest()
        assert [each["payload"]["stale"] for each in peer.take()] == [True]
        assert owner.stage.hub.topics == 1, "it lingers for those who come back"


async def test_who_asks_in_an_outage_is_answered_after_it(installation: Installation) -> None:
    async with installation.both() as (_, edge):
        peer = edge.peer()
        installation.exchange.cut()
        asked = peer.say("bars.subscribe", symbol="AAPL", resolution="1")
        await rest()
        assert not asked.done()
        installation.exchange.heal()
        await asked
        await rest()
        assert kinds(peer.take()) == ["bars.subscribe.response"]


async def test_who_asks_in_a_long_outage_is_told_to_ask_again(installation: Installation) -> None:
    async with installation.both() as (_, edge):
        peer = edge.peer()
        installation.exchange.cut()
        asked = peer.say("bars.subscribe", symbol="AAPL", resolution="1")
        await rest()
        installation.clock.move(PATIENCE + 1)
        edge.edge.check()
        await asked
        await rest()
        (answer,) = peer.take()
        assert answer["type"] == "bars.subscribe.response"
        assert answer["payload"]["code"] == "unavailable"
        await peer.ask("bars.subscribe", symbol="AAPL", resolution="1")  # does not wait again


async def test_a_cut_in_the_middle_of_an_answer_is_bridged(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        owner.stage.account.sequence = 30
        peer = edge.peer()
        peer.socket.stall()
        asked = peer.say(
            "account.subscribe", accountId="acc_1", resume={"epoch": "ledger", "seq": 7}
        )
        await rest()
        assert not asked.done()
        installation.exchange.cut()
        peer.socket.resume()
        await rest()
        installation.exchange.heal()
        await asked
        book(owner, 31)
        await rest()
        answer, *updates = peer.take()
        assert answer["payload"]["resumed"] is True
        assert [each["seq"] for each in updates] == list(range(8, 32))


async def test_a_client_that_does_not_read_gets_one_page_at_a_time(
    installation: Installation,
) -> None:
    async with installation.both() as (owner, edge):
        owner.stage.account.sequence = 1_000
        peer, other = edge.peer(), edge.peer()
        peer.socket.stall()
        asked = peer.say(
            "account.subscribe", accountId="acc_1", resume={"epoch": "ledger", "seq": 0}
        )
        await rest()
        assert len(peer.client.outbox._frames) < 20
        assert peer.client.outbox.lossless
        await other.ask("account.subscribe", accountId="acc_1")
        book(owner, 1_001)
        await rest()
        assert [each["seq"] for each in other.take()] == [1_001]
        peer.socket.resume()
        await asked
        await rest()
        _, *updates = peer.take()
        assert [each["seq"] for each in updates] == list(range(1, 1_002))


async def test_a_client_that_goes_in_an_outage_is_not_remembered(
    installation: Installation,
) -> None:
    async with installation.both() as (owner, edge):
        peer = edge.peer()
        await watch_bars(peer)
        installation.exchange.cut()
        peer.hang_up()
        installation.exchange.heal()
        await rest()
        installation.clock.move(30_000)
        owner.stage.hub.check()
        assert owner.stage.work.topics == set()
        assert edge.hub.topics == 0


async def test_an_account_that_is_gone_after_an_outage_ends_its_clients(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with installation.both() as (owner, edge):
        peer = edge.peer()
        await peer.ask("account.subscribe", accountId="acc_1")
        ended: list[bool] = []
        peer.client.overflowed = lambda: ended.append(True)
        installation.exchange.cut()

        async def refuse(*_: object) -> AccountTopic:
            from generated.ws.problems import AccountNotFound

            raise AccountNotFound

        monkeypatch.setattr(type(owner.stage.account), "subscribe", refuse)
        installation.exchange.heal()
        await rest()
        assert ended == [True]


async def test_updates_of_a_slow_client_survive_a_cut(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        peer = edge.peer()
        await watch_bars(peer)
        peer.socket.stall()
        owner.stage.publisher.bars_update(AAPL, bar(time=60_000, close=2.0))
        await rest()
        installation.exchange.cut()
        installation.exchange.heal()
        await rest()
        peer.socket.resume()
        await rest()
        assert "bars.update" in kinds(peer.take())


async def test_thousands_come_back_without_asking_all_at_once(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        peers = [edge.peer() for _ in range(3 * AT_ONCE)]
        asked = [
            peer.say("quotes.subscribe", symbol=f"S{number}") for number, peer in enumerate(peers)
        ]
        await asyncio.gather(*asked)
        installation.exchange.cut()
        installation.exchange.heal()
        assert len(edge.edge._on_their_way) <= AT_ONCE
        await until(lambda: edge.edge.linked)
        assert len(owner.stage.work.topics) == len(peers)
