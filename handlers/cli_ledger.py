"""Commands about what is stored: verify, export, back up and restore it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, TextIO

import typer
from sqlalchemy import Connection

from handlers.cli_settings import read_settings
from handlers.clock import SystemClock
from handlers.operations.refusal import Refused
from handlers.security.tokens import new_id
from handlers.settings import Settings
from handlers.storage import stored_ledger
from handlers.storage.database import Database
from handlers.trading import money

Directory = Annotated[Path | None, typer.Option("--data-dir", help="Directory of all data.")]
File = Annotated[
    Path | None,
    typer.Argument(help="A database or a backup; else the server's.", show_default=False),
]


def verify(file: File = None, data_dir: Directory = None) -> None:
    """Count every balance, position and order again from the executions. Exit code 1: a fault.

    The server may run meanwhile; a backup is verified as it is.
    """
    from handlers.storage.verification import Verified, verify

    def work(connection: Connection) -> int:
        return sum(_tell(account) for account in verify(connection))

    def _tell(account: Verified) -> int:
        typer.echo(
            f"{account.account_id}  {account.name}: {account.transactions} transactions, "
            f"{account.events} events, {account.executions} executions, {account.open_orders} open "
            f"orders, {account.open_positions} open positions, balance "
            f"{money.text(account.balance)} {account.currency}, digest {account.digest}"
        )
        for fault in account.faults:
            typer.echo(f"  transaction {fault.sequence}: {fault.what}")
        return len(account.faults)

    with _opened(file, data_dir) as database:
        faults = stored_ledger.read(database, work)
        if faults:
            raise Refused(
                f"{database.path} does not add up: put back a backup with trading-pro restore, "
                "and report what is said above."
            )
    typer.echo("Everything adds up.")


@contextmanager
def _opened(file: Path | None, data_dir: Path | None) -> Iterator[Database]:
    settings = read_settings(data_dir=data_dir)
    url = settings.database if file is None else stored_ledger.url_of(file)
    with stored_ledger.existing(url) as database:
        yield database
