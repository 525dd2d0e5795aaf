"""Every example of the stream contract is valid; those of clients work."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from generated import models
from tests.contract.stream_contract import EXCHANGES, MESSAGES, check
from tests.contract.stream_target import StreamTarget


def _examples() -> Iterator[Any]:
    for name, message in MESSAGES.items():
        schema = str(message["payload"]["$ref"]).rpartition("/")[2]
        for example in message["examples"]:
            yield pytest.param(schema, example["payload"], id=f"{name}-{example['name']}")


@pytest.mark.parametrize(("schema", "example"), tuple(_examples()))
def test_an_example_matches_its_schema_and_its_model(schema: str, example: Any) -> None:
    check(schema, example)
    model = getattr(models, schema)
    parsed = model.model_validate_json(json.dumps(example), strict=True)
    assert json.loads(parsed.model_dump_json()) == hidden(example)


def hidden(example: Any) -> Any:
    """A secret is never written out."""
    if example["type"] != "auth":
        return example
    return {**example, "payload": {"token": "**********"}}


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.type)
def test_what_clients_send_works(exchange: Any, stream_target: StreamTarget) -> None:
    [message] = [each for each in MESSAGES.values() if each["name"] == exchange.type]
    for example in message["examples"]:
        sent = stream_target.own(example["payload"])
        subscribe = {**sent, "type": sent["type"].replace(".unsubscribe", ".subscribe")}
        [_, answer] = stream_target.answers(json.dumps([subscribe, sent]), 2)
        check(exchange.response_schema, answer)
        assert (answer["type"], answer["id"]) == (exchange.response, sent["id"])
        if exchange.type == "auth":  # this machine's user is signed in already
            assert answer["payload"]["code"] == "already_authenticated"
        else:
            assert answer["payload"].get("status", "ok") == "ok"
