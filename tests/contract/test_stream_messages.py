"""Generated messages against the running application: valid ones work, others are refused."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.contract.stream_contract import ERRORS, EXCHANGES, Exchange, check, generated, is_valid
from tests.contract.stream_target import StreamTarget

pytestmark = pytest.mark.fuzz
NEVER = {"internal_error", "malformed_frame", "unknown_type", "invalid_message", "rate_exceeded"}


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.type)
def test_valid_messages_are_answered_as_declared(
    exchange: Exchange, stream_target: StreamTarget
) -> None:
    @given(message=generated(exchange, GenerationMode.POSITIVE))
    def run(message: Any) -> None:
        assert is_valid(exchange.schema, message)
        [answer] = stream_target.answers(json.dumps(message), 1)
        check(exchange.response_schema, answer)
        assert answer["type"] == exchange.response
        assert answer.get("id") == message.get("id")
        assert answer["payload"].get("code") in (ERRORS - NEVER) | {None}

    run()


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.type)
def test_invalid_messages_are_refused_as_declared(
    exchange: Exchange, stream_target: StreamTarget
) -> None:
    @given(message=generated(exchange, GenerationMode.NEGATIVE))
    def run(message: Any) -> None:
        frame = _frame(message)
        content = json.loads(frame)
        assume(not isinstance(content, list))
        assume(not any(is_valid(each.schema, content) for each in EXCHANGES))
        [answer] = stream_target.answers(frame, 1)
        _check_refusal(answer)

    run()


@given(frame=st.one_of(st.text(), st.binary(), st.from_regex(r"[\[\]{}\",:0-9a-z]{0,40}")))
def test_frames_of_any_content_are_survived(
    stream_target: StreamTarget, frame: str | bytes
) -> None:
    [answer] = stream_target.answers(frame, 1)
    _check_refusal(answer)


def _frame(message: object) -> str:
    try:
        return json.dumps(message)
    except TypeError:  # NOT_SET: no body at all
        return "null"


def _check_refusal(answer: Any) -> None:
    if answer["type"] == "error":
        check("ErrorMessage", answer)
    else:
        [exchange] = [each for each in EXCHANGES if each.response == answer["type"]]
        check(exchange.response_schema, answer)
    assert answer["payload"]["code"] in {
        "malformed_frame",
        "binary_frame",
        "unknown_type",
        "invalid_message",
    }
