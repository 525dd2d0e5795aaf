"""A server process of its own on a free port, that a test may kill without warning."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import httpx

ADDRESS = re.compile(r" at http://(localhost:\d+)")
_PATIENCE = 30.0


def command(data_dir: Path, part: str = "serve") -> list[str]:
    program = "from handlers.cli import main; main()"
    return [sys.executable, "-c", program, part, "--port", "0", "--data-dir", str(data_dir)]


class ServerProcess:
    """`options` are settings without their prefix, as in LOCAL_MODE="false".

    `part` is the command: "serve" for the server, "stream" for a process with streams alone.
    """

    def __init__(self, data_dir: Path, part: str = "serve", **options: str) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TRADING_PRO_")}
        self._process = subprocess.Popen(
            command(data_dir, part),
            stderr=subprocess.PIPE,
            text=True,
            env={**environment, **{f"TRADING_PRO_{k}": v for k, v in options.items()}},
            cwd=Path(__file__).parents[1],
        )
        self.address = ""
        """`localhost:port`"""
        self.log: list[str] = []
        self._announced = Event()
        self._reader = Thread(target=self._read)
        self._reader.start()

    def wait_until_ready(self) -> None:
        if not self._announced.wait(_PATIENCE) or not self.address:
            raise AssertionError("the server did not start:\n" + "".join(self.log))
        transport = httpx.HTTPTransport(retries=6)
        with httpx.Client(transport=transport, trust_env=False, timeout=_PATIENCE) as client:
            client.get(f"http://{self.address}/api/v1/health/live").raise_for_status()

    @property
    def memory(self) -> int:
        """Bytes that are resident; 0 where the system does not tell."""
        status = Path(f"/proc/{self._process.pid}/statm")
        if not status.exists():
            return 0
        return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def kill(self) -> None:
        """It gets no chance to end anything; safe to call again."""
        self._process.kill()
        self._finish()

    def terminate(self) -> int:
        """Ask it to end, as an operator does; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._finish()

    def _finish(self) -> int:
        code = self._process.wait(_PATIENCE)
        self._reader.join()
        return code

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self.log.append(line)
                if found := ADDRESS.search(line):
                    self.address = found[1]
                    self._announced.set()
        self._announced.set()


@contextmanager
def serving(data_dir: Path, part: str = "serve", **options: str) -> Iterator[ServerProcess]:
    """A server that answers; it is killed at the end if it still lives."""
    server = ServerProcess(data_dir, part, **options)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.kill()


def client_of(server: ServerProcess) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://{server.address}/api/v1", trust_env=False, timeout=_PATIENCE
    )
