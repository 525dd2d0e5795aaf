"""The stream contract -> ir. Everything that would be passed over is refused."""

import re
from typing import Final

from templates import ir_stream as ir
from templates.asyncapi_messages import (
    Message,
    accepted_of,
    id_length,
    payload_name,
    property_of,
    require_in_payload,
    snapshot_of,
)
from templates.contract import Contract, Node
from templates.dialect_stream import (
    DELIVERIES,
    LIFECYCLES,
    NEEDED_ERRORS,
    NEEDED_RULES,
    SNAPSHOTS,
    check_close_code,
    check_code,
    check_keys,
    one_of,
    positive,
)
from templates.errors import NotSupported
from templates.names import snake

VERSION: Final = "3.1.0"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_CONTROL: Final = "control"
_CONTROL_MESSAGES: Final = ("hello", "auth", "authResponse", "ping", "pong", "error", "goaway")


# What every family tells, and what its payload must say for that.
_EVENTS: Final[dict[str, tuple[str, ...]]] = {
    ir.UPDATE: (),
    ir.GAP: ("epoch", "lastSeq"),
    ir.STATUS: ("stale",),
}


def read(contract: Contract, name: str = "asyncapi.yaml") -> ir.Stream:
    """Raises ContractError with file and line."""
    return _Reader(contract.document(name)).stream()


class _Reader:
    def __init__(self, document: Node) -> None:
        self._document = document
        self._operations: list[_Operation] = []

    def stream(self) -> ir.Stream:
        document = self._document
        check_keys(document, "document")
        version = document.require("asyncapi")
        if version.text() != VERSION:
            raise NotSupported(version.location, f"AsyncAPI {version.text()}; write {VERSION}")
        info = document.require("info")
        check_keys(info, "info")
        self._check_parts()
        self._operations = [
            _Operation(node) for node in document.require("operations").mapping().values()
        ]
        self._check_control()
        return ir.Stream(
            source=document.location.file,
            version=info.require("version").text(),
            lifecycle=one_of(info.require("x-lifecycle"), LIFECYCLES),
            principal=self._principal(),
            families=tuple(self._families()),
            auth=self._auth(),
            ping=self._ping(),
            policy=_policy(document.require("x-stream-policy")),
            errors=tuple(_errors(document.require("x-errors"))),
        )

    def _check_parts(self) -> None:
        for server in self._document.require("servers").mapping().values():
            check_keys(server, "server")
        components = self._document.require("components")
        check_keys(components, "components")
        for message in components.require("messages").mapping().values():
            Message(message)
        for channel in self._document.require("channels").mapping().values():
            check_keys(channel, "channel")

    def _check_control(self) -> None:
        messages = self._document.require("channels").require(_CONTROL).require("messages")
        for name in _CONTROL_MESSAGES:
            messages.require(name)

    def _principal(self) -> str:
        """All ways to authenticate lead to one class."""
        schemes = self._document.require("components").require("securitySchemes")
        principals = [each.require("x-principal") for each in schemes.mapping().values()]
        if not principals:
            raise schemes.error("there is no security scheme; add one")
        for other in principals[1:]:
            if other.text() != principals[0].text():
                raise other.error(f"the other schemes say {principals[0].text()}")
        return principals[0].text()

    def _families(self) -> list[ir.Family]:
        return [
            self._family(name, channel)
            for name, channel in self._document.require("channels").mapping().items()
            if name != _CONTROL
        ]

    def _family(self, name: str, channel: Node) -> ir.Family:
        operations = [each for each in self._operations if each.channel is channel]
        _check_used(channel, operations)
        lossless = one_of(channel.require("x-delivery"), DELIVERIES) == "lossless"
        subscribe = _request(channel, name, "subscribe", operations)
        require_in_payload(subscribe.message, "resume")
        snapshot = snapshot_of(subscribe.reply)
        required = one_of(channel.require("x-snapshot"), SNAPSHOTS) == "required"
        return ir.Family(
            name=name,
            description=channel.require("description").text().strip(),
            address=channel.require("address").text(),
            parameters=tuple(_parameters(channel)),
            lossless=lossless,
            subscribe=subscribe.request,
            unsubscribe=_request(channel, name, "unsubscribe", operations).request,
            snapshot=snapshot,
            snapshot_required=_lossless_needs(channel, required) if lossless else required,
            publications=tuple(_publications(channel, name, operations)),
        )

    def _auth(self) -> ir.Auth:
        message, reply = self._exchange("auth")
        return ir.Auth(
            type=message.type,
            model=message.model,
            payload=payload_name(message),
            response=reply.type,
            accepted=accepted_of(reply),
        )

    def _ping(self) -> ir.Ping:
        return _ping(*self._exchange("ping"))

    def _exchange(self, asked: str) -> tuple[Message, Message]:
        for operation in self._operations:
            if operation.message.type == asked and operation.action == "receive":
                return operation.message, operation.reply()
        raise self._document.error(f"there is no operation that receives {asked}")


class _Operation:
    def __init__(self, node: Node) -> None:
        check_keys(node, "operation")
        self.node = node
        self.action = one_of(node.require("action"), ("send", "receive"))
        self.channel = node.require("channel").resolve()
        self.message = _only(node.require("messages"))

    def reply(self) -> Message:
        reply = self.node.require("reply")
        check_keys(reply, "reply")
        return _only(reply.require("messages"))


