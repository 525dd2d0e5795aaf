"""The contract's examples of what clients send, against the mock."""

# ruff: noqa: F401 - it finds the mock by the name of its fixture
from tests.contract.test_stream_examples import test_what_clients_send_works
