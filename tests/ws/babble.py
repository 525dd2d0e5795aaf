"""Frames that no client should send, from a seed: each with the answers declared for it."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple

from generated.ws.policy import LIMITS

VALID: tuple[dict[str, Any], ...] = (
    {"type": "bars.subscribe", "id": "1", "payload": {"symbol": "AAPL", "resolution": "1"}},
    {"type": "bars.unsubscribe", "id": "2", "payload": {"symbol": "AAPL", "resolution": "1"}},
    {"type": "quotes.subscribe", "payload": {"symbol": "AAPL", "resume": {"epoch": "e", "seq": 1}}},
    {"type": "account.subscribe", "id": "x", "payload": {"accountId": "acc_1"}},
    {"type": "pnl.unsubscribe", "payload": {"accountId": "acc_1"}},
    {"type": "connection.subscribe", "payload": {"accountId": "acc_1"}},
    {"type": "auth", "id": "a", "payload": {"token": "t"}},
    {"type": "ping", "id": "p"},
)
WORDS = (
    "",
    "\x00",
    "\ud800",
    "💥",
    "x" * 300,
    "constructor",
    "__proto__",
    "../..",
    "%s",
    "' or 1=1",
)
NUMBERS = (0, -1, 1 << 53, 1 << 63, 1 << 70, 10**400, -(10**30), 1.5, 1e308)
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], {"": {}}, [None], *NUMBERS, *WORDS)


class Babble(NamedTuple):
    """`codes` has the codes that may answer each envelope, in order."""

    frame: str | bytes
    codes: Sequence[frozenset[str]]


MALFORMED = frozenset({"malformed_frame"})
UNKNOWN = frozenset({"unknown_type"})
INVALID = frozenset({"invalid_message"})


def babble(random: Random) -> Babble:
    """One invalid frame."""
    kinds: tuple[Callable[[Random], Babble], ...] = (
        *(_binary, _cut_short, _damaged, _no_object, _empty, _deep),
        *(_no_type, _unknown, _wrong_field, _wrong_field, _extra, _missing, _batch, _large_batch),
    )
    return random.choice(kinds)(random)


def _text(content: object) -> str:
    return json.dumps(content).replace(str(10**400), "1e400")


def _binary(random: Random) -> Babble:
    return Babble(random.randbytes(random.randrange(50)), [frozenset({"binary_frame"})])


def _cut_short(random: Random) -> Babble:
    frame = _text(random.choice(VALID))
    return Babble(frame[: random.randrange(len(frame))], [MALFORMED])


def _damaged(random: Random) -> Babble:
    frame = _text(random.choice(VALID))
    at = random.randrange(len(frame))
    return Babble(frame[:at] + random.choice(("\x01", "\\q")) + frame[at:], [MALFORMED])


def _no_object(random: Random) -> Babble:
    content = random.choice([each for each in OTHERS if not isinstance(each, list | dict)])
    return Babble(_text(content), [MALFORMED])


def _empty(random: Random) -> Babble:
    return Babble(
        random.choice(("", " ", "\n", "[]", "[ ]", "NaN", "-", "[1,]", "\ufeff{}")), [MALFORMED]
    )


def _deep(random: Random) -> Babble:
    depth = random.randrange(200, 12_000)
    return Babble(
        random.choice(("[" * depth, "[" * depth + "]" * depth, '{"a":' * depth)), [MALFORMED]
    )


def _no_type(random: Random) -> Babble:
    envelope = {**random.choice(VALID), "type": random.choice(OTHERS)}
    if isinstance(envelope["type"], str):
        return Babble(_text(envelope), [UNKNOWN | MALFORMED])
    return Babble(_text(envelope), [MALFORMED])


def _unknown(random: Random) -> Babble:
    name = random.choice(
        ("bars", "bars.update", "hello", "Ping", "ping ", "bars.subscribe.response")
    )
    return Babble(_text({**random.choice(VALID), "type": name}), [UNKNOWN])


def _wrong_field(random: Random) -> Babble:
    envelope = json.loads(_text(random.choice(VALID)))
    name = random.choice([key for key in envelope if key != "type"])
    if name == "payload" and random.random() < 0.8:
        inner = envelope["payload"]
        key = random.choice(list(inner))
        inner[key] = random.choice([each for each in OTHERS if not isinstance(each, str)])
    else:
        envelope[name] = random.choice([each for each in OTHERS if each != {} and each != {"": {}}])
        if isinstance(envelope[name], str) and name == "id":
            envelope[name] = ""
    return Babble(_text(envelope), [INVALID | MALFORMED])


def _extra(random: Random) -> Babble:
    envelope = json.loads(_text(random.choice(VALID)))
    into = random.choice([each for each in (envelope, envelope.get("payload")) if each is not None])
    into[random.choice(("topic", "seq", "", "Type", "__proto__"))] = random.choice(OTHERS)
    return Babble(_text(envelope), [INVALID | MALFORMED])


def _missing(random: Random) -> Babble:
    envelope = json.loads(_text(random.choice(VALID[:-1])))
    if random.random() < 0.5:
        del envelope["payload"]
    else:
        del envelope["payload"][next(iter(envelope["payload"]))]
    return Babble(_text(envelope), [INVALID])


def _batch(random: Random) -> Babble:
    """Each envelope is answered on its own, unless one of them is no JSON at all."""
    parts = [random.choice((_no_object, _no_type, _unknown, _extra))(random) for _ in range(5)]
    frame = "[" + ",".join(str(part.frame) for part in parts) + "]"
    if "\\ud800" in frame:
        return Babble(frame, [MALFORMED])
    return Babble(frame, [code for part in parts for code in part.codes])


def _large_batch(random: Random) -> Babble:
    count = LIMITS.batch_size + random.randrange(1, 1_000)
    return Babble("[" + ",".join(["{}"] * count) + "]", [frozenset({"batch_too_large"})])
