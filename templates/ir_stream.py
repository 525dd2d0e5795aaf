"""What the stream contract says, ready for the templates. All decisions are taken before."""

from dataclasses import dataclass
from typing import Final

from templates.names import pascal, snake

UPDATE: Final = "update"
GAP: Final = "gap"
STATUS: Final = "status"


@dataclass(frozen=True, slots=True)
class TopicParameter:
    """A placeholder of a channel's address."""

    name: str  # as in the contract, camelCase
    description: str

    @property
    def python(self) -> str:
        return snake(self.name)


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What a client sends about a topic, and the type that answers it."""

    type: str
    summary: str
    model: str  # class of the whole envelope
    payload: str  # class of its payload
    response: str


@dataclass(frozen=True, slots=True)
class Publication:
    """What the server sends about a topic."""

    type: str  # bars.update
    summary: str
    payload: str
    keys: tuple[str, ...]  # attributes that name the value it replaces, in Python

    @property
    def event(self) -> str:
        """The last word of the type: update, reset."""
        return self.type.rpartition(".")[2]

    @property
    def is_update(self) -> bool:
        return self.event == UPDATE

    @property
    def is_gap(self) -> bool:
        """Told by the hub, to each subscriber."""
        return self.event == GAP

    @property
    def is_status(self) -> bool:
        """About the topic, and therefore without a sequence number."""
        return self.event == STATUS

    @property
    def method(self) -> str:
        return snake(self.type.replace(".", "_"))

    @property
    def callback(self) -> str:
        return "on" + pascal(self.event)

    @property
    def key(self) -> str:
        """A Python expression: updates replace by key, anything else by its own type."""
        if self.keys:
            return f"str(payload.{'.'.join(self.keys)})"
        return '""' if self.is_update else f'"{self.event}"'


@dataclass(frozen=True, slots=True)
class Family:
    """A channel that clients subscribe to."""

    name: str  # bars
    description: str
    address: str  # bars:{symbol}:{resolution}
    parameters: tuple[TopicParameter, ...]
    lossless: bool
    subscribe: StreamRequest
    unsubscribe: StreamRequest
    snapshot: str
    snapshot_required: bool
    publications: tuple[Publication, ...]

    @property
    def python(self) -> str:
        return snake(self.name)

    @property
    def pascal(self) -> str:
        return pascal(self.name)

    @property
    def handler(self) -> str:
        return f"{self.pascal}Handler"

    @property
    def topic(self) -> str:
        return f"{self.pascal}Topic"

    @property
    def delivery(self) -> str:
        return "lossless" if self.lossless else "conflated"

    @property
    def update(self) -> Publication:
        return next(each for each in self.publications if each.is_update)

    @property
    def others(self) -> tuple[Publication, ...]:
        return tuple(each for each in self.publications if not each.is_update)

    @property
    def selections(self) -> tuple[str, ...]:
        """What names the topic: the payloads of subscribe and unsubscribe."""
        return tuple(dict.fromkeys((self.subscribe.payload, self.unsubscribe.payload)))

    @property
    def selection_type(self) -> str:
        return " | ".join(f"models.{name}" for name in self.selections)

    @property
    def snapshot_type(self) -> str:
        """What the handler's `snapshot` returns."""
        model = f"models.{self.snapshot}"
        if self.lossless:
            return f"tuple[str, int, {model}]"
        return model if self.snapshot_required else f"{model} | None"

    @property
    def python_address(self) -> str:
        """The body of an f-string over `self`."""
        address = self.address
        for parameter in self.parameters:
            address = address.replace(f"{{{parameter.name}}}", f"{{self.{parameter.python}}}")
        return address

    @property
    def pattern(self) -> str:
        """A regular expression: all but the first parameter hold no colon."""
        pattern = self.address
        for index, parameter in enumerate(self.parameters):
            group = f"(?P<{parameter.python}>{'[^:]+' if index else '.+'})"
            pattern = pattern.replace(f"{{{parameter.name}}}", group)
        return pattern

    @property
    def typescript_address(self) -> str:
        """The body of a template literal over `parameters`."""
        address = self.address
        for parameter in self.parameters:
            address = address.replace(f"{{{parameter.name}}}", f"${{parameters.{parameter.name}}}")
        return address


@dataclass(frozen=True, slots=True)
class Ping:
    """`id_length` bounds the ids of all requests, in characters."""

    type: str
    model: str
    response: str
    id_length: int


@dataclass(frozen=True, slots=True)
class Auth:
    """How a client signs in after the handshake. `accepted` is the payload of a good answer."""

    type: str
    model: str
    payload: str
    response: str
    accepted: str


@dataclass(frozen=True, slots=True)
class CloseCode:
    code: int
    name: str
    description: str
    reconnect: bool

    @property
    def constant(self) -> str:
        return self.name.upper()


@dataclass(frozen=True, slots=True)
class StreamError:
    """A code of the catalog of errors."""

    code: str
    description: str

    @property
    def pascal(self) -> str:
        return pascal(self.code)


@dataclass(frozen=True, slots=True)
class Rule:
    """A number of the stream policy, named as in the contract."""

    name: str
    value: int

    @property
    def python(self) -> str:
        return snake(self.name)

    @property
    def constant(self) -> str:
        return self.python.upper()


@dataclass(frozen=True, slots=True)
class Policy:
    heartbeat: tuple[Rule, ...]
    lifespan: tuple[Rule, ...]
    resume: tuple[Rule, ...]
    freshness: tuple[Rule, ...]
    limits: tuple[Rule, ...]
    close_codes: tuple[CloseCode, ...]

    @property
    def groups(self) -> tuple[tuple[str, tuple[Rule, ...]], ...]:
        return (
            ("Heartbeat", self.heartbeat),
            ("Lifespan", self.lifespan),
            ("Resume", self.resume),
            ("Freshness", self.freshness),
            ("Limits", self.limits),
        )


@dataclass(frozen=True, slots=True)
class Stream:
    """The whole of a stream contract."""

    source: str  # contracts/asyncapi.yaml
    version: str
    lifecycle: str
    principal: str  # who a client is
    families: tuple[Family, ...]
    auth: Auth
    ping: Ping
    policy: Policy
    errors: tuple[StreamError, ...]

    @property
    def counts(self) -> bool:
        """Whether a ledger numbers any of it."""
        return any(family.lossless for family in self.families)

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(sorted(family.topic for family in self.families))

    @property
    def handlers(self) -> tuple[str, ...]:
        return tuple(sorted(family.handler for family in self.families))

    @property
    def models(self) -> tuple[str, ...]:
        """Every schema that the generated stream code names, sorted."""
        names = set[str]()
        for family in self.families:
            names |= {family.snapshot, *family.selections}
            names |= {publication.payload for publication in family.publications}
        return tuple(sorted(names))

    @property
    def client_models(self) -> tuple[str, ...]:
        """Every schema that a client sees: how it resumes is its own affair. Sorted."""
        resuming = {family.subscribe.payload for family in self.families}
        plain = {family.unsubscribe.payload for family in self.families}
        return tuple(name for name in self.models if name in plain or name not in resuming)
