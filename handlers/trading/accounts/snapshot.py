"""The state of an account as text, so that a start need not read all of its ledger.

A snapshot says nothing that the ledger does not say. Values stay text until somebody asks, and go
into the next snapshot as they are.
"""

import json
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from handlers.trading.accounts.account import AccountState
from handlers.trading.accounts.activities import Activity
from handlers.trading.accounts.change import Balance, Epoch, Identity, Profile
from handlers.trading.accounts.execution import Execution
from handlers.trading.accounts.history import History
from handlers.trading.accounts.recalled import RecalledHistory, RecalledKeys, RecalledList, Records
from handlers.trading.accounts.shapes import builder, plain
from handlers.trading.accounts.standing import Standing
from handlers.trading.ledger.events import Conversion
from handlers.trading.ledger.transactions import Cause
from handlers.trading.orders.order import Order
from handlers.trading.positions.position import Position

Sections = Mapping[str, memoryview]

HISTORIES: Final[Mapping[str, type[Any]]] = {
    "_epochs": Epoch,
    "_balances": Balance,
    "_profiles": Profile,
    "_standings": Standing,
}
BY_ID: Final[Mapping[str, type[Any]]] = {"_orders": Order, "_positions": Position}
LISTS: Final[Mapping[str, type[Any]]] = {"_executions": Execution, "_activities": Activity}
REST: Final = (
    *("sequence", "recorded_at", "open_orders", "open_positions", "acted", "used_keys"),
    *("rates_used", "filled_groups"),
    *("_identity", "_legs", "_execution_sequences"),
)
"""All that an account is made of, by how it is kept."""
OF_THE_MOMENT: Final = frozenset({"_own"})


@dataclass(slots=True)
class _Texts:
    """Records in the making."""

    text: bytearray = field(default_factory=bytearray)
    ends: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, values: list[Any], count: int) -> None:
        """The first of the values; those that are records already as they are."""
        first = 0
        if isinstance(values, RecalledList):
            first = min(values.recalled, count)
            self.copy(values.records, values.start, values.start + first)
        for number in range(first, count):
            self.text += _json(plain(values[number]))
            self.ends.append(len(self.text))

    def copy(self, records: Records[Any], start: int, end: int) -> None:
        shift = len(self.text) - (records.ends[start - 1] if start else 0)
        self.text += records.raw(start, end)
        ends = records.ends[start:end]
        self.ends.extend(array("q", (item + shift for item in ends)) if shift else ends)


@dataclass(slots=True)
class _Run:
    """Records that follow one another are copied together."""

    texts: _Texts
    _records: Records[Any] | None = None
    _start: int = 0
    _end: int = 0

    def go_on(self, records: Records[Any], start: int, end: int) -> None:
        if records is not self._records or start != self._end:
            self.end()
            self._records, self._start = records, start
        self._end = end

    def end(self) -> None:
        if self._records is not None:
            self.texts.copy(self._records, self._start, self._end)
        self._records = None


