"""`make mock`: serve both contracts without any handler. `python -m templates.mock --help`."""

import argparse
import asyncio
import signal
import sys
import time
from pathlib import Path
from socket import create_server, socket

import uvicorn
from typing_extensions import override

from templates.mock.app import Mock
from templates.mock.stream import DEFAULT_INTERVAL

ROOT = Path(__file__).parents[2]
DRAIN = 0.2
"""Seconds that clients have to hear that the mock ends."""


class Server(uvicorn.Server):
    """Tells the clients of the stream before it closes their sockets."""

    def __init__(self, config: uvicorn.Config, mock: Mock) -> None:
        super().__init__(config)
        self._mock = mock

    @override
    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._mock.stream.end()
        await asyncio.sleep(DRAIN)
        await super().shutdown(sockets)


def main() -> int:
    given = _arguments()
    mock = Mock(
        given.contracts,
        lambda: time.time_ns() // 1_000_000,  # noqa: TID251 - the one place that reads it
        locked=given.locked,
        interval=given.interval,
        terminal=given.terminal,
    )
    frame_size = mock.stream.board.contract.policy["limits"]["frameSize"]
    config = uvicorn.Config(
        mock.application,
        host=given.host,
        port=given.port,
        ws_max_size=frame_size,
        ws_per_message_deflate=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    try:
        listener = create_server((given.host, given.port))
    except OSError as error:
        sys.stderr.write(
            f"Port {given.port} of {given.host} cannot be had ({error.strerror}): "
            "choose another with --port.\n"
        )
        return 1
    address = f"http://{given.host}:{listener.getsockname()[1]}"
    sys.stderr.write(
        f"The mock is at {address} (Ctrl-C ends it); docs/mock.md lists its knobs, at /mock.\n"
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn raises the signal that ended it once more when all is shut down.
        signal.signal(number, lambda _number, _frame: None)
    Server(config, mock).run(sockets=[listener])
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mock", description=__doc__)
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--locked", action="store_true", help="clients have to sign in")
    parser.add_argument(
        "--interval", type=int, default=DEFAULT_INTERVAL, help="ms between updates; 0 is never"
    )
    parser.add_argument("--contracts", type=Path, default=ROOT / "generated" / "contracts")
    parser.add_argument("--terminal", type=Path, default=ROOT / "frontend" / "dist")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
