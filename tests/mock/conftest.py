import asyncio
from collections.abc import Iterator

import pytest

from tests.contract.stream_target import StreamTarget
from tests.mock.stage import started


@pytest.fixture(scope="session")
def stream_target() -> Iterator[StreamTarget]:
    """The mock in the place of the server: the suites of the contract's messages use this name."""
    with asyncio.Runner() as runner:
        yield StreamTarget(runner, started().application, "acc_live")
