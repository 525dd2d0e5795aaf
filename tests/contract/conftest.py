from collections.abc import Iterator

import pytest

from tests.contract.stream_target import StreamTarget, running


@pytest.fixture(scope="session")
def stream_target() -> Iterator[StreamTarget]:
    with running() as target:
        yield target
