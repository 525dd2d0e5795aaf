"""What the stream contract may say, and where it is told what it may not."""

from pathlib import Path

import pytest

from templates import asyncapi, ir_stream
from templates.contract import Contract
from templates.errors import ContractError

CONTRACTS = Path(__file__).parents[2] / "contracts"


def _family(stream: ir_stream.Stream, name: str) -> ir_stream.Family:
    return next(family for family in stream.families if family.name == name)


@pytest.fixture(scope="module")
def stream() -> ir_stream.Stream:
    return asyncapi.read(Contract(CONTRACTS))


def test_a_conflated_channel_keys_its_updates(stream: ir_stream.Stream) -> None:
    bars = _family(stream, "bars")
    assert not bars.lossless
    assert bars.update.key == "str(payload.time)"
    assert [other.event for other in bars.others] == ["gap", "status", "reset"]
    assert bars.others[-1].key == '"reset"'
    assert bars.snapshot_type == "models.BarUpdate | None"


def test_a_channel_without_a_key_has_one_value(stream: ir_stream.Stream) -> None:
    assert _family(stream, "quotes").update.key == '""'


def test_a_lossless_channel_takes_its_numbers_from_its_ledger(stream: ir_stream.Stream) -> None:
    account = _family(stream, "account")
    assert account.lossless
    assert account.snapshot_type == "tuple[str, int, models.AccountSnapshot]"
    assert account.python_address == "account:{self.account_id}"
    assert account.typescript_address == "account:${parameters.accountId}"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("asyncapi: 3.1.0", "asyncapi: 2.6.0", "AsyncAPI 2.6.0; write 3.1.0"),
        ("x-delivery: lossless", "x-delivery: maybe", '"maybe" is not one of conflated, lossless'),
        (
            "x-delivery: lossless",
            "x-delivry: lossless",
            '"x-delivry" is not supported in a channel',
        ),
        ("x-conflation-key: /time", "x-conflation-key: /tim", 'has no property "tim"'),
        ("x-conflation-key: /time", "x-conflation-key: time", "a key is a JSON pointer"),
        ("code: 4003, name", "code: 4000, name", "close code 4000 is here twice"),
        ("code: 4104, name", "code: 4204, name", "4204 is outside of 4000 to 4199"),
        (
            "name: too_slow, reconnect: true",
            "name: too_slow, reconnect: false",
            "4000 to 4099 mean reconnect: true",
        ),
        ("frameSize: 65536\n", "frameSize: 0\n", "0 must be at least 1"),
        ("frameSize: 65536\n", "frameSise: 65536\n", '"frameSise" is not supported in a limits'),
        ("  unknown_type: There", "  unknown_tipe: There", '"unknown_type" is missing'),
        ("address: quotes:{symbol}", "address: quotes:{ticker}", "the address has ['ticker']"),
        (
            "type: string, const: bars.update}",
            "type: string, const: bars.up}",
            'be the type, "bars.up"',
        ),
        ("action: send\n", "action: publish\n", '"publish" is not one of send, receive'),
        ("x-snapshot: required", "x-snapshot: often", '"often" is not one of required, optional'),
        (
            "x-delivery: lossless\n    x-snapshot: required",
            "x-delivery: lossless\n    x-snapshot: optional",
            "write x-snapshot: required",
        ),
        ("resumed: {$ref", "resummed: {$ref", '"resumed" is missing'),
        (
            "required: [epoch, lastSeq]\n      properties:\n        epoch:",
            "required: [lastSeq]\n      properties:\n        era:",
            'the payload of "bars.gap" has no property "epoch"; add it',
        ),
        (
            "        resume: {$ref: '#/components/schemas/Resume'}\n",
            "",
            'the payload of "bars.subscribe" has no property "resume"; add it',
        ),
        (
            "const: bars.gap}",
            "const: bars.hole}",
            'must be the type, "bars.hole"',
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    text = (CONTRACTS / "asyncapi.yaml").read_text()
    assert before in text
    (tmp_path / "openapi.yaml").write_text((CONTRACTS / "openapi.yaml").read_text())
    (tmp_path / "asyncapi.yaml").write_text(text.replace(before, after, 1))
    with pytest.raises(ContractError) as error:
        asyncapi.read(Contract(tmp_path, "contracts"))
    assert message in str(error.value)
    assert str(error.value).startswith("contracts/asyncapi.yaml:")


def test_a_message_that_nothing_sends_is_refused(tmp_path: Path) -> None:
    text = (CONTRACTS / "asyncapi.yaml").read_text()
    start, end = text.index("  resetBars:"), text.index("  subscribeQuotes:")
    line = text[: text.index("      barsReset:")].count("\n") + 1
    (tmp_path / "openapi.yaml").write_text((CONTRACTS / "openapi.yaml").read_text())
    (tmp_path / "asyncapi.yaml").write_text(text[:start] + text[end:])
    with pytest.raises(ContractError, match=f"asyncapi.yaml:{line}: .barsReset. belongs to no"):
        asyncapi.read(Contract(tmp_path, "contracts"))
