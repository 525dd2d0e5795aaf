"""The placeholders of a page mean what it says they mean."""

from typing import Any

import pytest

from tests.docs.pattern import Values, parse


@pytest.mark.parametrize(
    ("template", "actual", "matches"),
    [
        ('{"a":1}', {"a": 1}, True),
        ('{"a":1}', {"a": 1, "b": 2}, False),
        ('{"a":1,…}', {"a": 1, "b": 2}, True),
        ("{…}", {}, True),
        ('{"a":1,…}', {"b": 2}, False),
        ('{"a":true}', {"a": 1}, False),
        ('{"a":"…"}', {"a": [1]}, True),
        ('{"a":…}', {}, False),
        ("[…]", [1, 2], True),
        ("[1,…]", [1, 2], True),
        ("[1,…]", [2], False),
        ("[1]", [1, 2], False),
        ('{"a":<x>,"b":<x>}', {"a": 7, "b": 7}, True),
        ('{"a":<x>,"b":<x>}', {"a": 7, "b": 8}, False),
        ('{"a":<x>,"b":<x+1>}', {"a": 7, "b": 8}, True),
        ('{"a":<x>,"b":<x+1>}', {"a": 7, "b": 9}, False),
        ('{"a":<x>,"b":<x+>,"c":<x>}', {"a": 7, "b": 9, "c": 9}, True),
        ('{"a":<x>,"b":<x+>}', {"a": 7, "b": 7}, False),
        ('{"a":"<x>","b":"of:<x>:1"}', {"a": "y", "b": "of:y:1"}, True),
        ('{"a":"<x>","b":"of:<x>:1"}', {"a": "y", "b": "of:z:1"}, False),
    ],
)
def test_a_frame_matches(template: str, actual: Any, matches: bool) -> None:
    assert Values().matches(parse(template), actual) is matches


def test_what_does_not_match_teaches_nothing() -> None:
    values = Values()
    assert not values.matches(parse('{"a":<x>,"b":1}'), {"a": 7, "b": 2})
    assert values.matches(parse('{"a":<x>}'), {"a": 8})
    assert values.fill(parse('{"seq":<x>,"id":"<x+2>"}')) == {"seq": 8, "id": 10}


def test_a_name_that_nobody_has_used_is_chosen() -> None:
    values = Values()
    sent = values.fill(parse('{"id":"<own>"}'))
    assert values.matches(parse('{"id":"<own>"}'), sent)
    assert sent != Values().fill(parse('{"id":"<own>"}'))
