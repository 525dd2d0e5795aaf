"""Requests generated from the contract, valid and invalid, against the mock."""

from typing import Any

import hypothesis
import pytest
from schemathesis import Case

from tests.contract.fuzzing import load
from tests.mock.stage import TOKEN, started

pytestmark = pytest.mark.fuzz

schema = load(lambda: {"Authorization": f"Bearer {TOKEN}"})
schema.app = started(locked=True).application


@schema.parametrize()
@hypothesis.settings(max_examples=max(5, hypothesis.settings().max_examples // 4))
def test_every_operation_keeps_the_contract(case: Case[Any]) -> None:
    case.call_and_validate()
