"""Stored events of earlier versions, brought up to date one version at a time."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from generated.models import ActivityType

Json = dict[str, Any]
Upcaster = Callable[[Json], Json]

VERSIONS: Final[Mapping[str, int]] = {"balance_changed": 2, "order_accepted": 2}
"""Of the events that have changed; all others are in version 1."""


def _with_kind(document: Json) -> Json:
    """Until version 2 a balance changed for a free `reason`; only profit and loss was booked."""
    rest = {name: value for name, value in document.items() if name != "reason"}
    known = document["reason"] == ActivityType.REALIZED_PNL.value
    return rest | {
        "kind": (ActivityType.REALIZED_PNL if known else ActivityType.ADJUSTMENT).value,
        "note": None if known else document["reason"],
    }


def _with_stops_and_brackets(document: Json) -> Json:
    """Before version 2 every order worked at once, alone, and had no stop."""
    absent = (
        "stop_price",
        "trailing_offset",
        "trailing_offset_type",
        "trigger_by",
        "trail_mark",
        "parent_id",
        "bracket_leg",
        "oco_group_id",
        "effective_at",
    )
    return {**document, **dict.fromkeys(absent), "post_only": False, "status": "working"}


UPCASTERS: Final[Mapping[tuple[str, int], Upcaster]] = {
    ("balance_changed", 1): _with_kind,
    ("order_accepted", 1): _with_stops_and_brackets,
}
"""From (event, version) to the next version: takes and gives the event's fields."""
