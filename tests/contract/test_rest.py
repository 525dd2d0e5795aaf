"""Requests generated from the contract: valid and invalid ones, alone and along its links."""

from collections.abc import Callable
from typing import Any

import pytest
from schemathesis import Case

from tests.contract.fuzzing import (
    SHOWN,
    STORIES,
    Subject,
    counted,
    declared_links,
    follow_links,
    load,
)

pytestmark = pytest.mark.fuzz

subject = Subject()
schema = load(subject.key)
signed_in = load(subject.session, place="cookies")
schema.app = signed_in.app = subject


@schema.parametrize()
def test_every_operation_keeps_the_contract(case: Case[Any]) -> None:
    case.call_and_validate()


@pytest.mark.parametrize("story", STORIES)
def test_links_lead_on(story: str, record_property: Callable[[str, object], None]) -> None:
    # People manage keys, so the links between those operations lead on with a session alone.
    part = (signed_in if story == "keys" else schema).include(operation_id=STORIES[story])
    followed = follow_links(part, subject.renew)
    record_property(SHOWN, counted(followed))
    assert declared_links(part) <= set(followed)


def test_no_link_is_left_out() -> None:
    parts = [schema.include(operation_id=operations) for operations in STORIES.values()]
    assert set().union(*map(declared_links, parts)) == declared_links(schema)
