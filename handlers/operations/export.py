"""Writes the orders, the executions or the ledger of accounts as CSV or JSON Lines.

Orders and executions are spelled as the REST interface spells them, the ledger as it is stored.
Nothing is held but what is being written and the orders that are open.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, TextIO

from pydantic import BaseModel
from sqlalchemy import Connection

from generated import models
from handlers import wire
from handlers.storage import stored_ledger
from handlers.storage.ledger_rows import transaction_of
from handlers.trading.ledger.transactions import Transaction, identifier
from handlers.trading.reporting import records

Json = dict[str, Any]


class Subject(StrEnum):
    ORDERS = "orders"
    EXECUTIONS = "executions"
    LEDGER = "ledger"


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


def export(
    connection: Connection,
    subject: Subject,
    form: Format,
    account_ids: Sequence[str],
    out: TextIO,
) -> int:
    """Writes the accounts one after the other, and says how many lines of data that are.

    Raises StorageError where the ledger is damaged or of a newer version.
    """
    documents = (
        document
        for account_id in account_ids
        for document in _DOCUMENTS[subject](connection, account_id)
    )
    if form is Format.JSONL:
        return _write_lines(documents, out)
    lines = _each_event(documents) if subject is Subject.LEDGER else map(_flat, documents)
    return _write_table(_COLUMNS[subject], lines, out)


def _orders(connection: Connection, account_id: str) -> Iterator[Json]:
    for order in records.orders(_transactions(connection, account_id)):
        yield _dumped(wire.order(order, account_id))


def _executions(connection: Connection, account_id: str) -> Iterator[Json]:
    for execution in records.executions(_transactions(connection, account_id)):
        yield _dumped(wire.execution(execution, account_id))


def _ledger(connection: Connection, account_id: str) -> Iterator[Json]:
    for row in stored_ledger.rows(connection, account_id):
        yield {
            "transactionId": identifier("tx", account_id, row.sequence),
            "accountId": account_id,
            "userId": row.user_id,
            "sequence": row.sequence,
            "epoch": row.epoch,
            "time": row.recorded_at,
            "marketTime": row.market_time,
            "cause": json.loads(row.cause),
            "events": json.loads(row.events),
        }


def _transactions(connection: Connection, account_id: str) -> Iterator[Transaction]:
    return map(transaction_of, stored_ledger.rows(connection, account_id))


def _dumped(model: BaseModel) -> Json:
    return model.model_dump(mode="json")


def _columns(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields as they are spelled; that of the basis with the fields of both its kinds."""
    names = [field.alias or name for name, field in model.model_fields.items()]
    kinds = (models.QuoteBasis.model_fields, models.BarBasis.model_fields)
    basis = dict.fromkeys(f"basis.{name}" for fields in kinds for name in fields)
    return tuple(column for name in names for column in (basis if name == "basis" else (name,)))


def _flat(document: Json) -> Json:
    return {key: value for name, item in document.items() for key, value in _cells(name, item)}


def _cells(name: str, item: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(item, dict):
        for inner, value in item.items():
            yield from _cells(f"{name}.{inner}", value)
    else:
        yield name, json.dumps(item) if isinstance(item, list | bool) else item


def _each_event(documents: Iterable[Json]) -> Iterator[Json]:
    """A line for each event, with what it carries as JSON."""
    for document in documents:
        stamp = {name: value for name, value in document.items() if name != "events"}
        for index, event in enumerate(document["events"]):
            carried = {name: event[name] for name in event if name not in ("event", "version")}
            yield {
                **stamp,
                "cause": document["cause"]["kind"],
                "index": index,
                "event": event["event"],
                "version": event["version"],
                "fields": _text(carried),
            }


def _write_lines(documents: Iterable[Json], out: TextIO) -> int:
    count = 0
    for document in documents:
        out.write(_text(document) + "\n")
        count += 1
    return count


def _write_table(columns: Sequence[str], lines: Iterable[Mapping[str, Any]], out: TextIO) -> int:
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    count = 0
    for line in lines:
        writer.writerow(line)
        count += 1
    return count


def _text(document: Json) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


_DOCUMENTS: Final[Mapping[Subject, Callable[[Connection, str], Iterator[Json]]]] = {
    Subject.ORDERS: _orders,
    Subject.EXECUTIONS: _executions,
    Subject.LEDGER: _ledger,
}
_COLUMNS: Final[Mapping[Subject, tuple[str, ...]]] = {
    Subject.ORDERS: _columns(models.Order),
    Subject.EXECUTIONS: _columns(models.Execution),
    Subject.LEDGER: (
        *("transactionId", "accountId", "userId", "sequence", "epoch", "time", "marketTime"),
        *("cause", "index", "event", "version", "fields"),
    ),
}
