from collections.abc import Iterator

import pytest

from tests.contract.fuzzing import SHOWN
from tests.contract.stream_target import StreamTarget, running


@pytest.fixture(scope="session")
def stream_target() -> Iterator[StreamTarget]:
    with running() as target:
        yield target


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how far the generated scenarios got, whichever process ran them."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, value in report.user_properties:
                    if name == SHOWN:
                        terminalreporter.write_line(f"{report.nodeid}: {value}")
