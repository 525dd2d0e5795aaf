"""The tables of docs/streaming.md say what the contract says."""

import re
from collections import defaultdict
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from handlers.settings import PREFIX, Settings
from tests.docs.page import PAGE, Kind, table, transcripts

ROOT = Path(__file__).resolve().parents[2]
CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "contracts/asyncapi.yaml").read_text("utf-8"))
POLICY: dict[str, Any] = CONTRACT["x-stream-policy"]
CODES = {str(each["code"]) for each in POLICY["closeCodes"]}


def test_limits_are_those_of_the_contract() -> None:
    rows = table("Limits")
    assert {name: int(value) for name, value, _ in rows} == POLICY["limits"]
    for _, _, answer in rows:
        closes = re.findall(r"close (\d+)", answer)
        refusals = re.findall(r"`([a-z_]+)`", answer)
        assert closes or refusals or "429" in answer
        assert {*closes} <= CODES | {"1009"}
        assert {*refusals} - {"error", "auth"} <= CONTRACT["x-errors"].keys()


def test_times_are_those_of_the_contract() -> None:
    parts = ("heartbeat", "lifespan", "resume", "freshness")
    expected = {f"{part}.{name}": POLICY[part][name] for part in parts for name in POLICY[part]}
    assert {name: int(value) for name, value, _ in table("Times")} == expected


def test_close_codes_are_those_of_the_contract() -> None:
    expected = [
        [str(each["code"]), each["name"], "yes" if each["reconnect"] else "no", each["description"]]
        for each in POLICY["closeCodes"]
    ]
    assert table("Close codes") == expected


def test_errors_are_those_of_the_contract() -> None:
    assert dict(table("Errors")) == CONTRACT["x-errors"]


def test_families_are_those_of_the_contract() -> None:
    channels = {k: v for k, v in CONTRACT["channels"].items() if "address" in v}
    expected = {
        name: [channel["address"], channel["x-delivery"], channel["x-snapshot"]]
        for name, channel in channels.items()
    }
    assert {name: row[:3] for name, *row in table("Families")} == expected


def test_every_kind_of_message_is_shown() -> None:
    """Of the families it is enough that one shows it."""
    shown: dict[Kind, str] = defaultdict(str)
    for line in chain(*transcripts().values()):
        shown[line.kind] += line.text
    for operation in CONTRACT["operations"].values():
        kind = Kind.SAY if operation["action"] == "receive" else Kind.HEAR
        assert all(map(_shown_in(shown[kind]), operation["messages"]))
        assert all(map(_shown_in(shown[Kind.HEAR]), operation.get("reply", {}).get("messages", ())))


@pytest.mark.parametrize("name", sorted(set(re.findall(rf"{PREFIX}(\w+)", PAGE))))
def test_settings_exist(name: str) -> None:
    assert name.lower() in Settings.model_fields


def test_links_lead_somewhere() -> None:
    headings = re.findall(r"^##+ (.*)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        path, _, anchor = target.partition("#")
        assert target.startswith("http") or (ROOT / "docs" / path).exists()
        assert path or anchor in anchors


def _shown_in(frames: str) -> Callable[[dict[str, str]], bool]:
    def shown(reference: dict[str, str]) -> bool:
        message = reference["$ref"].rsplit("/", 1)[1]
        name = CONTRACT["components"]["messages"][message]["name"]
        verb = name.partition(".")[2] if "." in name and name != "auth.response" else name
        return re.search(rf'"type":"(\w+\.)?{re.escape(verb)}"', frames) is not None

    return shown