class _Exchange:
    def __init__(self, operation: _Operation) -> None:
        self.message = operation.message
        self.reply = operation.reply()
        self.request = ir.StreamRequest(
            type=operation.message.type,
            summary=operation.node.require("summary").text(),
            model=operation.message.model,
            payload=payload_name(operation.message),
            response=self.reply.type,
        )


def _only(messages: Node) -> Message:
    found = messages.items()
    if len(found) != 1:
        raise messages.error("an operation has exactly one message")
    return Message(found[0].resolve())


def _request(channel: Node, name: str, verb: str, operations: list[_Operation]) -> _Exchange:
    wanted = f"{name}.{verb}"
    for operation in operations:
        if operation.action == "receive" and operation.message.type == wanted:
            return _Exchange(operation)
    raise channel.error(f'no operation receives a message of the type "{wanted}"; add it')


def _publications(channel: Node, name: str, operations: list[_Operation]) -> list[ir.Publication]:
    sent = [each for each in operations if each.action == "send"]
    types = {each.message.type for each in sent}
    for event in _EVENTS:
        if f"{name}.{event}" not in types:
            raise channel.error(
                f'no operation sends a message of the type "{name}.{event}"; add it'
            )
    return [_publication(channel, name, each) for each in sent]


def _publication(channel: Node, name: str, operation: _Operation) -> ir.Publication:
    message = operation.message
    if not message.type.startswith(f"{name}."):
        raise message.node.error(f'"{message.type}" must start with "{name}."')
    event = message.type.rpartition(".")[2]
    for needed in _EVENTS.get(event, ()):
        require_in_payload(message, needed)
    return ir.Publication(
        type=message.type,
        summary=operation.node.require("summary").text(),
        payload=payload_name(message),
        keys=_keys(channel, message) if event == ir.UPDATE else (),
    )


def _keys(channel: Node, message: Message) -> tuple[str, ...]:
    pointer = channel.get("x-conflation-key")
    if pointer is None:
        return ()
    if channel.text_at("x-delivery") == "lossless":
        raise pointer.error("a lossless channel keeps every update; remove the key")
    if not pointer.text().startswith("/"):
        raise pointer.error("a key is a JSON pointer into the payload, such as /time")
    schema: Node | None = message.envelope.require("properties").require("payload")
    parts = pointer.text()[1:].split("/")
    for part in parts:
        schema = property_of(schema, part) if schema else None
        if schema is None:
            raise pointer.error(f'the payload of "{message.type}" has no property "{part}"')
    return tuple(snake(part) for part in parts)


def _parameters(channel: Node) -> list[ir.TopicParameter]:
    address = channel.require("address")
    declared = channel.require("parameters").mapping()
    names = _PLACEHOLDER.findall(address.text())
    if sorted(names) != sorted(declared):
        raise address.error(f"the address has {names}, the parameters are {list(declared)}")
    for node in declared.values():
        check_keys(node, "parameter")
    return [ir.TopicParameter(name, declared[name].text_at("description")) for name in names]


def _check_used(channel: Node, operations: list[_Operation]) -> None:
    used = {id(each.message.node) for each in operations}
    used |= {id(each.reply().node) for each in operations if each.node.get("reply")}
    for name, node in channel.require("messages").mapping().items():
        if id(node.resolve()) not in used:
            raise node.error(f'"{name}" belongs to no operation; add one or remove it')


def _lossless_needs(channel: Node, required: bool) -> bool:
    if not required:
        raise channel.error("a lossless channel needs a snapshot; write x-snapshot: required")
    return True


def _ping(sent: Message, answer: Message) -> ir.Ping:
    payload = answer.envelope.require("properties").require("payload")
    if property_of(payload, "time") is None:
        raise payload.error('the answer to ping tells the "time"')
    return ir.Ping(sent.type, sent.model, answer.type, positive(id_length(sent)))


def _policy(node: Node) -> ir.Policy:
    check_keys(node, "policy")
    return ir.Policy(
        heartbeat=_rules(node, "heartbeat"),
        lifespan=_rules(node, "lifespan"),
        resume=_rules(node, "resume"),
        freshness=_rules(node, "freshness"),
        limits=_rules(node, "limits"),
        close_codes=tuple(_close_codes(node.require("closeCodes"))),
    )


def _rules(policy: Node, group: str) -> tuple[ir.Rule, ...]:
    node = policy.require(group)
    check_keys(node, group)
    for needed in NEEDED_RULES[group]:
        node.require(needed)
    return tuple(ir.Rule(name, positive(value)) for name, value in node.mapping().items())


def _close_codes(node: Node) -> list[ir.CloseCode]:
    codes: dict[int, ir.CloseCode] = {}
    for item in node.items():
        check_keys(item, "close code")
        code, name = item.require("code"), item.require("name")
        check_close_code(code, item.require("reconnect"))
        check_code(name, name.text())
        if code.integer() in codes:
            raise code.error(f"close code {code.integer()} is here twice")
        codes[code.integer()] = ir.CloseCode(
            code=code.integer(),
            name=name.text(),
            description=item.require("description").text(),
            reconnect=item.require("reconnect").boolean(),
        )
    return list(codes.values())


def _errors(node: Node) -> list[ir.StreamError]:
    for needed in NEEDED_ERRORS:
        node.require(needed)
    for code, description in node.mapping().items():
        check_code(description, code)
    return [ir.StreamError(code, text.text()) for code, text in node.mapping().items()]
