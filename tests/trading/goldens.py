"""The golden ledgers: `python -m tests.trading.goldens` writes them anew, where it is meant."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from handlers.trading.ledger import codec
from handlers.trading.ledger.transactions import Transaction
from tests.trading.situations import SITUATIONS

FOLDER: Final = Path(__file__).parent / "golden"


def lines(name: str) -> Iterator[str]:
    """A transaction a line, as the ledger stores it; then what was refused."""
    desk, refusals = SITUATIONS[name]()
    for transaction in desk.ledger:
        yield json.dumps(_plain(transaction))
    for refusal in refusals:
        yield json.dumps({"refused": refusal})


def text(name: str) -> str:
    return "".join(f"{line}\n" for line in lines(name))


def path(name: str) -> Path:
    return FOLDER / f"{name}.jsonl"


def _plain(transaction: Transaction) -> dict[str, object]:
    return {
        "transactionId": transaction.transaction_id,
        "sequence": transaction.sequence,
        "epoch": transaction.epoch,
        "recordedAt": transaction.recorded_at,
        "marketTime": transaction.market_time,
        "cause": json.loads(codec.dump_cause(transaction.cause)),
        "events": json.loads(codec.dump(transaction.events)),
    }


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in SITUATIONS:
        path(name).write_text(text(name), "utf-8")


if __name__ == "__main__":
    main()
