"""Runs the application in one uvicorn process, once nothing forbids the start."""

import errno
import fcntl
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from typing_extensions import override

from generated.ws.policy import LIMITS
from handlers.app import create_application, open_backplane, open_ports
from handlers.clock import SystemClock
from handlers.edge import create_edge
from handlers.operations.http_protocol import PatientProtocol
from handlers.operations.logging import configure_logging
from handlers.operations.refusal import Refused
from handlers.realtime.uvicorn_protocol import StreamProtocol
from handlers.security.passwords import Passwords
from handlers.settings import LogFormat, Settings
from handlers.storage import users
from handlers.storage.database import Database
from handlers.storage.migrations import open_database, open_served_database


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Raises Refused or StorageError before anything is served."""
    configure_logging(settings.log_level, json=_logs_json(settings.log_format))
    clock = SystemClock()
    with listen(settings.host, settings.port) as listener, only_server(settings.data_dir):
        database = open_database(settings.database, clock.now())
        ports = open_ports(settings, clock, database)
        try:
            require_password(settings, database)
            application = create_application(settings, ports)
            _serve(settings, application, listener, "Trading Pro")
        finally:
            ports.close()


def run_edge(settings: Settings) -> None:
    """`run`, for a process that only serves streams, beside the server of the same database."""
    configure_logging(settings.log_level, json=_logs_json(settings.log_format))
    if settings.backplane_url is None:
        raise Refused(
            "A further process for streams reaches the server through Redis or Valkey: set "
            "TRADING_PRO_BACKPLANE_URL for both, like redis://localhost:6379/0."
        )
    passwords = Passwords()
    with listen(settings.host, settings.port) as listener:
        database = open_served_database(settings.database)
        try:
            require_password(settings, database)
            application = create_edge(
                settings,
                clock=SystemClock(),
                database=database,
                backplane=open_backplane(settings),
                passwords=passwords,
            )
            _serve(settings, application, listener, "The stream of Trading Pro")
        finally:
            passwords.close()
            database.close()


COLLECT_AFTER: Final = (2_000, 10, 100)
"""Orders stay, and are many: looking through all of them again and again would cost more than they
do. Thresholds of the three generations; a full collection comes after two million new objects."""


class Server(uvicorn.Server):
    """Spares the garbage collector what is there at the start and stays, accounts above all."""

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        gc.disable()
        try:
            await super().startup(sockets)
        finally:
            gc.enable()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)


def _serve(settings: Settings, application: Starlette, listener: socket.socket, name: str) -> None:
    server = Server(_config(settings, application))
    _end_quietly()
    sys.stderr.write(f"{name} is at {address(listener)} (Ctrl-C ends it)\n")
    with told_in_one_line(application):
        server.run(sockets=[listener])


@contextmanager
def told_in_one_line(application: Starlette) -> Iterator[None]:
    """Raises what kept the application from starting, in the place of uvicorn's stack trace."""

    def refused() -> Exception | None:
        refusal: Exception | None = getattr(application.state, "refusal", None)
        return refusal

    logging.getLogger("uvicorn.error").addFilter(lambda _: refused() is None)
    try:
        yield
    except SystemExit:
        if (refusal := refused()) is not None:
            raise refusal from None
        raise


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises Refused if the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # or Nagle waits
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise Refused(_unbound(host, port, error)) from error
    return listener


def address(listener: socket.socket) -> str:
    """Where a browser on this machine finds the listener."""
    host, port = listener.getsockname()[:2]
    if host in ("127.0.0.1", "::1", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


@contextmanager
def only_server(data_dir: Path) -> Iterator[None]:
    """Hold the data directory: accounts have one writer. Raises Refused if it is held already."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(data_dir / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Refused(
            f"The data directory {data_dir} cannot be used ({error.strerror}): make it writable, "
            "or choose another with --data-dir."
        ) from error
    try:
        _lock(lock, data_dir)
        yield
    finally:
        os.close(lock)


def require_password(settings: Settings, database: Database) -> None:
    """Raises Refused if others could reach a server that nobody can sign in to."""
    if settings.loopback or any(user.password_hash for user in database.read_now(users.list_users)):
        return
    raise Refused(
        f"Listening on {settings.host} needs a user with a password: make one with "
        "`trading-pro users add NAME`, or listen on 127.0.0.1."
    )


def _lock(descriptor: int, data_dir: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Refused(
            f"Another server uses the data directory {data_dir}: stop it, or choose another "
            "directory with --data-dir."
        ) from error


def _end_quietly() -> None:
    """uvicorn raises the signal that ended it once more when all is shut down."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)


def _unbound(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken: stop the program that has it, or choose another "
            f"port with --port or TRADING_PRO_PORT."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs special rights: choose one from 1024 up with --port."
    return (
        f"{host} is not an address of this machine ({error.strerror}): choose one with --host, "
        "such as 127.0.0.1."
    )


def _logs_json(log_format: LogFormat) -> bool:
    return log_format is LogFormat.JSON or (
        log_format is LogFormat.AUTO and not sys.stderr.isatty()
    )


def _config(settings: Settings, application: object) -> uvicorn.Config:
    return uvicorn.Config(
        application,  # type: ignore[arg-type]
        http=PatientProtocol,
        ws=StreamProtocol,
        ws_max_size=LIMITS.frame_size,
        ws_per_message_deflate=False,  # a compressor for each connection costs more than it saves
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
