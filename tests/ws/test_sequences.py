"""Any sequence of what clients, topics and time may do, compared with a model of the contract."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from generated import models
from generated.ws.channels import AccountTopic, BarsTopic
from tests.scale import scaled
from tests.ws.asgi_client import AsgiClient, Closed
from tests.ws.model import Boards, Place, Seen, seen
from tests.ws.stage import StreamStage, bar, said, transaction

TOPICS = {
    "bars:AAPL:1": ("bars", {"symbol": "AAPL", "resolution": "1"}),
    "bars:AAPL:D": ("bars", {"symbol": "SIM:AAPL", "resolution": "1D"}),
    "bars:MSFT:5": ("bars", {"symbol": "MSFT", "resolution": "5"}),
    "account:acc_1": ("account", {"accountId": "acc_1"}),
}
ACCOUNT = "account:acc_1"
LEDGER = "ledger"
SOME = 3
topics = st.sampled_from(sorted(TOPICS))
bars = st.sampled_from(sorted(TOPICS)[1:])
numbers = st.integers(min_value=0, max_value=SOME - 1)


class Peer:
    """A client, where it stands, and what it has yet to hear."""

    def __init__(self, client: AsgiClient) -> None:
        self.client = client
        self.topics: set[str] = set()
        self.due: list[Seen] = []


class Sequences(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stage = StreamStage()
        self.boards = Boards()
        self.places: dict[str, Place] = {}
        """Where somebody stood lately."""
        self.peers: list[Peer] = []
        self.gaps = 0

    def run(self, step: Any) -> Any:
        return self.runner.run(step)

    @precondition(lambda self: len(self.peers) < SOME)
    @rule()
    def connect(self) -> None:
        peer = Peer(self.run(AsgiClient(self.stage.app).__aenter__()))
        assert self.run(peer.client.heard())["type"] == "hello"
        self.peers.append(peer)

    @precondition(lambda self: self.peers)
    @rule(number=numbers)
    def cut(self, number: int) -> None:
        peer = self.peers.pop(number % len(self.peers))
        self.run(peer.client.__aexit__(None, None, None))
        self.lost(peer)

    @precondition(lambda self: self.peers)
    @rule()
    def end_the_session(self) -> None:
        self.stage.ticket.end()
        while self.peers:
            peer = self.peers.pop()
            assert self.run(_close_code(peer.client)) == 4101
            self.run(peer.client.__aexit__(None, None, None))
            self.lost(peer)

    @precondition(lambda self: self.peers)
    @rule(number=numbers, topic=topics)
    def subscribe(self, number: int, topic: str) -> None:
        peer = self.peers[number % len(self.peers)]
        answer = self.ask(peer, topic, "subscribe")
        assert (answer["status"], answer["topic"]) == ("ok", topic)
        self.joined(peer, topic, answer)
        assert "resumed" not in answer
        assert answer["seq"] == self.now(topic)

    @precondition(lambda self: self.peers)
    @rule(number=numbers, topic=topics, back=st.integers(min_value=-2, max_value=80))
    def resume(self, number: int, topic: str, back: int) -> None:
        known = self.places.get(topic, Place("never", 0))
        place = Place(known.epoch, max(0, known.seq - back))
        peer = self.peers[number % len(self.peers)]
        if topic == ACCOUNT and topic in peer.topics:
            self.left(peer, topic)
        missed = self.missed(topic, place)
        answer = self.ask(peer, topic, "subscribe", resume=place._asdict())
        self.joined(peer, topic, answer, missed)
        assert answer["resumed"] == (missed is not None)
        assert answer["seq"] == (self.now(topic) if missed is None else place.seq)
        assert ("snapshot" in answer) == (missed is None and topic != "bars:MSFT:5")

    @precondition(lambda self: self.peers)
    @rule(number=numbers, topic=topics)
    def unsubscribe(self, number: int, topic: str) -> None:
        peer = self.peers[number % len(self.peers)]
        answer = self.ask(peer, topic, "unsubscribe")
        if topic in peer.topics:
            assert answer == {"status": "ok", "topic": topic}
            self.left(peer, topic)
        else:
            assert answer["code"] == "not_subscribed"

    @precondition(lambda self: self.peers)
    @rule(number=numbers, frame=st.sampled_from(["{", "[]", '{"type":"x"}', "[1,2]"]))
    def babble(self, number: int, frame: str) -> None:
        peer = self.peers[number % len(self.peers)]
        peer.client.send(frame)
        for _ in range(2 if frame == "[1,2]" else 1):
            assert self.run(peer.client.heard())["type"] == "error"

    @rule(topic=bars, first=numbers, count=st.sampled_from([1, 2, 70]))
    def publish(self, topic: str, first: int, count: int) -> None:
        for number in range(first, first + count):
            payload = bar(60_000 * (1 + number))
            self.run(_call(self.stage.publisher.bars_update, BarsTopic.parse(topic), payload))
            if topic in self.boards.open:
                seq = self.boards.open[topic].publish(str(payload.time))
                self.tell(topic, Seen("bars.update", topic, seq))

    @rule()
    def book(self) -> None:
        self.stage.account.sequence += 1
        seq = self.stage.account.sequence
        topic = AccountTopic.parse(ACCOUNT)
        update = transaction(seq)
        self.run(_call(self.stage.publisher.account_update, topic, LEDGER, seq, update))
        self.tell(ACCOUNT, Seen("account.update", ACCOUNT, seq))

    @rule(topic=bars, stale=st.booleans())
    def turn(self, topic: str, stale: bool) -> None:
        status = models.Freshness(stale=stale, feed_age=6_000)
        self.run(_call(self.stage.publisher.bars_status, BarsTopic.parse(topic), status))
        if topic in self.boards.open:
            self.boards.open[topic].stale = stale
            self.tell(topic, Seen("bars.status", topic, None))

    @rule(topic=bars, seq=st.integers(min_value=0, max_value=5))
    def lose_updates(self, topic: str, seq: int) -> None:
        self.gaps += 1
        place = Place(f"gap-{self.gaps}", seq)
        self.run(_call(self.stage.hub.gap, topic, place.epoch, place.seq))
        if topic in self.boards.open:
            self.boards.open[topic].move(place)
            self.boards.epochs.add(place.epoch)
            self.tell(topic, Seen("bars.gap", topic, seq))

    @rule(seconds=st.sampled_from([1, 29, 31]))
    def wait(self, seconds: int) -> None:
        self.stage.clock.move(seconds * 1_000)
        self.stage.connections.check()
        self.stage.hub.check()
        self.boards.pass_time(self.stage.clock.time)

    @invariant()
    def everybody_hears_what_is_due_and_nothing_else(self) -> None:
        for peer in self.peers:
            heard = [seen(self.run(peer.client.heard())) for _ in peer.due]
            assert heard == peer.due
            peer.due = []
            for frame in heard:
                self.remember(frame)
        assert self.run(_quiet([peer.client for peer in self.peers]))

    @invariant()
    def work_is_done_for_what_is_open(self) -> None:
        assert self.stage.work.topics == set(self.boards.open)
        assert self.stage.hub.topics == len(self.boards.open)
        assert len(self.stage.connections) == len(self.peers)

    def ask(self, peer: Peer, topic: str, verb: str, **more: Any) -> Any:
        family, payload = TOPICS[topic]
        peer.client.send(said(f"{family}.{verb}", "1", **payload, **more))
        answer = self.run(peer.client.heard())
        assert answer["type"] == f"{family}.{verb}.response", json.dumps(answer)
        return answer["payload"]

    def missed(self, topic: str, place: Place) -> list[int] | None:
        if topic == ACCOUNT:
            now = self.stage.account.sequence
            behind = place.epoch == LEDGER and place.seq <= now
            return list(range(place.seq + 1, now + 1)) if behind else None
        board = self.boards.open.get(topic)
        return None if board is None else board.missed(place)

    def joined(self, peer: Peer, topic: str, answer: Any, missed: list[int] | None = None) -> None:
        board = self.boards.join(topic)
        if topic != ACCOUNT:
            self.boards.learn(topic, answer["epoch"])
        peer.topics.add(topic)
        self.places[topic] = Place(answer["epoch"], answer["seq"])
        update = f"{TOPICS[topic][0]}.update"
        peer.due += [Seen(update, topic, seq) for seq in missed or ()]
        if board.stale:
            peer.due.append(Seen("bars.status", topic, None))

    def left(self, peer: Peer, topic: str) -> None:
        peer.topics.discard(topic)
        self.boards.leave(topic, self.members(topic))

    def lost(self, peer: Peer) -> None:
        for topic in peer.topics:
            self.boards.lose(topic, self.members(topic), self.stage.clock.time)

    def members(self, topic: str) -> int:
        return sum(topic in peer.topics for peer in self.peers)

    def now(self, topic: str) -> int:
        return self.stage.account.sequence if topic == ACCOUNT else self.boards.open[topic].seq

    def tell(self, topic: str, frame: Seen) -> None:
        for peer in self.peers:
            if topic in peer.topics:
                peer.due.append(frame)

    def remember(self, frame: Seen) -> None:
        board = self.boards.open.get(frame.topic)
        epoch = board.epoch if board and frame.topic != ACCOUNT else LEDGER
        if frame.seq is not None and epoch is not None:
            self.places[frame.topic] = Place(epoch, frame.seq)

    @override
    def teardown(self) -> None:
        for peer in self.peers:
            self.run(peer.client.__aexit__(None, None, None))
        self.stage.clock.move(31_000)
        self.stage.hub.check()
        assert self.stage.work.topics == set()
        assert (self.stage.hub.topics, len(self.stage.connections)) == (0, 0)
        assert self.run(_tasks()) == 1
        self.runner.close()


async def _call(step: Any, *arguments: Any) -> None:
    step(*arguments)


async def _quiet(clients: list[AsgiClient]) -> bool:
    for _ in range(5):
        await asyncio.sleep(0)
    return all(client.quiet for client in clients)


async def _close_code(client: AsgiClient) -> int:
    try:
        while True:
            await client.heard()
    except Closed as end:
        return end.code


async def _tasks() -> int:
    return len(asyncio.all_tasks())


@pytest.mark.fuzz
def test_sequences() -> None:
    examples = scaled(20, 500)
    run_state_machine_as_test(
        Sequences, settings=settings(max_examples=examples, stateful_step_count=80)
    )
