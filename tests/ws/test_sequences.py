"""Any sequence of subscribing, publishing, leaving and breaking off, by several clients."""

import asyncio
import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from typing_extensions import override

from generated.ws.channels import AccountTopic, BarsTopic
from tests.ws.asgi_client import AsgiClient
from tests.ws.stage import StreamStage, bar, said, transaction

TOPICS = {
    "bars:AAPL:1": ("bars", {"symbol": "AAPL", "resolution": "1"}),
    "bars:AAPL:D": ("bars", {"symbol": "SIM:AAPL", "resolution": "1D"}),
    "bars:MSFT:5": ("bars", {"symbol": "MSFT", "resolution": "5"}),
    "account:acc_1": ("account", {"accountId": "acc_1"}),
}
topics = st.sampled_from(sorted(TOPICS))
numbers = st.integers(min_value=0, max_value=2)


class Peer:
    """A client and what it should know."""

    def __init__(self, client: AsgiClient) -> None:
        self.client = client
        self.seqs: dict[str, int] = {}


class Sequences(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stage = StreamStage()
        self.peers: list[Peer] = []
        self.sequence = 7

    def run(self, step: Any) -> Any:
        return self.runner.run(step)

    @precondition(lambda self: len(self.peers) < 3)
    @rule()
    def connect(self) -> None:
        peer = Peer(self.run(AsgiClient(self.stage.app).__aenter__()))
        assert self.run(peer.client.heard())["type"] == "hello"
        self.peers.append(peer)

    @precondition(lambda self: self.peers)
    @rule(number=numbers)
    def disconnect(self, number: int) -> None:
        peer = self.peers.pop(number % len(self.peers))
        self.run(peer.client.__aexit__(None, None, None))

    @precondition(lambda self: self.peers)
    @rule(number=numbers, topic=topics)
    def subscribe(self, number: int, topic: str) -> None:
        peer = self.peers[number % len(self.peers)]
        answer = self.ask(peer, topic, "subscribe")
        assert (answer["status"], answer["topic"]) == ("ok", topic)
        assert answer["seq"] >= peer.seqs.get(topic, 0)
        peer.seqs[topic] = answer["seq"]

    @precondition(lambda self: self.peers)
    @rule(number=numbers, topic=topics)
    def unsubscribe(self, number: int, topic: str) -> None:
        peer = self.peers[number % len(self.peers)]
        answer = self.ask(peer, topic, "unsubscribe")
        if peer.seqs.pop(topic, None) is None:
            assert answer["code"] == "not_subscribed"
        else:
            assert answer == {"status": "ok", "topic": topic}

    @precondition(lambda self: self.peers)
    @rule(number=numbers, frame=st.sampled_from(["{", "[]", '{"type":"x"}', "[1,2]"]))
    def babble(self, number: int, frame: str) -> None:
        peer = self.peers[number % len(self.peers)]
        peer.client.send(frame)
        for _ in range(2 if frame == "[1,2]" else 1):
            assert self.run(peer.client.heard())["type"] == "error"

    @rule(topic=topics)
    def publish(self, topic: str) -> None:
        self.run(self.change(topic))
        for peer in self.peers:
            if topic in peer.seqs:
                update = self.run(peer.client.heard())
                assert update["topic"] == topic
                assert update["seq"] == peer.seqs[topic] + 1
                peer.seqs[topic] += 1

    @invariant()
    def work_is_done_for_what_is_watched(self) -> None:
        watched = {topic for peer in self.peers for topic in peer.seqs}
        assert self.stage.work.topics == watched
        assert self.stage.hub.topics == len(watched)
        assert len(self.stage.connections) == len(self.peers)

    async def change(self, topic: str) -> None:
        if topic.startswith("account"):
            self.sequence += 1
            self.stage.account.sequence = self.sequence
            self.stage.publisher.account_update(
                AccountTopic.parse(topic), "ledger", self.sequence, transaction(self.sequence)
            )
        else:
            self.stage.publisher.bars_update(BarsTopic.parse(topic), bar())

    def ask(self, peer: Peer, topic: str, verb: str) -> Any:
        family, payload = TOPICS[topic]
        peer.client.send(said(f"{family}.{verb}", "1", **payload))
        answer = self.run(peer.client.heard())
        assert answer["type"] == f"{family}.{verb}.response", json.dumps(answer)
        return answer["payload"]

    @override
    def teardown(self) -> None:
        for peer in self.peers:
            self.run(peer.client.__aexit__(None, None, None))
        assert self.stage.work.topics == set()
        assert (self.stage.hub.topics, len(self.stage.connections)) == (0, 0)
        self.runner.close()


TestSequences = Sequences.TestCase
