"""Commands about what is stored: verify, export, back up and restore it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer
from sqlalchemy import Connection

from handlers.cli_settings import read_settings
from handlers.clock import SystemClock
from handlers.operations.export import Format, Subject
from handlers.operations.export import export as write_export
from handlers.operations.refusal import Refused
from handlers.security.tokens import new_id
from handlers.storage import stored_ledger
from handlers.storage.backup import back_up, backup_path
from handlers.storage.backup import restore as put_back
from handlers.storage.database import Database
from handlers.storage.verification import Verified
from handlers.storage.verification import verify as verified
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

    def work(connection: Connection) -> int:
        return sum(_tell(account) for account in verified(connection))

    with _opened(file, data_dir) as database:
        faults = stored_ledger.read(database, work)
        if faults:
            raise Refused(
                f"{database.path} does not add up: put back a backup with trading-pro restore, "
                "and report what is said above."
            )
    typer.echo("Everything adds up.")


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


@contextmanager
def _opened(file: Path | None, data_dir: Path | None) -> Iterator[Database]:
    settings = read_settings(data_dir=data_dir)
    url = settings.database if file is None else stored_ledger.url_of(file)
    with stored_ledger.existing(url) as database:
        yield database


def export(
    subject: Annotated[Subject, typer.Argument(help="What to export.")],
    file: File = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.CSV,
    account: Annotated[
        list[str] | None, typer.Option(help="An account; may be given again. Else all.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="A new file; else standard output.", show_default=False)
    ] = None,
    data_dir: Directory = None,
) -> None:
    """Write the orders, the executions or the ledger as CSV or JSON Lines."""

    def work(connection: Connection) -> int:
        ids = _chosen(connection, account or [])
        with _writing(output) as out:
            return write_export(connection, subject, form, ids, out)

    with _opened(file, data_dir) as database:
        count = stored_ledger.read(database, work)
    if output is not None:
        typer.echo(f"{count} lines of {subject} are in {output}.")


def backup(
    file: Annotated[
        Path | None,
        typer.Argument(help="A new file; else one in backups.", show_default=False),
    ] = None,
    data_dir: Directory = None,
) -> None:
    """Copy the database, consistent and complete; the server may run meanwhile."""
    source = _database_path(data_dir)
    target = file or backup_path(source, SystemClock().now())
    back_up(source, target)
    typer.echo(f"The backup is {target}. To check it: trading-pro verify {target}")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.", show_default=False)],
    data_dir: Directory = None,
) -> None:
    """Put a backup in the place of the database. The server, and all for streams, must be ended.

    Every account begins a new epoch, so that clients forget what came after the backup.
    Everybody signs in again; API keys are those of the backup.
    """
    from handlers.server import only_server  # takes a second to import

    target = _database_path(data_dir)
    with only_server(read_settings(data_dir=data_dir).data_dir):
        kept = put_back(file, target, SystemClock().now(), lambda: new_id("ep"))
    typer.echo(f"{target} is restored from {file}.")
    if kept is not None:
        typer.echo(f"What was there before is kept as {kept}.")


def _database_path(data_dir: Path | None) -> Path:
    database = Database(read_settings(data_dir=data_dir).database)
    database.close()
    if database.path is None:
        raise Refused("The database is not a file: set TRADING_PRO_DATABASE_URL to one.")
    return database.path


def _chosen(connection: Connection, wanted: list[str]) -> list[str]:
    known = [item.account_id for item in stored_ledger.accounts(connection)]
    for account_id in wanted:
        if account_id not in known:
            raise Refused(f"There is no account {account_id}: see trading-pro verify.")
    return wanted or known


@contextmanager
def _writing(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    try:
        with output.open("x", encoding="utf-8", newline="") as out:
            yield out
    except OSError as error:
        raise Refused(
            f"{output} cannot be written ({error.strerror}): name a new file in a directory that "
            "is writable."
        ) from error
