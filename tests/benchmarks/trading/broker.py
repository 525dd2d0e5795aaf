"""Trading Pro as it is served, on a data directory of its own."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from handlers.app import create_application, open_ports
from handlers.clock import SystemClock
from handlers.operations.http_protocol import PatientProtocol
from handlers.realtime.uvicorn_protocol import StreamProtocol
from handlers.server import Server
from handlers.storage.migrations import open_database
from tests.application import settings
from tests.benchmarks.child import ROOT
from tests.benchmarks.serving import serve


async def main() -> None:
    clock = SystemClock()
    with ExitStack() as stack:
        (ROOT / "build").mkdir(exist_ok=True)
        directory = Path(stack.enter_context(TemporaryDirectory(dir=ROOT / "build")))
        chosen = settings(data_dir=directory, frontend_dir=Path("none"))
        ports = open_ports(chosen, clock, open_database(chosen.database, clock.now()))
        stack.callback(ports.close)
        application = create_application(chosen, ports)
        await serve(application, {}, Server, http=PatientProtocol, ws=StreamProtocol, lifespan="on")


if __name__ == "__main__":
    uvloop.run(main())
