"""What the stream contract says, as the mock needs it: messages, families of topics, rules."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from templates.mock.document import Document, Object
from templates.mock.samples import made


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `schema` is that of its whole envelope, `examples` are envelopes by name."""

    name: str
    schema: Object
    examples: Mapping[str, Object]

    @property
    def verb(self) -> str:
        """The name without that of its family."""
        return self.name.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Request:
    """What a client may send, and the message that answers it."""

    message: Message
    answer: Message
    family: "Family | None"


@dataclass(frozen=True, slots=True)
class Family:
    """A channel of topics. `key` is a JSON pointer into an update; empty where all are one."""

    name: str
    address: str
    lossless: bool
    key: str
    messages: Mapping[str, Message] = field(default_factory=dict)

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(re.findall(r"{(\w+)}", self.address))

    def topic(self, payload: Object) -> str:
        return self.address.format(**{name: payload[name] for name in self.parameters})


class Contract:
    """The stream contract. `requests` and `events` are by the type of their envelope."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.path = str(next(iter(document.root["servers"].values()))["pathname"])
        self.policy: Object = document.root["x-stream-policy"]
        self.errors: Object = document.root["x-errors"]
        self.closes = {each["code"]: each["name"] for each in self.policy["closeCodes"]}
        self.codes = {name: code for code, name in self.closes.items()}
        self._messages: dict[str, Message] = {}
        self.families: dict[str, Family] = dict(self._read_families())
        operations = document.root["operations"].values()
        received = [each for each in operations if each["action"] == "receive"]
        self.requests = {each.message.name: each for each in map(self._request, received)}
        sent = [self._message(e["messages"][0]) for e in operations if e["action"] == "send"]
        self.events = {each.name: each for each in sent}

    def family_of(self, message: Message) -> Family | None:
        return self.families.get(message.name.partition(".")[0])

    def wrong(self, message: Message, envelope: object) -> str | None:
        """What is wrong with an envelope; None if nothing is."""
        for error in self.document.errors(message.schema, envelope):
            return f"/{'/'.join(map(str, error.instance_path))}: {error.message}"
        return None

    def payload_schema(self, message: Message) -> Object:
        found: Object = self.document.properties(message.schema, {})["payload"]
        return found

    def live(self) -> dict[str, Object]:
        """The schemas of conflated updates, each with the example of an update."""
        found: dict[str, Object] = {}
        for family in self.families.values():
            if "update" in family.messages and not family.lossless:
                update = family.messages["update"]
                example = next(iter(update.examples.values()))["payload"]
                names = self.document.names(self.payload_schema(update))
                found.update((name, example) for name in names)
        return found

    def _read_families(self) -> Iterator[tuple[str, Family]]:
        for name, channel in self.document.root["channels"].items():
            messages = [self._message(each) for each in channel["messages"].values()]
            if "address" in channel:
                yield (
                    name,
                    Family(
                        name,
                        channel["address"],
                        channel["x-delivery"] == "lossless",
                        channel.get("x-conflation-key", ""),
                        {each.verb: each for each in messages},
                    ),
                )

    def _request(self, operation: Object) -> Request:
        message = self._message(operation["messages"][0])
        answer = self._message(operation["reply"]["messages"][0])
        return Request(message, answer, self.family_of(message))

    def _message(self, reference: Object) -> Message:
        declared = self.document.follow(reference)
        name = declared["name"]
        if name not in self._messages:
            examples = {each["name"]: each["payload"] for each in declared.get("examples", ())}
            schema = declared["payload"]
            examples = examples or {"made": made(self.document, schema)}
            self._messages[name] = Message(name, schema, examples)
        return self._messages[name]


def pointed(value: Any, pointer: str) -> Any:
    """What a JSON pointer leads to; the value itself for the empty one."""
    for step in pointer.split("/")[1:]:
        value = value[step]
    return value
