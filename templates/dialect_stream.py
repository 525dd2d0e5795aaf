"""The keywords of stream contracts that we understand, and the rules of our x- fields."""

import re
from typing import Final

from templates.contract import Node
from templates.errors import NotSupported


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KEYWORDS: Final[dict[str, frozenset[str]]] = {
    "document": _words(
        "asyncapi info defaultContentType servers channels operations components tags"
        " x-stream-policy x-errors"
    ),
    "info": _words("title version description license contact x-lifecycle"),
    "server": _words("host pathname protocol title summary description security"),
    "channel": _words(
        "address title summary description messages parameters tags x-delivery x-conflation-key"
        " x-snapshot"
    ),
    "parameter": _words("description examples"),
    "operation": _words("action channel title summary description messages reply tags"),
    "reply": _words("channel messages"),
    "message": _words("name title summary description payload examples tags"),
    "components": _words("schemas messages securitySchemes"),
    "policy": _words("heartbeat lifespan resume freshness limits closeCodes"),
    "heartbeat": _words("pingInterval timeout grace"),
    "lifespan": _words("duration notice"),
    "resume": _words("window keysPerTopic"),
    "freshness": _words("staleAfter"),
    "limits": _words(
        "messagesPerSecond messageBurst messageViolation frameSize batchSize topicsPerConnection"
        " connectionsPerUser connectionsPerAddress unreadSize unreadTime unauthenticatedTime"
    ),
    "close code": _words("code name description reconnect"),
    "envelope": _words("type id topic seq payload"),
}

DELIVERIES: Final = ("conflated", "lossless")
SNAPSHOTS: Final = ("required", "optional")
LIFECYCLES: Final = ("development", "beta", "stable", "deprecated", "sunset")

# What the generated dispatch raises by itself.
NEEDED_ERRORS: Final = (
    "malformed_frame",
    "binary_frame",
    "unknown_type",
    "invalid_message",
    "batch_too_large",
    "rate_exceeded",
    "unauthenticated",
    "too_many_topics",
    "not_subscribed",
    "internal_error",
)

# What the generated code cannot do without.
NEEDED_RULES: Final = {
    "heartbeat": ("pingInterval", "timeout", "grace"),
    "lifespan": ("duration", "notice"),
    "resume": ("window", "keysPerTopic"),
    "freshness": ("staleAfter",),
    "limits": ("messagesPerSecond", "messageBurst", "frameSize", "batchSize"),
}

_RECONNECT: Final = range(4000, 4100)
_STAY_AWAY: Final = range(4100, 4200)
_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def check_keys(node: Node, what: str) -> None:
    """Refuse every key that we would pass over."""
    for key in node.mapping():
        if key not in KEYWORDS[what]:
            known = ", ".join(sorted(KEYWORDS[what]))
            raise NotSupported(
                node.key_location(key), f'"{key}" is not supported in a {what}; known: {known}'
            )


def check_code(node: Node, name: str) -> None:
    """Error codes and names of close codes are lower-case words."""
    if not _CODE.fullmatch(name):
        raise node.error(f'"{name}" is not a code; write lower_case_words')


def check_close_code(code: Node, reconnect: Node) -> None:
    """The range of a close code tells a client whether to come back."""
    number = code.integer()
    if number not in _RECONNECT and number not in _STAY_AWAY:
        raise code.error(f"close code {number} is outside of 4000 to 4199")
    if reconnect.boolean() != (number in _RECONNECT):
        raise reconnect.error("4000 to 4099 mean reconnect: true, 4100 to 4199 reconnect: false")


def one_of(node: Node, allowed: tuple[str, ...]) -> str:
    word = node.text()
    if word not in allowed:
        raise node.error(f'"{word}" is not one of {", ".join(allowed)}')
    return word


def positive(node: Node) -> int:
    number = node.integer()
    if number < 1:
        raise node.error(f"{number} must be at least 1")
    return number
