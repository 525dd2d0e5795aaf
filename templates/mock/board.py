"""All topics: what they say, and how they go on with time."""

from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any

from templates.mock.document import Object
from templates.mock.echo import echoed
from templates.mock.families import Contract, Family, Message
from templates.mock.motion import Motion
from templates.mock.refusals import Refusals
from templates.mock.series import Series, is_candle
from templates.mock.topic import Member, Topic

SELDOM = 10_000
"""So often (ms) changes what is no price: transactions, and the like."""


class Impossible(Exception):
    """What was asked for does not fit the contract; the message says why."""


class Board:
    """Times are in milliseconds. `random` names epochs."""

    def __init__(self, contract: Contract, random: Random) -> None:
        self.contract = contract
        self.motion = Motion(contract.document, contract.live())
        self._series = Series(contract.document, self.motion)
        self._random = random
        self.refusals = Refusals()
        self.topics: dict[str, Topic] = {}
        self._lively = {
            each.name
            for each in contract.families.values()
            if not each.lossless
            and self.motion.has_prices(contract.payload_schema(each.messages["update"]))
        }

    # Watching
    def topic(self, family: Family, payload: Object, now: int) -> Topic:
        address = family.topic(payload)
        if address not in self.topics:
            values = {name: payload[name] for name in family.parameters}
            keys = int(self.contract.policy.get("resume", {}).get("keysPerTopic", 64))
            self.topics[address] = Topic(family, address, values, self.new_epoch(), keys, now)
        return self.topics[address]

    def leave(self, topic: Topic, member: Member) -> None:
        """End a subscription at its own wish; a topic that nobody watches is forgotten."""
        topic.members.discard(member)
        if not topic.members:
            self.topics.pop(topic.address, None)

    def forget(self, member: Member, now: int) -> None:
        """A connection broke; its topics live on for a while, so that it can resume."""
        for topic in self.topics.values():
            if member in topic.members:
                topic.members.discard(member)
                topic.abandoned_at = None if topic.members else now

    def new_epoch(self) -> str:
        return f"{self._random.getrandbits(40):010x}"

    # What topics say
    def snapshot(self, topic: Topic, now: int) -> Any:
        """None where the family's example has none."""
        answer = topic.family.messages["subscribe.response"]
        for example in answer.examples.values():
            if "snapshot" in example["payload"]:
                schema = self.contract.payload_schema(answer)
                known = self.contract.document.properties(schema, example["payload"])
                snapshot = example["payload"]["snapshot"]
                return self._payloads(topic, snapshot, known["snapshot"], None, now)[-1]
        return None

    def tick(self, now: int) -> None:
        """Let time pass: whatever is watched and not stale has news."""
        window = int(self.contract.policy.get("resume", {}).get("window", 0))
        for topic in tuple(self.topics.values()):
            if topic.abandoned_at is not None and now - topic.abandoned_at >= window:
                del self.topics[topic.address]
            elif not topic.stale and self._is_due(topic, now):
                self.update(topic, {}, now)

    def update(self, topic: Topic, changes: Object, now: int, *, lost: bool = False) -> None:
        """Publish the next update. Raises Impossible."""
        message = topic.family.messages["update"]
        example = self._next_example(topic, message)
        schema = self.contract.payload_schema(message)
        for payload in self._payloads(topic, example, schema, topic.updated_at, now):
            if changes:
                payload = {**payload, **changes}
                self._check(message, topic, payload)
            topic.update(payload, lost=lost)
        topic.updated_at = now

    def send(self, topic: Topic, message: Message, changes: Object, now: int, lost: int) -> None:
        """Send another message; a gap loses `lost` updates. Raises Impossible."""
        example = next(iter(message.examples.values()))["payload"]
        schema = self.contract.payload_schema(message)
        payload = {**self._payloads(topic, example, schema, None, now)[-1], **changes}
        if "lastSeq" in payload:
            payload |= {"epoch": topic.epoch, "lastSeq": topic.lose(lost)}
        elif "epoch" in payload:
            payload["epoch"] = changes.get("epoch", self.new_epoch())
            topic.begin(payload["epoch"], topic.seq + 1)
        self._check(message, topic, payload)
        numbered = "seq" in self.contract.document.properties(message.schema, {})
        topic.event(message.verb, payload, numbered=numbered)

    def chosen(self, family: Family, address: str | None) -> Iterable[Topic]:
        """The topic at an address, or all of a family. Raises Impossible."""
        found = [each for each in self.topics.values() if each.family is family]
        if address is not None:
            found = [each for each in found if each.address == address]
        if not found:
            raise Impossible(f"Nobody watches {address or f'a topic of {family.name}'}.")
        return found

    def _is_due(self, topic: Topic, now: int) -> bool:
        return topic.family.name in self._lively or now - topic.updated_at >= SELDOM

    def _next_example(self, topic: Topic, message: Message) -> Object:
        """The examples take turns."""
        examples = list(message.examples.values())
        found: Object = examples[topic.seq % len(examples)]["payload"]
        return found

    def _payloads(
        self, topic: Topic, example: Any, schema: Object, since: int | None, now: int
    ) -> list[Any]:
        if is_candle(example):
            return self._series.in_progress(example, topic.values, since, now)
        named = echoed(self.contract.document, example, schema, topic.values)
        return [self.motion.moved(named, schema, key_of(topic.values), now)]

    def _check(self, message: Message, topic: Topic, payload: Object) -> None:
        envelope = {"type": message.name, "topic": topic.address, "seq": 0, "payload": payload}
        wrong = self.contract.wrong(message, envelope)
        if wrong is not None:
            raise Impossible(f"{message.name} {wrong}")


def key_of(values: Mapping[str, Any]) -> str:
    return next((str(each) for each in values.values()), "")


def descriptions(topics: Iterable[Topic]) -> Iterator[Object]:
    for each in topics:
        yield {
            "topic": each.address,
            "epoch": each.epoch,
            "seq": each.seq,
            "stale": each.stale,
            "subscribers": len(each.members),
        }
