"""Messages of a stream contract: their payload schema is the whole envelope."""

from templates.contract import Node
from templates.dialect_stream import check_keys
from templates.errors import NotSupported


class Message:
    """A message, its type on the wire, and the class of its envelope."""

    def __init__(self, node: Node) -> None:
        check_keys(node, "message")
        self.node = node
        payload = node.require("payload")
        self.model = schema_name(payload)
        self.envelope = payload.resolve()
        properties = self.envelope.require("properties")
        check_keys(properties, "envelope")
        self.type = properties.require("type").require("const").text()
        if node.require("name").text() != self.type:
            raise node.require("name").error(f'the name must be the type, "{self.type}"')


def schema_name(node: Node) -> str:
    """The class that a reference names; a schema without a name cannot become one."""
    reference = node.reference()
    if reference is None:
        raise node.error("give this schema a name under components/schemas, and refer to it")
    return reference.rpartition("/")[2]


def payload_name(message: Message) -> str:
    """The class of the payload, which must be an object."""
    return object_name(message.envelope.require("properties").require("payload"))


def object_name(node: Node) -> str:
    schema = node.resolve()
    if schema.text_at("type") != "object" and schema.get("allOf") is None:
        raise NotSupported(node.location, "this must be an object; put it into a property of one")
    return schema_name(node)


def id_length(message: Message) -> Node:
    """How long an id may be: what is longer is not echoed."""
    return message.envelope.require("properties").require("id").resolve().require("maxLength")


def property_of(schema: Node, name: str) -> Node | None:
    """A property of a schema, looked for in the parts of `allOf` too."""
    schema = schema.resolve()
    found = schema.get("properties", name)
    if found is not None:
        return found
    parts = schema.get("allOf")
    for part in parts.items() if parts else []:
        found = property_of(part, name)
        if found is not None:
            return found
    return None


def require_in_payload(message: Message, name: str) -> None:
    """Refuse a message whose payload has no such property."""
    payload = message.envelope.require("properties").require("payload")
    if property_of(payload, name) is None:
        raise payload.error(f'the payload of "{message.type}" has no property "{name}"; add it')


def accepted_of(response: Message) -> str:
    """The class of the answer to a request that is not refused."""
    return schema_name(_accepted(response))


def snapshot_of(response: Message) -> str:
    """The class of the snapshot in a subscribe response; who resumes gets none."""
    accepted = _accepted(response).resolve()
    properties, required = accepted.require("properties"), accepted.require("required")
    properties.require("resumed")
    if "snapshot" in required.texts():
        raise required.error("who resumes gets no snapshot: remove it from `required`")
    return object_name(properties.require("snapshot"))


def _accepted(response: Message) -> Node:
    result = response.envelope.require("properties").require("payload").resolve()
    for variant in result.require("oneOf").items():
        if variant.resolve().require("properties").require("status").text_at("const") == "ok":
            return variant
    raise result.error('no variant of the response has the status "ok"')
