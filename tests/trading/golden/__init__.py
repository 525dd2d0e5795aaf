"""Ledgers as they were when they were last meant to change, one transaction a line.

`GOLDEN=write pytest …` writes them anew; what the difference is, is for the one who commits it.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from handlers.trading import codec
from handlers.trading.transactions import Transaction


def check(name: str, ledger: Sequence[Transaction]) -> None:
    """The ledger is the golden one of that name, to the last byte."""
    path = Path(__file__).with_name(f"{name}.jsonl")
    found = "".join(f"{_line(item)}\n" for item in ledger)
    if os.environ.get("GOLDEN") == "write":
        path.write_text(found)
    assert found.splitlines() == path.read_text().splitlines()


def _line(item: Transaction) -> str:
    document = {
        "sequence": item.sequence,
        "epoch": item.epoch,
        "recordedAt": item.recorded_at,
        "marketTime": item.market_time,
        "cause": json.loads(codec.dump_cause(item.cause)),
        "events": json.loads(codec.dump(item.events)),
    }
    return json.dumps(document, separators=(",", ":"))
