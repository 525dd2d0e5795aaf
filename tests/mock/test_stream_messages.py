"""The suites of the contract's messages, against the mock."""

# ruff: noqa: F401 - they find the mock by the name of their fixture
from tests.contract.test_stream_messages import (
    pytestmark,
    test_frames_of_any_content_are_survived,
    test_invalid_messages_are_refused_as_declared,
    test_valid_messages_are_answered_as_declared,
)
