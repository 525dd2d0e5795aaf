"""What the clients of an edge see, which has no topics of its own."""

import pytest

from generated.ws.channels import AccountTopic, BarsTopic
from tests.edge.stage import Installation, rest
from tests.ws.stage import bar, transaction

AAPL = BarsTopic("AAPL", "1")
ACCOUNT = AccountTopic("acc_1")


@pytest.fixture
def installation() -> Installation:
    return Installation()


async def test_a_subscription_is_answered_by_the_owner(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        peer = edge.peer()
        answer = (await peer.ask("bars.subscribe", symbol="SIM:AAPL", resolution="1"))[0]
        assert answer["type"] == "bars.subscribe.response"
        assert answer["id"] == "1"
        assert answer["payload"]["topic"] == "bars:AAPL:1"
        assert answer["payload"]["snapshot"]["close"] == 1.5
        assert owner.admitted == ["usr_1"]
        assert owner.stage.work.topics == {"bars:AAPL:1"}


async def test_every_client_gets_the_updates_that_the_owner_numbers(
    installation: Installation,
) -> None:
    async with installation.both() as (owner, edge):
        peers = [edge.peer() for _ in range(3)]
        for peer in peers:
            await peer.ask("bars.subscribe", symbol="AAPL", resolution="1")
        for close in (2.0, 3.0):
            owner.stage.publisher.bars_update(AAPL, bar(close=close))
            await rest()
        for peer in peers:
            updates = peer.take()
            assert [each["seq"] for each in updates] == [1, 2]
            assert [each["payload"]["close"] for each in updates] == [2.0, 3.0]


async def test_unsubscribing_ends_the_work_for_the_topic(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        one, other = edge.peer(), edge.peer()
        for peer in (one, other):
            await peer.ask("bars.subscribe", symbol="AAPL", resolution="1")
        (answer,) = await one.ask("bars.unsubscribe", symbol="AAPL", resolution="1")
        assert answer["payload"] == {"status": "ok", "topic": "bars:AAPL:1"}
        owner.stage.publisher.bars_update(AAPL, bar(close=2.0))
        await rest()
        assert one.take() == []
        assert len(other.take()) == 1
        await other.ask("bars.unsubscribe", symbol="AAPL", resolution="1")
        assert owner.stage.work.topics == set()
        (again,) = await other.ask("bars.unsubscribe", symbol="AAPL", resolution="1")
        assert again["payload"]["code"] == "not_subscribed"


async def test_a_lost_client_may_come_back_to_another_edge(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        peer = edge.peer()
        (answer,) = await peer.ask("bars.subscribe", symbol="AAPL", resolution="1")
        peer.hang_up()
        await rest()
        owner.stage.publisher.bars_update(AAPL, bar(close=2.0))
        second = await installation.edge()
        place = {"epoch": answer["payload"]["epoch"], "seq": answer["payload"]["seq"]}
        again, missed = await second.peer().ask(
            "bars.subscribe", symbol="AAPL", resolution="1", resume=place
        )
        assert again["payload"]["resumed"] is True
        assert missed["seq"] == 1
        assert missed["payload"]["close"] == 2.0
        await second.edge.stop()


async def test_nothing_is_left_of_an_edge_that_has_ended(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        await edge.peer().ask("bars.subscribe", symbol="AAPL", resolution="1")
        await edge.edge.stop()
        await rest()
        installation.clock.move(30_000)
        owner.stage.hub.check()
        assert owner.stage.work.topics == set()


async def test_a_silent_edge_is_forgotten(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        await edge.peer().ask("bars.subscribe", symbol="AAPL", resolution="1")
        installation.clock.move(10_001)
        owner.owner.check()
        assert owner.owner.edges == 0
        edge.edge.check()
        await rest()
        assert owner.owner.edges == 1, "it lives after all, and began anew"


async def test_a_problem_is_told_in_the_answer(installation: Installation) -> None:
    async with installation.both() as (_, edge):
        peer = edge.peer()
        (answer,) = await peer.ask("bars.subscribe", symbol="NOPE", resolution="1")
        assert answer["payload"]["code"] == "symbol_not_found"
        (answer,) = await peer.ask("bars.subscribe", symbol="AAPL")
        assert answer["payload"]["code"] == "invalid_message"
        (answer,) = await peer.ask("nonsense")
        assert answer["payload"]["code"] == "unknown_type"
        for frame, kind in (('{"type":"ping"}', "pong"), ("{", "error")):
            await peer.say_raw(frame)
            await rest()
            assert [each["type"] for each in peer.take()] == [kind]


async def test_topics_of_a_client_are_bounded(installation: Installation) -> None:
    async with installation.both() as (_, edge):
        peer = edge.peer()
        for number in range(4):
            await peer.ask("quotes.subscribe", symbol=f"S{number}")
        (answer,) = await peer.ask("quotes.subscribe", symbol="S5")
        assert answer["payload"]["code"] == "too_many_topics"


async def test_a_lossless_topic_resumes_from_the_ledger(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        owner.stage.account.sequence = 9
        peer = edge.peer()
        answer, *missed = await peer.ask(
            "account.subscribe", accountId="acc_1", resume={"epoch": "ledger", "seq": 7}
        )
        assert answer["payload"]["resumed"] is True
        assert [each["seq"] for each in missed] == [8, 9]
        owner.stage.account.sequence = 10
        owner.stage.publisher.account_update(ACCOUNT, "ledger", 10, transaction(10))
        await rest()
        assert [each["seq"] for each in peer.take()] == [10]


async def test_who_comes_later_sees_no_update_twice(installation: Installation) -> None:
    async with installation.both() as (owner, edge):
        early, late = edge.peer(), edge.peer()
        await early.ask("account.subscribe", accountId="acc_1")
        owner.stage.account.sequence = 8
        owner.stage.publisher.account_update(ACCOUNT, "ledger", 8, transaction(8))
        (answer,) = await late.ask("account.subscribe", accountId="acc_1")
        assert answer["payload"]["seq"] == 8
        assert [each["seq"] for each in early.take()] == [8]
        assert late.take() == []
