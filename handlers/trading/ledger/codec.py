"""Stored events as JSON and back: decimals as text, exact; every event with its version."""

import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from generated.models import TransactionCause
from handlers.trading import money
from handlers.trading.ledger import events
from handlers.trading.ledger.transactions import Cause, Idempotency
from handlers.trading.ledger.upcasters import UPCASTERS, VERSIONS, Json, Upcaster

E = TypeVar("E", bound=Enum)

NAMES: Final[Mapping[str, type[Any]]] = {
    "account_opened": events.AccountOpened,
    "account_reset": events.AccountReset,
    "ledger_restored": events.LedgerRestored,
    "account_renamed": events.AccountRenamed,
    "account_archived": events.AccountArchived,
    "account_restored": events.AccountRestored,
    "order_accepted": events.OrderAccepted,
    "order_activated": events.OrderActivated,
    "order_held": events.OrderHeld,
    "order_triggered": events.OrderTriggered,
    "order_trailed": events.OrderTrailed,
    "order_modified": events.OrderModified,
    "order_rescaled": events.OrderRescaled,
    "order_change_sent": events.OrderChangeSent,
    "order_change_refused": events.OrderChangeRefused,
    "order_filled": events.OrderFilled,
    "order_canceled": events.OrderCanceled,
    "order_expired": events.OrderExpired,
    "order_rejected": events.OrderRejected,
    "order_delayed": events.OrderDelayed,
    "order_disconnected": events.OrderDisconnected,
    "order_connected": events.OrderConnected,
    "position_opened": events.PositionOpened,
    "position_changed": events.PositionChanged,
    "position_rescaled": events.PositionRescaled,
    "position_closed": events.PositionClosed,
    "split_applied": events.SplitApplied,
    "dividend_applied": events.DividendApplied,
    "balance_changed": events.BalanceChanged,
    "leverage_changed": events.LeverageChanged,
    "margin_called": events.MarginCalled,
    "margin_restored": events.MarginRestored,
    "liquidation_ordered": events.LiquidationOrdered,
    "financing_charged": events.FinancingCharged,
}
_BASES: Final[Mapping[str, type[Any]]] = {
    "quote": events.QuoteBasis,
    "bar": events.BarBasis,
    "conversion": events.Conversion,
}
_NAME_OF: Final = {cls: name for name, cls in NAMES.items()}
_BASIS_OF: Final = {cls: name for name, cls in _BASES.items()}
_FIELDS: Final = {
    cls: tuple(field.name for field in fields(cls)) for cls in (*_NAME_OF, *_BASIS_OF, Idempotency)
}
_AS_IT_IS: Final = frozenset((str, int, bool, types.NoneType))
_json: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class UnknownEvent(Exception):
    """The ledger holds an event, version or word that this program does not know; it is too old."""


def dump_cause(cause: Cause) -> str:
    document: Json = {"kind": cause.kind.value, "orderId": cause.order_id}
    if cause.idempotency is not None:
        document["idempotency"] = _fields_of(cause.idempotency)
    return _json(document)


def load_cause(text: str) -> Cause:
    document = json.loads(text)
    used = document.get("idempotency")
    return Cause(
        _word(TransactionCause, document["kind"]),
        document["orderId"],
        Idempotency(**used) if used else None,
    )


def dump(items: Sequence[events.Event]) -> str:
    return _json([encode(item) for item in items])


def load(
    document: str, upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS
) -> tuple[events.Event, ...]:
    return tuple(decode(item, upcasters) for item in json.loads(document))


def encode(event: events.Event) -> Json:
    name = _NAME_OF[type(event)]
    return {"event": name, "version": VERSIONS.get(name, 1), **_fields_of(event)}


def decode(
    document: Json, upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS
) -> events.Event:
    """Raises UnknownEvent for what a newer program has written."""
    rest = dict(document)
    name, version = rest.pop("event"), rest.pop("version")
    if name not in NAMES:
        raise UnknownEvent(f"event {name!r}")
    while version != VERSIONS.get(name, 1):
        if (name, version) not in upcasters:
            raise UnknownEvent(f"event {name!r} in version {version}")
        rest = upcasters[name, version](rest)
        version += 1
    return _build(NAMES[name], rest)  # type: ignore[no-any-return]


def _fields_of(value: Any) -> Json:
    return {name: _plain(getattr(value, name)) for name in _FIELDS[type(value)]}


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is Decimal:
        return money.text(value)
    if isinstance(value, Enum):
        return value.value
    return {"type": _BASIS_OF[kind], **_fields_of(value)}


_HINTS: Final = {cls: get_type_hints(cls) for cls in (*_NAME_OF, *_BASIS_OF)}


def _build(cls: type[Any], document: Json) -> Any:
    hints = _HINTS[cls]
    return cls(**{name: _typed(hints[name], value) for name, value in document.items()})


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, dict):
        return _build(_BASES[value["type"]], {k: v for k, v in value.items() if k != "type"})
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(arm for arm in get_args(hint) if arm is not types.NoneType)
    return _word(hint, value) if issubclass(hint, Enum) else hint(value)


def _word(enum: type[E], value: Any) -> E:
    try:
        return enum(value)
    except ValueError:
        raise UnknownEvent(f"{enum.__name__} {value!r}") from None