class Capture:
    """What an account was at one moment, while it goes on.

    Made at once, where the account is written; `sections` may then run in another thread. Raises
    TypeError for an account that is made of more than is written here.
    """

    def __init__(self, state: AccountState) -> None:
        parts = vars(state)
        if set(parts) - OF_THE_MOMENT != {*HISTORIES, *BY_ID, *LISTS, *REST}:
            raise TypeError("an account is made of other parts")
        self.account_id, self.sequence = state.account_id, state.sequence
        self._histories = {name: parts[name] for name in HISTORIES}
        self._by_id = {name: dict(parts[name]) for name in BY_ID}
        self._lists = {name: (parts[name], len(parts[name])) for name in LISTS}
        self._execution_sequences = array("q", state._execution_sequences)
        self._keys = state.used_keys.copy()
        self._rest = {
            "sequence": state.sequence,
            "recorded_at": state.recorded_at,
            "identity": plain(state.identity),
            "acted": dict(state.acted),
            "rates_used": plain(state.rates_used),
            "filled_groups": sorted(state.filled_groups),
            "legs": dict(state._legs),
            "open_orders": list(state.open_orders),
            "open_positions": [item.position_id for item in state.open_positions.values()],
        }

    def sections(self) -> Iterator[tuple[str, bytes]]:
        yield "rest", _json(self._rest)
        yield from self._used_keys()
        yield "_execution_sequences", self._execution_sequences.tobytes()
        for name, history in self._histories.items():
            yield from self._many(name, {"": history})
        for name, histories in self._by_id.items():
            yield from self._many(name, histories)
        for name, (values, count) in self._lists.items():
            texts = _Texts()
            texts.add(values, count)
            yield from _written(name, texts)

    def _used_keys(self) -> Iterator[tuple[str, bytes]]:
        keys, texts = self._keys, _Texts()
        if isinstance(keys, RecalledKeys):
            texts.copy(keys.records, 0, len(keys.numbers))
        new = list(keys.new() if isinstance(keys, RecalledKeys) else keys.values())
        texts.add(new, len(new))
        yield "keys.ids", _json(list(keys))
        yield from _written("keys", texts)

    def _many(
        self, name: str, histories: Mapping[str, History[Any]]
    ) -> Iterator[tuple[str, bytes]]:
        texts, sequences, counts = _Texts(), array("q"), array("q")
        run = _Run(texts)
        for history in histories.values():
            made_of = history.untouched if isinstance(history, RecalledHistory) else None
            if made_of is None:
                run.end()
                counts.append(self._add(history, texts, sequences))
            else:
                records, stored, start, end = made_of
                run.go_on(records, start, end)
                sequences.extend(stored[start:end])
                counts.append(end - start)
        run.end()
        yield f"{name}.ids", _json(list(histories))
        yield f"{name}.counts", counts.tobytes()
        yield f"{name}.sequences", sequences.tobytes()
        yield from _written(name, texts)

    def _add(self, history: History[Any], texts: _Texts, sequences: "array[int]") -> int:
        """Its versions up to the moment of the capture, and how many these are."""
        count = history.count(self.sequence)
        sequences.extend(array("q", history._sequences[:count]))
        texts.add(history._versions, count)
        return count


def recall(sections: Sections) -> AccountState:
    """The account again. Raises LookupError, TypeError or ValueError where it is no snapshot."""
    state, rest = AccountState(), json.loads(bytes(sections["rest"]))
    state.sequence, state.recorded_at = rest["sequence"], rest["recorded_at"]
    state.acted = rest["acted"]
    state.rates_used = builder(dict[str, Conversion])(rest["rates_used"])
    state.filled_groups = set(rest["filled_groups"])
    legs: dict[str, list[str]] = rest["legs"]
    parts: dict[str, Any] = {
        "_identity": builder(Identity)(rest["identity"]),
        "_legs": {key: tuple(value) for key, value in legs.items()},
        "_execution_sequences": list(_array(sections["_execution_sequences"])),
        **{name: _recalled(sections, name, cls)[""] for name, cls in HISTORIES.items()},
        **{name: _recalled(sections, name, cls) for name, cls in BY_ID.items()},
    }
    for name, cls in LISTS.items():
        records = _records(sections, name, cls)
        parts[name] = RecalledList(records, 0, len(records.ends))
    vars(state).update(parts)
    state.open_orders = {item: state._orders[item].now for item in rest["open_orders"]}
    held = (state._positions[item].now for item in rest["open_positions"])
    state.open_positions = {item.symbol: item for item in held}
    used = json.loads(bytes(sections["keys.ids"]))
    numbers = {(scope, key): number for number, (scope, key) in enumerate(used)}
    state.used_keys = RecalledKeys(_records(sections, "keys", tuple[int, Cause]), numbers)
    return state


def _recalled(sections: Sections, name: str, cls: type[Any]) -> dict[str, History[Any]]:
    records, sequences = _records(sections, name, cls), _array(sections[f"{name}.sequences"])
    found: dict[str, History[Any]] = {}
    start = 0
    counts = _array(sections[f"{name}.counts"])
    for key, count in zip(json.loads(bytes(sections[f"{name}.ids"])), counts, strict=True):
        found[key] = RecalledHistory(records, sequences, start, start + count)
        start += count
    return found


def _records(sections: Sections, name: str, cls: Any) -> Records[Any]:
    build = builder(cls)
    ends = _array(sections[f"{name}.ends"])
    return Records(sections[f"{name}.text"], ends, lambda text: build(json.loads(text)))


def _written(name: str, texts: _Texts) -> Iterator[tuple[str, bytes]]:
    yield f"{name}.ends", texts.ends.tobytes()
    yield f"{name}.text", bytes(texts.text)


def _array(section: memoryview) -> "array[int]":
    found = array("q")
    found.frombytes(section)
    return found


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
