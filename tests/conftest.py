"""What all tests share: how many examples generated tests try (`make fuzz`: profile full)."""

import pytest
from hypothesis import HealthCheck, settings

quick = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
full = settings(quick, max_examples=200, derandomize=False)

settings.register_profile("quick", quick)
settings.register_profile("full", full)
settings.load_profile("quick")

LONG = ("contract", "toolchain", "resilience", "edge", "operations", "generator")
"""Folders with files that take long: begun last, one of them would leave the other cores idle."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not set(LONG) & set(item.path.parts[-3:-1]))
