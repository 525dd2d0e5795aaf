"""trading-pro: serves the terminal and keeps its users. Failures are one line and a remedy."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer

from handlers import cli_ledger
from handlers.cli_settings import checked_settings, read_settings
from handlers.clock import SystemClock
from handlers.operations.refusal import Refused
from handlers.security.identity import LOCAL_ID
from handlers.security.passwords import Passwords, weakness
from handlers.security.tokens import new_id
from handlers.storage import users as stored
from handlers.storage.database import Database, StorageError
from handlers.storage.migrations import open_database
from handlers.storage.users import NameTaken, User

app = typer.Typer(
    help="A trading terminal and paper broker on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
users = typer.Typer(help="The people who may sign in.", no_args_is_help=True)
app.add_typer(users, name="users")
for command in (cli_ledger.verify, cli_ledger.export, cli_ledger.backup, cli_ledger.restore):
    app.command()(command)

Name = Annotated[
    str, typer.Argument(help="Letters, digits, dot, dash and underscore.", show_default=False)
]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port; 0 takes any free one.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Directory of all data.")] = None,
) -> None:
    """Serve the terminal, the interface and the streams until Ctrl-C."""
    from handlers.server import run  # takes a second to import, which other commands need not pay

    run(checked_settings(host=host, port=port, data_dir=data_dir))


@app.command()
def stream(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port; 0 takes any free one.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Directory of the server's data.")] = None,
) -> None:
    """Serve the streams alone, beside a server reached through TRADING_PRO_BACKPLANE_URL."""
    from handlers.server import run_edge

    run_edge(checked_settings(host=host, port=port, data_dir=data_dir))


@users.command("add")
def add_user(name: Name, password_stdin: FromInput = False) -> None:
    """Add a user who signs in with a password."""
    if name.lower() == LOCAL_ID:
        raise Refused(f"{name} is the user of this machine: choose another name.")
    if not _valid_name(name):
        raise Refused(
            f"{name!r} cannot be a user name: use 1 to 64 letters, digits, dots, dashes "
            "and underscores."
        )
    database, clock = _database(), SystemClock()
    try:
        password = Passwords().hash(_new_password(password_stdin))
        user = User(new_id("user"), name, password, clock.now())
        database.write_now(lambda connection: stored.add_user(connection, user))
    except NameTaken as error:
        raise Refused(
            f"There is a user {name} already: choose another name, or set the password with "
            f"trading-pro users passwd {name}."
        ) from error
    finally:
        database.close()
    typer.echo(f"Added {name}. Two paper accounts are opened at the first login.")


@users.command("passwd")
def set_password(name: Name, password_stdin: FromInput = False) -> None:
    """Set a user's password; ends the user's sessions and revokes the user's API keys."""
    database, now = _database(), SystemClock().now()
    try:
        user = database.read_now(lambda connection: stored.find_user(connection, name))
        if user is None:
            raise Refused(f"There is no user {name}: see trading-pro users list.")
        password = Passwords().hash(_new_password(password_stdin))
        database.write_now(
            lambda connection: stored.set_password(connection, user.user_id, password, now)
        )
    finally:
        database.close()
    typer.echo(
        f"Set the password of {user.name}. Their sessions have ended, their keys are revoked."
    )


@users.command("list")
def list_users() -> None:
    """List the users."""
    database = _database()
    try:
        for user in database.read_now(stored.list_users):
            typer.echo(f"{user.name}\t{'password' if user.password_hash else 'this machine only'}")
    finally:
        database.close()


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(installed_version("trading-pro"))


def main() -> None:
    """The console script."""
    try:
        app()
    except (Refused, StorageError) as error:
        typer.echo(f"trading-pro: {error}", err=True)
        sys.exit(1)


def _database() -> Database:
    return open_database(read_settings().database, SystemClock().now())


def _valid_name(name: str) -> bool:
    return 0 < len(name) <= 64 and all(c.isascii() and (c.isalnum() or c in "._-") for c in name)


def _new_password(from_input: bool) -> str:
    if from_input:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = str(
            typer.prompt("Password", hide_input=True, confirmation_prompt="The same again")
        )
    weak = weakness(password)
    if weak is not None:
        raise Refused(f"{weak} Choose a longer or a shorter one.")
    return password
