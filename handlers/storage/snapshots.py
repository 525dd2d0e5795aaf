"""Snapshots of accounts in files: a cache that makes a start quick, and nothing else.

One that another program wrote, that is damaged, or that the ledger does not confirm is not read.
They may be deleted at any time.
"""

import asyncio
import gc
import json
import logging
import mmap
import os
import zlib
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, final

import generated.models
from handlers import trading
from handlers.storage.ledger import Ledger
from handlers.trading.accounts.account import AccountState
from handlers.trading.accounts.snapshot import Capture, recall
from handlers.trading.ledger import codec
from handlers.trading.ledger.transactions import Transaction

log = logging.getLogger(__name__)

LEAST: Final = 10_000
"""A snapshot is made when so many transactions came after the last one, or a tenth of all."""


@final
class Snapshots:
    """The snapshots of a server, in a directory of their own."""

    def __init__(self, directory: Path, ledger: Ledger, least: int = LEAST) -> None:
        self._directory = directory
        self._ledger = ledger
        self._least = least
        self._saved: dict[str, int] = {}
        """By account the sequence of its snapshot."""
        self._program = _program()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def load(self, account_id: str) -> AccountState | None:
        """The account as of its snapshot; None where there is none that fits."""
        try:
            loaded = await asyncio.to_thread(self._read, self._file(account_id))
            if loaded is None:
                return None
            state, digest = loaded
            if await self._digest(account_id, state.sequence) != digest:
                raise ValueError("the ledger says otherwise")
        except FileNotFoundError:
            return None
        except Exception as error:
            log.warning("the snapshot of account %s is not used: %s", account_id, error)
            return None
        self._saved[account_id] = state.sequence
        return state

    def consider(self, state: AccountState) -> None:
        """Begins to save the account where that is worth it. Must be called on the event loop."""
        account_id = state.account_id
        new = state.sequence - self._saved.get(account_id, 0)
        if new < max(self._least, state.sequence // 10) or account_id in self._tasks:
            return
        self._saved[account_id] = state.sequence  # also where it fails: not again at once
        try:
            capture = Capture(state)
        except TypeError as error:
            log.warning("account %s has no new snapshot: %s", account_id, error)
            return
        task = asyncio.create_task(self._save(capture))
        self._tasks[account_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(account_id))

    async def close(self) -> None:
        """Waits for what is being saved."""
        await asyncio.gather(*self._tasks.values())

    async def _save(self, capture: Capture) -> None:
        try:
            digest = await self._digest(capture.account_id, capture.sequence)
            await asyncio.to_thread(self._write, capture, digest)
        except Exception as error:
            log.warning("account %s has no new snapshot: %s", capture.account_id, error)

    async def _digest(self, account_id: str, sequence: int) -> str | None:
        """Of what the ledger has at that place."""
        found = await self._ledger.read(account_id, sequence - 1, 1)
        return _digest(found[0]) if found else None

    def _write(self, capture: Capture, digest: str | None) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = self._file(capture.account_id)
        partial = target.with_name(target.name + ".partial")
        sections = dict(capture.sections())
        header = {
            "program": self._program,
            "digest": digest,
            "sum": _sum(sections.values()),
            "sections": {name: len(content) for name, content in sections.items()},
        }
        with partial.open("wb") as file:
            file.write(json.dumps(header).encode() + b"\n")
            file.writelines(sections.values())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)

    def _read(self, file: Path) -> tuple[AccountState, str] | None:
        """None where another program wrote it."""
        with file.open("rb") as opened:
            header: dict[str, Any] = json.loads(opened.readline())
            if header["program"] != self._program:
                return None
            start = opened.tell()
            content = memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
        if zlib.crc32(content[start:]) != header["sum"]:
            raise ValueError("it is damaged")
        sections: dict[str, memoryview] = {}
        for name, size in header["sections"].items():
            sections[name] = content[start : start + size]
            start += size
        return _recalled(sections), header["digest"]

    def _file(self, account_id: str) -> Path:
        return (
            self._directory / f"{blake2b(account_id.encode(), digest_size=10).hexdigest()}.snapshot"
        )


def _recalled(sections: dict[str, memoryview]) -> AccountState:
    """Hundreds of thousands of objects that all stay: nothing for the collector to look at."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return recall(sections)
    finally:
        if collecting:
            gc.enable()


def _sum(contents: Iterable[bytes]) -> int:
    total = 0
    for content in contents:
        total = zlib.crc32(content, total)
    return total


def _digest(transaction: Transaction) -> str:
    stamp = transaction.recorded_at, transaction.market_time, transaction.epoch
    text = repr((stamp, codec.dump_cause(transaction.cause), codec.dump(transaction.events)))
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _program() -> str:
    """Of all that decides what a state is and how it is written."""
    digest = blake2b(digest_size=16)
    sources = sorted(Path(trading.__path__[0]).rglob("*.py"))
    for source in (*sources, Path(generated.models.__file__)):
        digest.update(source.read_bytes())
    return digest.hexdigest()
