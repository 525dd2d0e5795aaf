"""Requests generated from the contract: valid and invalid ones, alone and along its links."""

from typing import Any

import pytest
from schemathesis import Case

from tests.contract.fuzzing import Subject, declared_links, follow_links, load, report

pytestmark = pytest.mark.fuzz

subject = Subject()
schema = load(subject.credentials)
schema.app = subject


@schema.parametrize()
def test_every_operation_keeps_the_contract(case: Case[Any]) -> None:
    case.call_and_validate()


def test_links_lead_on(capsys: pytest.CaptureFixture[str]) -> None:
    followed = follow_links(schema, subject.renew)
    report(followed, capsys)
    assert declared_links(schema) <= set(followed)
